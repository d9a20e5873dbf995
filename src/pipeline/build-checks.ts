/** The names of the checks that say of a run that it is good: what a branch rule, and whoever moves a tag, asks for. */
import { NIGHTLY_SUFFIX, RELEASE_SUFFIX } from "./check-names.ts";
import { classesIn, entriesOf, hasReady, type RunKind, soleGroup } from "./stages.ts";
import { BUILD_JOB_PREFIX, PUBLISH_JOB_PREFIX } from "./step-names.ts";
import type { EventClass, Pipeline } from "./types.ts";

/** What sets the verdict on a run of each kind apart: all of them may stand on one commit. */
export const VERDICT_SUFFIX: Readonly<Record<RunKind, string>> = {
  build: "",
  nightly: NIGHTLY_SUFFIX,
  release: RELEASE_SUFFIX,
};

/** The one check for everything of a run that sees its tests. */
export const gateCheck = ({ checks }: Pick<Pipeline, "checks">, run: RunKind): string =>
  checks.gate + VERDICT_SUFFIX[run];

/**
 * The checks that say that everything was built, where the tests are other runs: a job that looks at all the others, or the
 * only one, which publishes what it has built.
 */
export function checksOfBuild(pipeline: Pipeline, run: RunKind, event: EventClass): string[] {
  const { ready, nightlyReady } = pipeline.checks;
  const group = soleGroup(pipeline, run);
  if (hasReady(pipeline, run) || group === undefined) return [run === "nightly" ? nightlyReady : ready];
  const job = BUILD_JOB_PREFIX + group.key;
  if (group.kind === "files") return [job];
  const [entry, ...others] = entriesOf(group, event);
  if (others.length > 0) return [PUBLISH_JOB_PREFIX + group.key];
  const names = new Set(classesIn(pipeline, run).flatMap((one) => entriesOf(group, one).map(({ name }) => name)));
  return [names.size > 1 && entry ? `${job} (${entry.name})` : job];
}
