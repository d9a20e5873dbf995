/** The job that runs a consumer's tests, whoever started it: it takes what was built, and has nothing worth stealing in reach. */
import { pullsImages } from "../../pipeline/local-images.ts";
import { takenBy } from "../../pipeline/runs.ts";
import { TEST_JOB } from "../../pipeline/step-names.ts";
import type { Consumer, Pipeline } from "../../pipeline/types.ts";
import { type Job, withComment } from "../../workflow/model.ts";
import { environmentOf } from "../environment.ts";
import { matrixOf } from "../dispatch-inputs.ts";
import { expression } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { deploymentSteps } from "../steps/deployment.ts";
import { restoreCaches, saveCaches } from "../steps/caches.ts";
import { login, loginPermissionsOfAll, loginToOwnRegistry, ownCredentials } from "../steps/registry.ts";
import { prepareSteps } from "../steps/prepare.ts";
import { coverageSteps, diagnosticSteps, resultSteps } from "../steps/quality.ts";
import { checkout } from "../steps/sources.ts";
import {
  type HandedOn,
  makeMissingFiles,
  minutesWithBuild,
  readsArtifacts,
  takeFiles,
  takeImages,
} from "../steps/take.ts";
import { afterTestSteps, consumerEnvironment, containerSteps, testSteps } from "../steps/test.ts";
import { saveToolCache, setUpTools } from "../steps/tools.ts";
import { coverageOutputs } from "./coverage-alert.ts";

/** Where a test job learns what it tests; expressions without their `${{ }}`. */
export interface Tested extends HandedOn {
  needs: readonly string[];
  /** When the job runs at all. */
  if: string | undefined;
  /** What the job is called before the values of its matrix, where that is not `TEST_JOB`. */
  name?: string;
  sha: string;
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
    image: image && { build: image, images: tested.images, class: tested.class },
  });
  return {
    name: values.length > 0 ? `${name} (${values.join(", ")})` : name,
    ...(tested.needs.length > 0 && { needs: tested.needs }),
    ...(tested.if && { if: tested.if }),
    "runs-on": consumer.runner,
    "timeout-minutes": minutesWithBuild(consumer),
    permissions: grant({
      actions: (tested.runId !== undefined || readsArtifacts(consumer)) && "read",
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
      checkout(pipeline, {
        ...consumer.checkout,
        ref: expression(tested.sha),
        ...(tested.trusted !== undefined && { allowFork: expression(`${tested.trusted} != 'true'`) }),
      }),
      ...takeImages(pipeline, consumer, tested),
      ...takeFiles(pipeline, consumer, tested),
      ...makeMissingFiles(consumer),
      ...setUpTools(pipeline, consumer.setup),
      ...restoreCaches(pipeline, consumer.caches, tested.sha),
      ...prepareSteps(consumer.prepare, consumer.timeoutMinutes),
      ...containerSteps(consumer),
      ...deployment.before,
      ...testSteps(pipeline, consumer, { ...secrets, ...deployment.env }),
      ...deployment.after,
      ...coverageSteps(pipeline, consumer, { commit: tested.sha, isMain: `${tested.class} == 'main'` }),
      ...saveToolCache(pipeline, consumer.setup, `${tested.class} == 'main'`),
      ...saveCaches(pipeline, consumer.caches, `${tested.class} == 'main'`),
      ...resultSteps(pipeline, consumer),
      ...afterTestSteps(pipeline, consumer),
      ...diagnosticSteps(pipeline, consumer),
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
