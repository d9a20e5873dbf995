/**
 * Consumers that follow the build: they take its image, test it, and report on the commit whatever happened. One workflow
 * a consumer, or a group of them, which finds out once what is tested and reports once, each under its own name.
 */
import { comments } from "../../pipeline/runs.ts";
import { TEST_JOB } from "../../pipeline/step-names.ts";
import type { Consumer, Pipeline } from "../../pipeline/types.ts";
import { type Job, type Workflow, withComment } from "../../workflow/model.ts";
import { consumerConcurrency, consumerTriggers, isTestedRun, runName, sharing } from "../consumer-trigger.ts";
import { every, expression, quoted, TOKEN } from "../expressions.ts";
import { commentJob } from "../jobs/comment.ts";
import { coverageAlertJob } from "../jobs/coverage-alert.ts";
import { type Tested, testJob } from "../jobs/test.ts";
import { mayTestOther } from "../steps/take.ts";
import { useProgram } from "../steps/program.ts";
import { loginPermissions, loginToOwnRegistry, ownCredentials } from "../steps/registry.ts";
import { grant } from "../permissions.ts";

const RUN = "github.event.workflow_run";
const BUILD_RUN = expression(`${RUN}.id`);
const resolved = (output: string): string => `needs.resolve.outputs.${output}`;
const IS_TRUSTED = `${resolved("trusted")} == 'true'`;

/** What `resolve` found out. */
const testedBy = (consumer: Consumer): Tested => ({
  needs: ["resolve"],
  if: every(
    `${resolved("ready")} == 'true'`,
    consumer.group !== undefined && `contains(fromJSON(${resolved("consumers")} || '[]'), ${quoted(consumer.key)})`,
  ),
  name: consumer.group === undefined ? TEST_JOB : `${TEST_JOB} ${consumer.name}`,
  sha: resolved("sha"),
  class: resolved("class"),
  tag: resolved("tag"),
  images: expression(resolved("images")),
  trusted: resolved("trusted"),
  isTrusted: IS_TRUSTED,
  runId: BUILD_RUN,
});

/** The id of a job that each consumer of a group has. */
const jobOf = (kind: string, { key, group }: Consumer): string => (group === undefined ? kind : `${kind}-${key}`);

/** @param consumer one of those that share the workflow */
export function consumerWorkflow(pipeline: Pipeline, consumer: Consumer): Workflow {
  const consumers = sharing(pipeline, consumer);
  const triggers = consumerTriggers(pipeline, consumers);
  const each = <Made>(kind: string, make: (one: Consumer) => Made | undefined): Record<string, Made> =>
    Object.fromEntries(
      consumers.flatMap((one) => {
        const made = make(one);
        return made === undefined ? [] : [[jobOf(kind, one), made] as const];
      }),
    );
  return {
    name: consumer.workflow,
    "run-name": runName(consumer.workflow),
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
      resolve: resolveJob(pipeline, consumers),
      ...each("test", (one) => testJob(pipeline, one, testedBy(one))),
      ...each("comment", (one) =>
        pipeline.pullRequests && comments(one)
          ? commentJob(pipeline, one, {
              needs: ["resolve", jobOf("test", one)],
              pullRequest: resolved("pull-request"),
              isTrusted: IS_TRUSTED,
              test: jobOf("test", one),
            })
          : undefined,
      ),
      ...coverageAlertJob(
        pipeline,
        consumers.map((one) => ({ consumer: one, job: jobOf("test", one) })),
        { needs: ["resolve"], if: `${resolved("class")} == 'main'` },
      ),
      report: reportJob(pipeline, consumers),
    },
  };
}

/** By which key the programs find those who share the workflow. */
const keyOf = ([first]: readonly Consumer[]): string => first?.group ?? first?.key ?? "";

/** Runs nothing of the commit under test: it decides what is tested and holds the token that posts the status. */
function resolveJob(pipeline: Pipeline, consumers: readonly Consumer[]): Job {
  const needsRegistry = consumers.some(({ builds }) => builds.some((build) => build.kind === "image"));
  const asksForClass = (one: Consumer): boolean =>
    Boolean(one.setup?.cache) || mayTestOther(one) || one.caches.length > 0 || one.coverage !== undefined;
  const outputs = [
    "ready",
    "reason",
    "skip",
    "sha",
    "trusted",
    ...(consumers.some(({ group }) => group !== undefined) ? ["consumers"] : []),
    ...(consumers.some(asksForClass) ? ["class"] : []),
    ...(consumers.some(comments) ? ["pull-request"] : []),
    ...(needsRegistry ? ["tag", "images"] : []),
  ];
  const condition = isTestedRun(pipeline, consumers);
  return {
    name: "Resolve the image",
    ...(condition !== undefined && { if: condition }),
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
      ...(needsRegistry && !ownCredentials(pipeline) ? loginToOwnRegistry(pipeline, { optional: true }) : []),
      useProgram("resolve-image", {
        name: "Resolve the image",
        id: "resolve",
        with: {
          consumer: keyOf(consumers),
          "gh-token": TOKEN,
          pending: true,
          ...(needsRegistry && ownCredentials(pipeline)),
        },
      }),
    ],
  };
}

/** Posts the result whatever it was: a status that nobody posts leaves a pull request waiting for ever. */
function reportJob(pipeline: Pipeline, consumers: readonly Consumer[]): Job {
  return {
    name: "Report the result",
    needs: ["resolve", ...consumers.map((one) => jobOf("test", one))],
    if: every("always()", "needs.resolve.result != 'skipped'", `${resolved("skip")} != 'true'`),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 5,
    permissions: grant({ statuses: "write" }),
    steps: [
      useProgram("report-status", {
        name: "Post the result",
        with: { consumer: keyOf(consumers), "gh-token": TOKEN, needs: expression("toJSON(needs)") },
      }),
    ],
  };
}
