/**
 * A consumer that builds for itself again (`source: "build"`): the partial rollback for the day when the shared image
 * is what is broken. It runs on the code's own events, pushes nothing, and keeps the name that branch rules require.
 */
import { comments } from "../../pipeline/runs.ts";
import type { Consumer, Pipeline } from "../../pipeline/types.ts";
import type { Job, Triggers, Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { choiceInputs, matrixOf } from "../dispatch-inputs.ts";
import { environmentOf } from "../environment.ts";
import { every, expression, HEAD_SHA, OF_THIS_REPOSITORY, quoted } from "../expressions.ts";
import { commentJob } from "../jobs/comment.ts";
import { coverageAlertJob, coverageOutputs } from "../jobs/coverage-alert.ts";
import { TEST_JOB } from "../../pipeline/step-names.ts";
import { servicesOf } from "../jobs/test.ts";
import { restoreCaches, saveCaches } from "../steps/caches.ts";
import { deploymentSteps } from "../steps/deployment.ts";
import { prepareSteps } from "../steps/prepare.ts";
import { useProgram } from "../steps/program.ts";
import { coverageSteps, diagnosticSteps, resultSteps } from "../steps/quality.ts";
import { checkout } from "../steps/sources.ts";
import { makeMissingFiles, minutesWithBuild, takeImages } from "../steps/take.ts";
import { afterTestSteps, consumerEnvironment, containerSteps, testSteps } from "../steps/test.ts";
import { saveToolCache, setUpTools } from "../steps/tools.ts";
import { codeTriggers } from "./build.ts";
import { grant } from "../permissions.ts";

export function selfBuildingConsumerWorkflow(pipeline: Pipeline, consumer: Consumer): Workflow {
  const ofPulls = testsPulls(pipeline, consumer);
  const commit = "format('{0}-{1}', github.ref, github.sha)";
  return {
    name: consumer.name,
    on: triggers(pipeline, consumer),
    permissions: {},
    concurrency: {
      group: concurrencyGroup(
        pipeline,
        "test",
        consumer.key,
        expression(ofPulls ? `github.event.pull_request.number || ${commit}` : commit),
      ),
      "cancel-in-progress": ofPulls ? expression("github.event_name == 'pull_request'") : false,
    },
    jobs: {
      test: testJob(pipeline, consumer),
      ...(pipeline.pullRequests &&
        comments(consumer) && {
          comment: commentJob(pipeline, consumer, {
            needs: ["test"],
            pullRequest: "github.event.pull_request.number",
            isTrusted: `(${OF_THIS_REPOSITORY})`,
            test: "test",
          }),
        }),
      ...coverageAlertJob(pipeline, [{ consumer, job: "test" }], { if: isMain(pipeline) }),
      report: gateJob(pipeline, consumer),
    },
  };
}

/** A condition: what the job saves, main's own runs alone may save. */
const isMain = ({ branches }: Pipeline): string =>
  `github.event_name == 'push' && github.ref_name == ${quoted(branches.main)}`;

/** Whether it runs for pull requests; nothing else may be a fork's. */
const testsPulls = (pipeline: Pipeline, consumer: Consumer): boolean =>
  triggers(pipeline, consumer).pull_request !== undefined;

/** A condition: the code is this repository's own; nothing where no other comes here. */
const ofThisRepository = (pipeline: Pipeline, consumer: Consumer): string | undefined =>
  testsPulls(pipeline, consumer) ? `(${OF_THIS_REPOSITORY})` : undefined;

/** The code's own events, of those that the consumer tests; all of them where it tests none of these. */
function triggers(pipeline: Pipeline, consumer: Consumer): Triggers {
  const own = codeTriggers(pipeline, consumer.events);
  const inputs = choiceInputs(consumer);
  return {
    ...(Object.keys(own).length > 0 ? own : codeTriggers(pipeline)),
    ...(consumer.dispatch && { workflow_dispatch: Object.keys(inputs).length > 0 ? { inputs } : null }),
  };
}

function testJob(pipeline: Pipeline, consumer: Consumer): Job {
  const values = Object.keys(consumer.matrix ?? {}).map((key) => expression(`matrix.${key}`));
  const isOwn = ofThisRepository(pipeline, consumer);
  const secrets = Object.fromEntries(
    consumer.secrets.names.map((name) => [
      name,
      expression(isOwn === undefined ? `secrets.${name}` : `${isOwn} && secrets.${name} || ''`),
    ]),
  );
  const deployment = deploymentSteps(pipeline, consumer, { isTrusted: `(${OF_THIS_REPOSITORY})`, image: undefined });
  return {
    name: values.length > 0 ? `${TEST_JOB} (${values.join(", ")})` : TEST_JOB,
    ...(!consumer.forks && isOwn !== undefined && { if: OF_THIS_REPOSITORY }),
    "runs-on": consumer.runner,
    "timeout-minutes": minutesWithBuild(consumer),
    permissions: grant({ contents: "read" }),
    ...environmentOf(consumer.environment),
    ...matrixOf(consumer),
    ...consumerEnvironment(pipeline, consumer),
    ...servicesOf(consumer),
    ...coverageOutputs(consumer),
    steps: [
      checkout(pipeline, { ...consumer.checkout, ref: expression(HEAD_SHA) }),
      // An image that is only deployed is made where it is deployed to.
      ...takeImages(pipeline, consumer),
      ...setUpTools(pipeline, consumer.setup),
      ...restoreCaches(pipeline, consumer.caches, HEAD_SHA),
      ...prepareSteps(consumer.prepare, consumer.timeoutMinutes),
      ...makeMissingFiles(consumer),
      ...containerSteps(consumer),
      ...deployment.before,
      ...testSteps(pipeline, consumer, { ...secrets, ...deployment.env }),
      ...deployment.after,
      ...coverageSteps(pipeline, consumer, { commit: HEAD_SHA, isMain: isMain(pipeline) }),
      ...saveToolCache(pipeline, consumer.setup, isMain(pipeline)),
      ...saveCaches(pipeline, consumer.caches, isMain(pipeline)),
      ...resultSteps(pipeline, consumer),
      ...afterTestSteps(pipeline, consumer),
      ...diagnosticSteps(pipeline, consumer),
    ],
  };
}

/** Its name is the status context of the shared form, so a branch rule finds it under either. */
function gateJob(pipeline: Pipeline, consumer: Consumer): Job {
  return {
    name: consumer.name,
    needs: ["test"],
    if: every("always()", !consumer.forks && ofThisRepository(pipeline, consumer)),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 5,
    permissions: {},
    steps: [useProgram("check-needs", { name: "Check the tests", with: { needs: expression("toJSON(needs)") } })],
  };
}
