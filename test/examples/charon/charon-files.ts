/** Names of Charon's files and what many rows ask of them. */
import type { JobDefinition, StepDefinition } from "../../player/workflow-file.ts";
import type { Json } from "../../player/json.ts";
import type { Emission } from "../support/emission.ts";
import { holdsValue, moduleFunction, onOf, scriptOf } from "../support/questions.ts";

export const BUILD = "docker-build";
/** What the build, the nightly build and the release call. */
export const BUILDS = "builds";
/** The one file of the four integration tests. */
export const GROUP = "integration";
export const IMAGE = "ghcr.io/wikid82/charon";
export const BUILD_NAME = "Docker Build, Publish & Test";
export const INTEGRATION = [
  "crowdsec-integration",
  "cerberus-integration",
  "waf-integration",
  "rate-limit-integration",
];
/** Whoever has a file of their own. */
export const SINGLE = ["supply-chain-pr", "security-pr", "e2e-tests"];
export const CONSUMERS = [...INTEGRATION, ...SINGLE];
/** The files that follow the build. */
export const TEST_FILES = [GROUP, ...SINGLE];

/** The file of a consumer: the group's, or its own. */
export const fileOf = (files: Emission, consumer: string): string =>
  files.workflow(consumer) === undefined ? GROUP : consumer;

export const testJob = (files: Emission, consumer: string): JobDefinition | undefined => {
  const file = fileOf(files, consumer);
  return files.job(file, file === consumer ? "test" : `test-${consumer}`);
};

/** A step of a consumer's test, by the beginning of its name. */
export const testStep = (files: Emission, consumer: string, name: string): StepDefinition | undefined =>
  testJob(files, consumer)?.steps.find((step) => step.name?.startsWith(name));

/** What such a step runs; empty where there is none. */
export function testScript(files: Emission, consumer: string, name: string): string {
  const step = testStep(files, consumer, name);
  return step === undefined ? "" : scriptOf(files, step);
}

/** What the plan says of a consumer. */
export const planned = (files: Emission, consumer: string, path: string): Json | undefined =>
  files.plan(`consumers.${consumer}.${path}`);

/** The step by which a test has its image. */
export const TAKE = "Take the image";
/** What that step runs. */
export const takeScript = (files: Emission, consumer: string): string => testScript(files, consumer, TAKE);
/** One of its functions; empty where it has none of that name. */
export const takeFunction = (files: Emission, consumer: string, name: string): string =>
  moduleFunction(takeScript(files, consumer), name) ?? "";

/** Where the program builds: for a consumer that is to build for itself, or that may when there is nothing else. */
export const BUILDS_ITSELF = 'if (consumer.source === "build") return fromSources(image);';
const STOPS_WITHOUT_IMAGE = /if \(consumer\.fallback !== "build"\)\s+fail\(/;

/** Whether the program that takes the image never builds one for this consumer. */
export const buildsNothing = (files: Emission, consumer: string): boolean =>
  planned(files, consumer, "source") === "registry" &&
  planned(files, consumer, "fallback") === "fail" &&
  takeFunction(files, consumer, "take").includes(BUILDS_ITSELF) &&
  STOPS_WITHOUT_IMAGE.test(takeFunction(files, consumer, "take"));

/** A step that makes an image, whatever it pushes. */
const builds = ({ uses, run }: StepDefinition): boolean =>
  /^docker\/(build-push|bake)-action@|\/(prepare-build|export-image)$/.test(uses ?? "") ||
  /docker (buildx )?(build|bake)\b/.test(run ?? "");

/** Whether a consumer follows the build and takes its image, building nothing itself. */
export function takesSharedImage(files: Emission, consumer: string): boolean {
  const file = fileOf(files, consumer);
  const steps = [...(files.workflow(file)?.jobs.values() ?? [])].flatMap((job) => job.steps);
  const take = testStep(files, consumer, TAKE);
  return (
    holdsValue(onOf(files, file, "workflow_run.workflows"), BUILD_NAME) &&
    take?.uses?.endsWith("/take-image") === true &&
    take.with["consumer"] === consumer &&
    take.with["images"] === "${{ needs.resolve.outputs.images }}" &&
    holdsValue(planned(files, consumer, "builds"), "charon") &&
    planned(files, consumer, "images.charon") !== undefined &&
    files.plan("builds.charon.image") === IMAGE &&
    buildsNothing(files, consumer) &&
    !steps.some(builds)
  );
}
