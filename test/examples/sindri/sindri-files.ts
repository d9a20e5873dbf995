/** Names of Sindri's files and what many rows ask of them. */
import config from "../../../examples/sindri/ci.config.ts";
import type { Json } from "../../player/json.ts";
import type { Emission } from "../support/emission.ts";

export const BUILD = "build-image";
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

/** What a step tells its program. */
export const given = (files: Emission, file: string, job: string, step: string, input: string): Json | undefined =>
  files.step(file, job, step)?.env[input.toUpperCase().replaceAll("-", "_")];

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

/** The actions that hold the programs, where the config asks for them. */
export const actionTexts = (files: Emission): string[] =>
  [...files.texts].flatMap(([file, text]) => (file.startsWith("actions/") ? [text] : []));
