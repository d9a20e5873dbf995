/** Which images expire, and how they are listed and deleted, as the programs read it. */
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
  const { retention, workflows, consumers } = pipeline;
  if (!retention || !pipeline.registry) return null;
  const pulling = [workflows.build, workflows.nightly, workflows.release].flatMap((file) => (file ? [file.name] : []));
  return {
    afterRun: retention.afterRun ? { ...retention.afterRun } : null,
    classes: expiringClasses(pipeline, retention),
    dryRun: retention.dryRun,
    maxDeletions: retention.maxDeletions,
    minimumAgeHours: retention.minimumAgeHours,
    protect: retention.protect.map(globAlternative),
    workflows: [...pulling, ...consumers.map(({ name }) => name)],
  };
}

/** Alternatives are anchored where they are tried. */
const globAlternative = (glob: string): string => globToExpression(glob).slice(1, -1);
