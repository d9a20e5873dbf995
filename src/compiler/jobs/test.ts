/** The job that runs a consumer's tests, whoever started it: it takes what was built, and has nothing worth stealing in reach. */
import { pullsImages } from "../../pipeline/local-images.ts";
import { takenBy } from "../../pipeline/runs.ts";
import { FALLBACK_STEP, PULL_STEP, TEST_JOB } from "../../pipeline/step-names.ts";
import type { Build, Consumer, ImageBuild, Pipeline } from "../../pipeline/types.ts";
import { type Job, type Step, withComment } from "../../workflow/model.ts";
import { environmentOf } from "../environment.ts";
import { matrixOf } from "../dispatch-inputs.ts";
import { every, expression } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { downloadArtifact } from "../steps/artifacts.ts";
import { buildMissing, buildOwn, refuseUntested, minutesWithBuild } from "../steps/build-locally.ts";
import { deploymentSteps } from "../steps/deployment.ts";
import { restoreCaches, saveCaches } from "../steps/caches.ts";
import { useProgram } from "../steps/program.ts";
import { login, loginPermissionsOfAll, loginToOwnRegistry, ownCredentials } from "../steps/registry.ts";
import { prepareSteps } from "../steps/prepare.ts";
import { coverageSteps, diagnosticSteps, resultSteps } from "../steps/quality.ts";
import { checkout } from "../steps/sources.ts";
import { afterTestSteps, consumerEnvironment, containerSteps, filesFolder, testSteps } from "../steps/test.ts";
import { saveToolCache, setUpTools } from "../steps/tools.ts";
import { coverageOutputs } from "./coverage-alert.ts";
import { archiveArtifact } from "./image/outputs.ts";

/** Where a test job learns what it tests; expressions without their `${{ }}`. */
export interface Tested {
  needs: readonly string[];
  /** When the job runs at all. */
  if: string | undefined;
  /** What the job is called before the values of its matrix, where that is not `TEST_JOB`. */
  name?: string;
  sha: string;
  class: string;
  tag: string;
  trusted: string;
  /** A condition: the commit is this repository's own. */
  isTrusted: string;
  digestOf(build: ImageBuild): string;
  /** The commit that an image was made from. */
  commitOf(build: ImageBuild): string;
  /** The run whose artifacts are taken, where it is another one. */
  runId: string | undefined;
  /** A condition: there is a run that has artifacts. */
  hasArtifacts: string | undefined;
  /** Whether it runs on `workflow_run`, where the commit of a fork must be asked for in so many words. */
  followsRun: boolean;
}

/** Runs the code under test, with nothing worth stealing in reach. */
export function testJob(pipeline: Pipeline, consumer: Consumer, tested: Tested): Job {
  const needsRegistry = takenBy(consumer).some((build) => build.kind === "image");
  // Where it can, the program that pulls logs in itself, and out again before anybody's code runs.
  const logsIn = needsRegistry && !(pullsImages(consumer) && ownCredentials(pipeline));
  const secrets = Object.fromEntries(
    consumer.secrets.names.map((name) => [
      name,
      expression(
        consumer.secrets.grant === "always" ? `secrets.${name}` : `${tested.isTrusted} && secrets.${name} || ''`,
      ),
    ]),
  );
  const values = Object.keys(consumer.matrix ?? {}).map((key) => expression(`matrix.${key}`));
  const [image] = takenBy(consumer).filter((build) => build.kind === "image");
  const name = tested.name ?? TEST_JOB;
  const deployment = deploymentSteps(pipeline, consumer, {
    isTrusted: tested.isTrusted,
    image: image && { build: image, digest: tested.digestOf(image) },
  });
  return {
    name: values.length > 0 ? `${name} (${values.join(", ")})` : name,
    ...(tested.needs.length > 0 && { needs: tested.needs }),
    ...(tested.if && { if: tested.if }),
    "runs-on": consumer.runner,
    "timeout-minutes": minutesWithBuild(consumer),
    permissions: grant({
      actions: tested.runId !== undefined && "read",
      contents: "read",
      ...(needsRegistry && loginPermissionsOfAll([pipeline.registry, ...pipeline.mirrors], "read")),
    }),
    ...environmentOf(consumer.environment),
    ...matrixOf(consumer),
    ...consumerEnvironment(pipeline, consumer),
    ...servicesOf(consumer),
    ...coverageOutputs(consumer),
    steps: [
      ...(logsIn ? loginToOwnRegistry(pipeline, { if: tested.isTrusted, optional: true }) : []),
      ...(logsIn
        ? pipeline.mirrors.flatMap((mirror) => login(pipeline, mirror, { if: tested.isTrusted, optional: true }))
        : []),
      ...takenBy(consumer).flatMap((build) =>
        build.kind === "files" || pullsImages(consumer) ? takeBuild(pipeline, consumer, build, tested) : [],
      ),
      checkout(pipeline, {
        ...consumer.checkout,
        ref: expression(tested.sha),
        ...(tested.followsRun && { allowFork: expression(`${tested.trusted} != 'true'`) }),
      }),
      ...(consumer.source === "build"
        ? buildOwn(pipeline, consumer, tested.sha)
        : consumer.fallback === "build"
          ? buildMissing(pipeline, consumer, tested.sha)
          : []),
      ...setUpTools(pipeline, consumer.setup),
      ...restoreCaches(pipeline, consumer.caches, tested.sha),
      ...prepareSteps(consumer.prepare, consumer.timeoutMinutes),
      ...containerSteps(consumer),
      ...deployment.before,
      ...testSteps(pipeline, consumer, { ...secrets, ...deployment.env }),
      ...deployment.after,
      ...refuseUntested(consumer, { className: tested.class, digestOf: tested.digestOf }),
      ...coverageSteps(pipeline, consumer, { commit: tested.sha, isMain: `${tested.class} == 'main'` }),
      ...saveToolCache(pipeline, consumer.setup, `${tested.class} == 'main'`),
      ...saveCaches(pipeline, consumer.caches, `${tested.class} == 'main'`),
      ...resultSteps(pipeline, consumer),
      ...afterTestSteps(pipeline, consumer),
      ...diagnosticSteps(pipeline, consumer),
      ...takenBy(consumer).flatMap((build) =>
        build.kind === "image" ? [summaryStep(consumer, build, tested, deployment.source)] : [],
      ),
    ],
  };
}

