/** The names of the checks that say of a run that it is good: what a branch rule, and whoever moves a tag, asks for. */
import { BUILDS_CALL, NIGHTLY_SUFFIX, RELEASE_SUFFIX } from "./check-names.ts";
import { callsBuilds, classesIn, entriesOf, hasReady, type RunKind, runsThatBuild, soleGroup } from "./runs.ts";
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

/** The job that calls the workflow that builds: its name stands before those of the called jobs. */
export const callOfBuilds = (run: RunKind): string => BUILDS_CALL + VERDICT_SUFFIX[run];

/** The check that says that everything was built, where the tests are other runs. */
export function checkOfBuild(pipeline: Pipeline, run: RunKind, event: EventClass): string {
  return callsBuilds(pipeline)
    ? `${callOfBuilds(run)} / ${lastJob(pipeline, runsThatBuild(pipeline), event)}`
    : lastJob(pipeline, [run], event);
}

/** A job that looks at all the others, or the only one, which publishes what it has built. */
function lastJob(pipeline: Pipeline, runs: readonly RunKind[], event: EventClass): string {
  const { ready, nightlyReady } = pipeline.checks;
  const group = soleGroup(pipeline, runs);
  if (group === undefined || runs.some((run) => hasReady(pipeline, run)))
    return runs.length === 1 && runs[0] === "nightly" ? nightlyReady : ready;
  const job = BUILD_JOB_PREFIX + group.key;
  if (group.kind === "files") return job;
  const [entry, ...others] = entriesOf(group, event);
  if (others.length > 0) return PUBLISH_JOB_PREFIX + group.key;
  const names = new Set(classesIn(pipeline, runs).flatMap((one) => entriesOf(group, one).map(({ name }) => name)));
  return names.size > 1 && entry ? `${job} (${entry.name})` : job;
}
