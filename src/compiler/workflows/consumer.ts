/** A consumer: follows the build, takes its image, tests it, and reports on the commit whatever happened. */
import { comments } from "../../pipeline/stages.ts";
import type { Consumer, Pipeline } from "../../pipeline/types.ts";
import { type Job, type Workflow, withComment } from "../../workflow/model.ts";
import { consumerConcurrency, consumerTriggers, statusContext } from "../consumer-trigger.ts";
import { expression, RUN_URL, TOKEN } from "../expressions.ts";
import { RECORD_ARTIFACT, RECORD_FILE } from "../jobs/record.ts";
import { commentJob } from "../jobs/comment.ts";
import { coverageAlertJob } from "../jobs/coverage-alert.ts";
import { type Tested, testJob } from "../jobs/test.ts";
import { downloadArtifact } from "../steps/artifacts.ts";
import { toldOf } from "../steps/deployment.ts";
import { mayTestOther } from "../steps/build-locally.ts";
import { useProgram } from "../steps/program.ts";
import { loginPermissions, loginToOwnRegistry } from "../steps/registry.ts";
import { grant } from "../permissions.ts";

const RUN = "github.event.workflow_run";
const BUILD_RUN = expression(`${RUN}.id`);
const resolved = (output: string): string => `needs.resolve.outputs.${output}`;

/** What `resolve` found out. */
const TESTED: Tested = {
  needs: ["resolve"],
  if: `${resolved("ready")} == 'true'`,
  sha: resolved("sha"),
  class: resolved("class"),
  tag: resolved("tag"),
  trusted: resolved("trusted"),
  isTrusted: `${resolved("trusted")} == 'true'`,
  digestOf: (build) => resolved(`${build.key}-digest`),
  commitOf: (build) => resolved(`${build.key}-commit`),
  runId: BUILD_RUN,
  hasArtifacts: `${RUN}.id`,
  runUrl: expression(`${RUN}.html_url`),
  followsRun: true,
};

export function consumerWorkflow(pipeline: Pipeline, consumer: Consumer): Workflow {
  const triggers = consumerTriggers(pipeline, consumer);
  return {
    name: consumer.name,
    on: {
      ...triggers,
      ...(triggers.workflow_run && {
        workflow_run: withComment(
          triggers.workflow_run,
          "zizmor: ignore[dangerous-triggers] the code under test runs in a job without secrets and write scopes",
        ),
      }),
    },
    permissions: {},
    concurrency: consumerConcurrency(pipeline, consumer),
    jobs: {
      resolve: resolveJob(pipeline, consumer),
      test: testJob(pipeline, consumer, TESTED),
      ...(pipeline.pullRequests &&
        comments(consumer) && {
          comment: commentJob(pipeline, consumer, {
            needs: ["resolve", "test"],
            pullRequest: resolved("pull-request"),
            isTrusted: TESTED.isTrusted,
            test: "test",
          }),
        }),
      ...coverageAlertJob(pipeline, [{ consumer, job: "test" }], {
        needs: ["resolve"],
        if: `${resolved("class")} == 'main'`,
      }),
      report: reportJob(pipeline, consumer),
    },
  };
}

/** Runs nothing of the commit under test: it decides what is tested and holds the token that posts the status. */
function resolveJob(pipeline: Pipeline, consumer: Consumer): Job {
  const needsRegistry = consumer.builds.some((build) => build.kind === "image");
  const outputs = [
    "ready",
    "reason",
    "skip",
    "sha",
    "trusted",
    ...(consumer.setup?.cache || mayTestOther(consumer) || consumer.caches.length > 0 || consumer.coverage
      ? ["class"]
      : []),
    ...(comments(consumer) ? ["pull-request"] : []),
    ...(needsRegistry ? ["tag"] : []),
    ...consumer.builds.flatMap((build) => (build.kind === "image" ? toldOf(consumer, build) : [])),
  ];
  return {
    name: "Resolve the image",
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 10,
    permissions: grant({
      actions: "read",
      ...(needsRegistry && loginPermissions(pipeline.registry, "read")),
      "pull-requests": "read",
      statuses: "write",
    }),
    outputs: Object.fromEntries(outputs.map((name) => [name, expression(`steps.resolve.outputs.${name}`)])),
    steps: [
      downloadArtifact(pipeline, {
        title: "Download the build's record",
        name: RECORD_ARTIFACT,
        path: `${expression("runner.temp")}/record`,
        runId: BUILD_RUN,
        // Whatever a fork's run uploads is not to be trusted, and is not even looked at.
        if: `github.event_name == 'workflow_run' && ${RUN}.conclusion == 'success' && ${RUN}.head_repository.full_name == github.repository`,
        continueOnError: true,
      }),
      ...(needsRegistry ? loginToOwnRegistry(pipeline, { optional: true }) : []),
      useProgram("resolve-image", {
        name: "Resolve the image",
        id: "resolve",
        with: {
          "gh-token": TOKEN,
          repository: expression("github.repository"),
          "event-name": expression("github.event_name"),
          "run-event": expression(`${RUN}.event`),
          "run-id": BUILD_RUN,
          "run-conclusion": expression(`${RUN}.conclusion`),
          "run-created-at": expression(`${RUN}.created_at`),
          "head-sha": expression(`${RUN}.head_sha`),
          "head-branch": expression(`${RUN}.head_branch`),
          "head-repository": expression(`${RUN}.head_repository.full_name`),
          "pull-requests": expression(`toJSON(${RUN}.pull_requests)`),
          "record-file": `${expression("runner.temp")}/record/${RECORD_FILE}`,
          "manual-tag": consumer.dispatch ? expression("inputs.image_tag") : "",
          "manual-commit": consumer.dispatch ? expression("inputs.commit") : "",
          builds: JSON.stringify(
            consumer.builds.map((build) => ({
              name: build.key,
              kind: build.kind,
              ...(build.kind === "image" && { image: build.image }),
            })),
            null,
            2,
          ),
          forks: consumer.forks ? "test" : "ignore",
          events: consumer.events.join(" "),
        },
      }),
      useProgram("post-status", {
        name: "Post the pending status",
        if: "steps.resolve.outputs.ready == 'true'",
        with: {
          "gh-token": TOKEN,
          repository: expression("github.repository"),
          sha: expression("steps.resolve.outputs.sha"),
          context: statusContext(pipeline, consumer),
          state: "pending",
          description: `Testing ${expression("steps.resolve.outputs.tag")}`,
          "target-url": RUN_URL,
        },
      }),
    ],
  };
}

/** Posts the result whatever it was: a status that nobody posts leaves a pull request waiting for ever. */
function reportJob(pipeline: Pipeline, consumer: Consumer): Job {
  return {
    name: "Report the result",
    needs: ["resolve", "test"],
    if: `always() && ${resolved("skip")} != 'true'`,
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 5,
    permissions: grant({ statuses: "write" }),
    steps: [
      useProgram("report-status", {
        name: "Post the result",
        with: {
          "gh-token": TOKEN,
          repository: expression("github.repository"),
          sha: expression(`${resolved("sha")} || ${RUN}.head_sha`),
          context: statusContext(pipeline, consumer),
          needs: expression("toJSON(needs)"),
          "build-conclusion": expression(`${RUN}.conclusion`),
          reason: expression(resolved("reason")),
          "target-url": RUN_URL,
        },
      }),
    ],
  };
}
