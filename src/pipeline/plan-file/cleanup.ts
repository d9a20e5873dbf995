/** Which images expire, and how they are listed and deleted, as the programs read it. */
import { isCalled } from "../runs.ts";
import { globToExpression } from "../globs.ts";
import { expiringClasses } from "../retention.ts";
import type { Pipeline } from "../types.ts";
import type { PipelinePart } from "./schema.ts";

export const packagesPart = ({ registry, rules }: Pipeline): PipelinePart["packages"] =>
  registry
    ? {
        mode: registry.cleanup,
        ownerKind: registry.owner ?? null,
        released: [...rules.alternatives.channel, ...rules.alternatives.release],
      }
    : null;

export function retentionPart(pipeline: Pipeline): PipelinePart["retention"] {
  const { retention } = pipeline;
  if (!retention || !pipeline.registry) return null;
  return {
    afterRun: retention.afterRun ? { ...retention.afterRun } : null,
    classes: expiringClasses(pipeline, retention),
    dryRun: retention.dryRun,
    maxDeletions: retention.maxDeletions,
    minimumAgeHours: retention.minimumAgeHours,
    protect: retention.protect.map(globAlternative),
    workflows: pullingWorkflows(pipeline),
  };
}

/** Alternatives are anchored where they are tried. */
const globAlternative = (glob: string): string => globToExpression(glob).slice(1, -1);

/** The workflows whose runs pull images: those that build, and those of consumers, which people may start by hand. */
function pullingWorkflows(pipeline: Pipeline): string[] {
  const { build, nightly, release } = pipeline.workflows;
  const hasOwn = pipeline.consumers.filter(
    (consumer) => pipeline.topology === "workflow_run" || isCalled(pipeline, consumer),
  );
  const building = [build, nightly, release].flatMap((file) => (file ? [file.name] : []));
  return [...new Set([...building, ...hasOwn.map(({ workflow }) => workflow)])];
}