export function servicesOf(consumer: Consumer): Pick<Job, "services"> {
  const services = Object.entries(consumer.services).map(([key, service]) => [
    key,
    {
      image: service.image.includes("@sha256:")
        ? service.image
        : withComment(service.image, "zizmor: ignore[unpinned-images] the config names this image by its tag"),
      ...(service.ports.length > 0 && { ports: service.ports }),
      ...(Object.keys(service.env).length > 0 && { env: service.env }),
      ...(service.options && { options: service.options }),
    },
  ]);
  return services.length > 0 ? { services: Object.fromEntries(services) } : {};
}

const several = (consumer: Consumer): boolean => consumer.builds.filter((build) => build.kind === "image").length > 1;
const titled = (title: string, consumer: Consumer, build: Build): string =>
  several(consumer) ? `${title} (${build.key})` : title;

function takeBuild(pipeline: Pipeline, consumer: Consumer, build: Build, tested: Tested): Step[] {
  const canBuild = consumer.fallback === "build";
  const fromRun = tested.runId !== undefined && { runId: tested.runId };
  if (build.kind === "files")
    return [
      downloadArtifact(pipeline, {
        title: `Download ${build.key}`,
        name: build.artifact,
        path: filesFolder(build.key),
        ...fromRun,
        ...(canBuild && { id: `take-${build.key}`, continueOnError: true }),
      }),
    ];
  const notPulled = `steps.pull-${build.key}.outputs.source != 'registry'`;
  const image = {
    build: build.key,
    consumer: consumer.key,
    tag: expression(tested.tag),
    commit: expression(tested.commitOf(build)),
  };
  return [
    useProgram("pull-image", {
      name: titled(PULL_STEP, consumer, build),
      id: `pull-${build.key}`,
      // What a fork's run built is in no registry.
      if: tested.isTrusted,
      timeoutMinutes: 10,
      with: {
        ...image,
        digest: expression(tested.digestOf(build)),
        trusted: expression(tested.trusted),
        ...ownCredentials(pipeline),
      },
    }),
    downloadArtifact(pipeline, {
      title: titled("Download the image artifact", consumer, build),
      name: archiveArtifact(build),
      path: `${expression("runner.temp")}/image-${build.key}`,
      ...fromRun,
      if: every(notPulled, tested.hasArtifacts),
      continueOnError: true,
    }),
    useProgram("load-image", {
      name: titled(FALLBACK_STEP, consumer, build),
      id: `load-${build.key}`,
      if: notPulled,
      timeoutMinutes: 10,
      with: image,
    }),
  ];
}

/** Where an image on the runner came from; in a place of its own, what was deployed there. */
const sourceOf = (consumer: Consumer, build: ImageBuild): string =>
  `steps.load-${build.key}.outputs.source || steps.pull-${build.key}.outputs.source${consumer.fallback === "build" ? ` || steps.make-${build.key}.outcome == 'success' && 'source' || ''` : ""}`;

function summaryStep(consumer: Consumer, build: ImageBuild, tested: Tested, deployed: string | undefined): Step {
  return useProgram("image-summary", {
    name: titled("Say where the image came from", consumer, build),
    if: "always()",
    with: {
      build: build.key,
      tag: expression(tested.tag),
      digest: expression(tested.digestOf(build)),
      commit: expression(tested.sha),
      source: expression(pullsImages(consumer) ? sourceOf(consumer, build) : (deployed ?? "''")),
      result: expression("job.status"),
    },
  });
}
