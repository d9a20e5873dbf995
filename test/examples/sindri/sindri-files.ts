/** Names of Sindri's files and what many rows ask of them. */
import config from "../../../examples/sindri/ci.config.ts";
import type { Json } from "../../player/json.ts";
import type { Emission } from "../support/emission.ts";
import { script } from "../support/questions.ts";

export const BUILD = "build-image";
/** The called workflow where the image is planned, built, pushed and published, all in one job. */
export const BUILDS = "builds";
export const JOB = "build-sindri";
export const IMAGE = "registry.fly.io/sindri-registry";
export const VALIDATIONS = ["manager-validation", "syntax-validation"];

/** The plan's table of workflows that deploy. */
export const DEPLOYING = [
  ...[
    "per-extension",
    "integration",
    "api-compliance",
    "extension-combinations",
    "protected-extensions-tests",
    "cleanup-extensions-tests",
  ],
  ...[
    "manifest-operations-tests",
    "dependency-chain-tests",
    "test-extensions-metadata",
    "test-extensions-upgrade-vm",
    "developer-workflow",
    "mise-stack-integration",
  ],
];
/** Those that wait for both validations. */
export const EXTENSION_TESTS = DEPLOYING.filter(
  (key) => !["integration", "developer-workflow", "mise-stack-integration"].includes(key),
);
export const EXTENSIONS: readonly string[] =
  (config.consumers?.["per-extension"] as { matrix?: { extension?: readonly string[] } } | undefined)?.matrix
    ?.extension ?? [];

/** What a step tells its action. */
export const given = (files: Emission, file: string, job: string, step: string, input: string): Json | undefined =>
  files.step(file, job, step)?.with[input];

/** The commands that a step has run, with retries or until they succeed. */
export const commands = (files: Emission, file: string, step: string): string =>
  String(given(files, file, "test", step, "commands") ?? "");

/** Whether a test deploys the image that the build made, and builds none. */
export const deploysImage = (files: Emission, file: string): boolean =>
  commands(files, file, "Deploy the image").includes('--image "$IMAGE_REF"') &&
  files.step(file, "test", "Deploy the image")?.env["IMAGE_REF"] === "${{ steps.confirm-image.outputs.reference }}";

/** The jobs of one test: as many as its matrix has values. */
export const jobsIn = (files: Emission, file: string): string =>
  JSON.stringify(files.job(file, "test")?.strategy ?? null);

/** A value of the plan about a test's deployment. */
export const deployment = (files: Emission, file: string, name: string): Json | undefined =>
  files.plan(`consumers.${file}.deployment.${name}`);

/** The text of a program that the build's job runs, by the name of its step. */
export const buildScript = (files: Emission, step: string): string => script(files, BUILDS, JOB, step);

/** The actions that hold the programs: `action.yml` of each. */
export const actionTexts = (files: Emission): string[] =>
  [...files.texts].flatMap(([file, text]) => (file.startsWith("actions/") ? [text] : []));
