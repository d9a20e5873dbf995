/** The tests of a consumer in the run that builds: a job of it, or a workflow that it calls. */
import { buildsIn, type RunKind, takenBy, testJobId } from "../../pipeline/runs.ts";
import { startsAtOnce } from "../../pipeline/stages.ts";
import { callingJob } from "../../pipeline/step-names.ts";
import type { Consumer, ImageBuild, Pipeline } from "../../pipeline/types.ts";
import type { CallJob, Job } from "../../workflow/model.ts";
import { isOneOf } from "../classes.ts";
import { every, expression, HEAD_SHA, OF_THIS_REPOSITORY, plannedIn, quoted } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { localPath } from "../local-path.ts";
import { secretsOf } from "../secrets.ts";
import { loginPermissionsOfAll } from "../steps/registry.ts";
import { callInputs } from "../workflows/called-consumer.ts";
import { readsArtifacts } from "../steps/take.ts";
import { imagesHandedOn } from "./image/outputs.ts";
import { mayBeCovered } from "./plan.ts";
import { testJob } from "./test.ts";

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

/** When the tests run: also where the build failed, since what has no image is tested from its sources. */
function conditionOf(pipeline: Pipeline, consumer: Consumer, run: RunKind, needs: readonly string[]): string {
  const planned = plannedIn(pipeline, run);
  const before = pipeline.consumers.filter(({ key }) => consumer.after.includes(key) && needs.includes(testJobId(key)));
  const hasEnded = (other: Consumer): string =>
    other.failure === "soft"
      ? `(needs.${testJobId(other.key)}.result == 'success' || needs.${testJobId(other.key)}.result == 'failure')`
      : `needs.${testJobId(other.key)}.result == 'success'`;
  return every(
    "!cancelled()",
    !startsAtOnce(pipeline, run, consumer) && planned("class"),
    mayBeCovered(pipeline, run) && `${planned("covered")} != 'true'`,
    run === "release" && needs.includes("verdicts") && "needs.verdicts.result == 'success'",
    ...before.map(hasEnded),
    testsEverything(run, consumer) ? undefined : isOneOf(consumer.events, run, pipeline, planned("class")),
    ofTestedOrigin(pipeline, consumer, run),
    notYetPassed(consumer, run),
  );
}

/** What a run of this kind does not build, nobody hands on. */
const handedOn = (pipeline: Pipeline, consumer: Consumer, run: RunKind): ImageBuild[] =>
  takenBy(consumer).filter(
    (build): build is ImageBuild => build.kind === "image" && buildsIn(pipeline, run).includes(build),
  );

const commitUnderTest = (pipeline: Pipeline, consumer: Consumer, run: RunKind): string =>
  startsAtOnce(pipeline, run, consumer) ? HEAD_SHA : plannedIn(pipeline, run)("sha");

const trusted = (pipeline: Pipeline, run: RunKind): string =>
  pipeline.pullRequests && run === "build" ? `(${OF_THIS_REPOSITORY})` : "true";

/** The tests as a workflow of their own, for people who start them by hand, or where they make the run's file long. */
export function callJob(pipeline: Pipeline, consumer: Consumer, run: RunKind, needs: readonly string[]): CallJob {
  const planned = plannedIn(pipeline, run);
  const takesImages = takenBy(consumer).some((build) => build.kind === "image");
  const values: Record<string, string> = {
    "head-sha": commitUnderTest(pipeline, consumer, run),
    class: planned("class"),
    trusted: trusted(pipeline, run),
    tag: planned("tag"),
  };
  const images = imagesHandedOn(pipeline, run, handedOn(pipeline, consumer, run));
  const secrets = secretsOf(pipeline, consumer);
  return {
    name: callingJob(consumer.name),
    ...(needs.length > 0 && { needs }),
    if: conditionOf(pipeline, consumer, run, needs),
    permissions: grant({
      actions: readsArtifacts(consumer) && "read",
      contents: "read",
      ...(takesImages && loginPermissionsOfAll([pipeline.registry, ...pipeline.mirrors], "read")),
    }),
    uses: localPath(consumer.path),
    with: Object.fromEntries(
      Object.keys(callInputs(pipeline, consumer)).map((name) => [
        name,
        name === "images" ? images : values[name] === "true" ? true : expression(values[name] ?? "''"),
      ]),
    ),
    ...(secrets.length > 0 && {
      secrets: Object.fromEntries(secrets.map((name) => [name, expression(`secrets.${name}`)])),
    }),
  };
}

/** The tests as a job of the run: one file less, and its check bears their own name. */
export function inlineTestJob(pipeline: Pipeline, consumer: Consumer, run: RunKind, needs: readonly string[]): Job {
  const planned = plannedIn(pipeline, run);
  const job = testJob(pipeline, consumer, {
    needs,
    if: conditionOf(pipeline, consumer, run, needs),
    sha: commitUnderTest(pipeline, consumer, run),
    class: planned("class"),
    tag: planned("tag"),
    images: imagesHandedOn(pipeline, run, handedOn(pipeline, consumer, run)),
    isTrusted: trusted(pipeline, run),
    runId: undefined,
  });
  return { ...job, name: job.name.replace(/^Test/, consumer.name.replaceAll("$", "$$$$")) };
}
