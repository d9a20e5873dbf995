/** A consumer: follows the build, takes its image, tests it, and reports on the commit whatever happened. */
import { tagEnvironment } from "../../pipeline/tags.ts";
import type { Build, Consumer, ImageBuild, Pipeline } from "../../pipeline/types.ts";
import { type Job, type Scalar, type Step, type Workflow, withComment } from "../../workflow/model.ts";
import { consumerConcurrency, consumerTriggers, statusContext } from "../consumer-trigger.ts";
import { every, expression, RUN_URL, TOKEN } from "../expressions.ts";
import { archiveArtifact } from "../jobs/image/mode.ts";
import { RECORD_ARTIFACT, RECORD_FILE } from "../jobs/record.ts";
import { downloadArtifact } from "../steps/artifacts.ts";
import { readBy } from "../programs.ts";
import { runProgram } from "../steps/program.ts";
import { loginToOwnRegistry } from "../steps/registry.ts";
import { checkout } from "../steps/sources.ts";
import { afterTestSteps, consumerEnvironment, containerSteps, filesFolder, localImage, testSteps } from "../steps/test.ts";
import { saveToolCache, setUpTools } from "../steps/tools.ts";
import { grant } from "../permissions.ts";

const RUN = "github.event.workflow_run";
const BUILD_RUN = expression(`${RUN}.id`);
const resolved = (output: string): string => `needs.resolve.outputs.${output}`;
const TRUSTED = `${resolved("trusted")} == 'true'`;

/** The names of the steps by which the metrics tell a pull from a fallback. */
export const PULL_STEP = "Pull the image";
export const FALLBACK_STEP = "Load the image from the artifact";
/** The job that runs the tests, before the matrix in its name. */
export const TEST_JOB = "Test";

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
      test: testJob(pipeline, consumer),
      report: reportJob(pipeline, consumer),
    },
  };
}

/** Runs nothing of the commit under test: it decides what is tested and holds the token that posts the status. */
function resolveJob(pipeline: Pipeline, consumer: Consumer): Job {
  const needsRegistry = consumer.builds.some((build) => build.kind === "image");
  const outputs = ["ready", "reason", "skip", "sha", "trusted", ...(consumer.setup?.cache ? ["class"] : []), ...(needsRegistry ? ["tag"] : []), ...consumer.builds.flatMap((build) => (build.kind === "image" ? [`${build.key}-digest`, `${build.key}-commit`] : []))];
  return {
    name: "Resolve the image",
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 10,
    permissions: grant({ actions: "read", packages: needsRegistry && "read", "pull-requests": "read", statuses: "write" }),
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
      runProgram("resolve-image.sh", {
        name: "Resolve the image",
        id: "resolve",
        env: {
          GH_TOKEN: TOKEN,
          REPOSITORY: expression("github.repository"),
          EVENT_NAME: expression("github.event_name"),
          RUN_EVENT: expression(`${RUN}.event`),
          RUN_ID: BUILD_RUN,
          RUN_CONCLUSION: expression(`${RUN}.conclusion`),
          RUN_CREATED_AT: expression(`${RUN}.created_at`),
          HEAD_SHA: expression(`${RUN}.head_sha`),
          HEAD_BRANCH: expression(`${RUN}.head_branch`),
          HEAD_REPOSITORY: expression(`${RUN}.head_repository.full_name`),
          PULL_REQUESTS: expression(`toJSON(${RUN}.pull_requests)`),
          RECORD_FILE: `${expression("runner.temp")}/record/${RECORD_FILE}`,
          MANUAL_TAG: consumer.dispatch ? expression("inputs.image_tag") : "",
          MANUAL_COMMIT: consumer.dispatch ? expression("inputs.commit") : "",
          BUILDS: JSON.stringify(consumer.builds.map((build) => ({ name: build.key, kind: build.kind, ...(build.kind === "image" && { image: build.image }) })), null, 2),
          FORKS: consumer.forks ? "test" : "ignore",
          EVENTS: consumer.events.join(" "),
          ...readBy("resolve-image.sh", tagEnvironment(pipeline.rules)),
        },
      }),
      runProgram("post-status.sh", {
        name: "Post the pending status",
        if: "steps.resolve.outputs.ready == 'true'",
        env: {
          GH_TOKEN: TOKEN,
          REPOSITORY: expression("github.repository"),
          SHA: expression("steps.resolve.outputs.sha"),
          CONTEXT: statusContext(pipeline, consumer),
          STATE: "pending",
          DESCRIPTION: `Testing ${expression("steps.resolve.outputs.tag")}`,
          TARGET_URL: RUN_URL,
        },
      }),
    ],
  };
}

