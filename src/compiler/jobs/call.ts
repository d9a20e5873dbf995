/** The two jobs of a consumer in the run that calls it: the call, and the gate under the name that branch rules require. */
import { NIGHTLY_SUFFIX, RELEASE_SUFFIX } from "../../pipeline/check-names.ts";
import { type RunKind, takenBy, testJobId } from "../../pipeline/stages.ts";
import { callingJob } from "../../pipeline/step-names.ts";
import type { Consumer, Pipeline } from "../../pipeline/types.ts";
import { type CallJob, type Job, withComment } from "../../workflow/model.ts";
import { isOneOf } from "../classes.ts";
import { every, expression, OF_THIS_REPOSITORY, planned, quoted } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { secretsOf } from "../secrets.ts";
import { useProgram } from "../steps/program.ts";
import { loginPermissionsOfAll } from "../steps/registry.ts";
import { callInputs } from "../workflows/called-consumer.ts";

const SUFFIXES: Readonly<Record<RunKind, string>> = { build: "", nightly: NIGHTLY_SUFFIX, release: RELEASE_SUFFIX };

/** Under which name the verdict of a consumer stands in a run of this kind. */
const verdictName = (consumer: Consumer, run: RunKind): string => consumer.name + SUFFIXES[run];

/** Whether pull requests of forks are tested by it. */
const ofTestedOrigin = (pipeline: Pipeline, consumer: Consumer, run: RunKind): string | undefined =>
  run === "build" && pipeline.pullRequests && !consumer.forks && pipeline.forks !== "ignore"
    ? `(${OF_THIS_REPOSITORY})`
    : undefined;

/** A release does not repeat what has passed on its commit; what exists for releases alone always runs. */
const notYetPassed = (consumer: Consumer, run: RunKind): string | undefined =>
  run === "release" && !consumer.events.includes("release")
    ? `!contains(fromJSON(needs.verdicts.outputs.passed), ${quoted(consumer.name)})`
    : undefined;

const testsEverything = (run: RunKind, consumer: Consumer): boolean =>
  run === "release" && !consumer.events.includes("release");

export function callJob(pipeline: Pipeline, consumer: Consumer, run: RunKind, needs: readonly string[]): CallJob {
  const takesImages = takenBy(consumer).some((build) => build.kind === "image");
  const values: Record<string, string> = {
    "head-sha": planned("sha"),
    class: planned("class"),
    trusted: pipeline.pullRequests && run === "build" ? OF_THIS_REPOSITORY : "true",
    tag: planned("tag"),
    ...Object.fromEntries(
      // What a run of this kind does not build, nobody hands on.
      takenBy(consumer)
        .filter((build) => needs.includes(`publish-${build.key}`))
        .flatMap((build) => [
          [`${build.key}-digest`, `needs.publish-${build.key}.outputs.digest`],
          [`${build.key}-commit`, `needs.publish-${build.key}.outputs.commit || ${planned("sha")}`],
        ]),
    ),
  };
  const secrets = secretsOf(pipeline, consumer);
  const before = needs.filter((id) => id.startsWith("verdict-"));
  return {
    name: callingJob(consumer.name),
    needs,
    // Also where the build failed: what has no image is tested from its sources.
    if: every(
      "!cancelled()",
      "needs.plan.result == 'success'",
      run === "release" && needs.includes("verdicts") && "needs.verdicts.result == 'success'",
      ...before.map((id) => `needs.${id}.result == 'success'`),
      testsEverything(run, consumer) ? undefined : isOneOf(consumer.events, run, pipeline),
      ofTestedOrigin(pipeline, consumer, run),
      notYetPassed(consumer, run),
    ),
    permissions: grant({
      contents: "read",
      ...(takesImages && loginPermissionsOfAll([pipeline.registry, ...pipeline.mirrors], "read")),
    }),
    uses: withComment(
      `./${consumer.path}`,
      "zizmor: ignore[self-repository] not every GitHub and not every tool knows $/ yet",
    ),
    with: Object.fromEntries(
      Object.keys(callInputs(consumer)).map((name) => [
        name,
        values[name] === "true" ? true : expression(values[name] ?? "''"),
      ]),
    ),
    ...(secrets.length > 0 && {
      secrets: Object.fromEntries(secrets.map((name) => [name, expression(`secrets.${name}`)])),
    }),
  };
}

/** A job that is skipped counts as passed, so the gate looks for itself; where nothing is tested, it is skipped as well. */
export function verdictJob(pipeline: Pipeline, consumer: Consumer, run: RunKind, needs: readonly string[]): Job {
  const wanted = testsEverything(run, consumer) ? undefined : isOneOf(consumer.events, run, pipeline);
  return {
    name: verdictName(consumer, run),
    needs,
    if: every(
      "always()",
      pipeline.forks === "ignore" && run === "build" && "needs.plan.result != 'skipped'",
      wanted && `(needs.plan.result != 'success' || ${wanted})`,
      ofTestedOrigin(pipeline, consumer, run),
    ),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 5,
    permissions: {},
    steps: [
      useProgram("judge-tests", {
        name: "Judge the tests",
        with: {
          result: expression(`needs.${testJobId(consumer.key)}.result`),
          planned: expression("needs.plan.result"),
          ...(notYetPassed(consumer, run) && {
            passed: expression(
              `needs.verdicts.result == 'success' && contains(fromJSON(needs.verdicts.outputs.passed), ${quoted(consumer.name)})`,
            ),
          }),
          ...(consumer.failure === "soft" && { soft: true }),
        },
      }),
    ],
  };
}