/** Runs the code under test, with nothing worth stealing in reach. */
function testJob(pipeline: Pipeline, consumer: Consumer): Job {
  const matrix = consumer.matrix;
  const needsRegistry = consumer.builds.some((build) => build.kind === "image");
  const secrets = Object.fromEntries(
    consumer.secrets.names.map((name) => [name, expression(consumer.secrets.grant === "always" ? `secrets.${name}` : `${TRUSTED} && secrets.${name} || ''`)]),
  );
  const values = Object.keys(matrix ?? {}).map((key) => expression(`matrix.${key}`));
  return {
    name: values.length > 0 ? `${TEST_JOB} (${values.join(", ")})` : TEST_JOB,
    needs: ["resolve"],
    if: `${resolved("ready")} == 'true'`,
    "runs-on": consumer.runner,
    "timeout-minutes": consumer.timeoutMinutes,
    permissions: grant({ actions: "read", contents: "read", packages: needsRegistry && "read" }),
    ...(matrix && { strategy: { "fail-fast": false, ...(consumer.maxParallel && { "max-parallel": consumer.maxParallel }), matrix: { ...matrix } } }),
    ...consumerEnvironment(pipeline, consumer),
    ...servicesOf(consumer),
    steps: [
      ...(needsRegistry ? loginToOwnRegistry(pipeline, { if: TRUSTED, optional: true }) : []),
      ...consumer.builds.flatMap((build) => takeBuild(pipeline, consumer, build)),
      checkout(pipeline, { ...consumer.checkout, ref: expression(resolved("sha")), allowFork: expression(`${resolved("trusted")} != 'true'`) }),
      ...setUpTools(pipeline, consumer.setup),
      ...containerSteps(pipeline, consumer),
      ...testSteps(pipeline, consumer, secrets),
      ...saveToolCache(pipeline, consumer.setup, every(`${resolved("class")} == 'main'`)),
      ...afterTestSteps(pipeline, consumer),
      ...consumer.builds.flatMap((build) => (build.kind === "image" ? [summaryStep(consumer, build)] : [])),
    ],
  };
}

export function servicesOf(consumer: Consumer): Pick<Job, "services"> {
  const services = Object.entries(consumer.services).map(([key, service]) => [
    key,
    {
      image: service.image.includes("@sha256:") ? service.image : withComment(service.image, "zizmor: ignore[unpinned-images] the config names this image by its tag"),
      ...(service.ports.length > 0 && { ports: service.ports }),
      ...(Object.keys(service.env).length > 0 && { env: service.env }),
      ...(service.options && { options: service.options }),
    },
  ]);
  return services.length > 0 ? { services: Object.fromEntries(services) } : {};
}

const several = (consumer: Consumer): boolean => consumer.builds.filter((build) => build.kind === "image").length > 1;
const titled = (title: string, consumer: Consumer, build: Build): string => (several(consumer) ? `${title} (${build.key})` : title);

function takeBuild(pipeline: Pipeline, consumer: Consumer, build: Build): Step[] {
  if (build.kind === "files")
    return [downloadArtifact(pipeline, { title: `Download ${build.key}`, name: build.artifact, path: filesFolder(build.key), runId: BUILD_RUN })];
  const folder = `${expression("runner.temp")}/image-${build.key}`;
  const anotherFollows = consumer.builds.slice(consumer.builds.indexOf(build) + 1).some((other) => other.kind === "image");
  const notPulled = `steps.pull-${build.key}.outputs.source != 'registry'`;
  const image: Record<string, Scalar> = {
    IMAGE: build.image,
    TAG: expression(resolved("tag")),
    EXPECTED_COMMIT: expression(resolved(`${build.key}-commit`)),
    LOCAL_TAG: localImage(pipeline, consumer, build.key),
    FRESHNESS: pipeline.freshness,
  };
  return [
    runProgram("pull-image.sh", {
      name: titled(PULL_STEP, consumer, build),
      id: `pull-${build.key}`,
      // What a fork's run built is in no registry.
      if: TRUSTED,
      timeoutMinutes: 10,
      env: { ...image, DIGEST: expression(resolved(`${build.key}-digest`)), TRUSTED: expression(resolved("trusted")), ATTEMPTS: consumer.pull.attempts, DELAY: consumer.pull.delaySeconds, ...(anotherFollows && { KEEP_LOGIN: true }) },
    }),
    downloadArtifact(pipeline, {
      title: titled("Download the image artifact", consumer, build),
      name: archiveArtifact(build),
      path: folder,
      runId: BUILD_RUN,
      if: every(notPulled, `${RUN}.id`),
      continueOnError: true,
    }),
    runProgram("load-image.sh", {
      name: titled(FALLBACK_STEP, consumer, build),
      id: `load-${build.key}`,
      if: notPulled,
      timeoutMinutes: 10,
      env: { ...image, ARCHIVE: `${folder}/image-${build.key}.tar`, RUN_URL: expression(`${RUN}.html_url`) },
    }),
  ];
}

function summaryStep(consumer: Consumer, build: ImageBuild): Step {
  return runProgram("image-summary.sh", {
    name: titled("Say where the image came from", consumer, build),
    if: "always()",
    env: {
      IMAGE: build.image,
      TAG: expression(resolved("tag")),
      DIGEST: expression(resolved(`${build.key}-digest`)),
      COMMIT: expression(resolved("sha")),
      SOURCE: expression(`steps.load-${build.key}.outputs.source || steps.pull-${build.key}.outputs.source`),
      RESULT: expression("job.status"),
    },
  });
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
      runProgram("report-status.sh", {
        name: "Post the result",
        env: {
          GH_TOKEN: TOKEN,
          REPOSITORY: expression("github.repository"),
          SHA: expression(`${resolved("sha")} || ${RUN}.head_sha`),
          CONTEXT: statusContext(pipeline, consumer),
          NEEDS: expression("toJSON(needs)"),
          BUILD_CONCLUSION: expression(`${RUN}.conclusion`),
          REASON: expression(resolved("reason")),
          TARGET_URL: RUN_URL,
        },
      }),
    ],
  };
}
