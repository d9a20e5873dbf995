/** Names of Charon's files and a few questions that many rows ask of them. */
import type { Json } from "../../player/json.ts";
import { type Emission, valueAt } from "./emission.ts";

export const BUILD = "docker-build";
export const IMAGE = "ghcr.io/wikid82/charon";
export const BUILD_NAME = "Docker Build, Publish & Test";
export const INTEGRATION = ["crowdsec-integration", "cerberus-integration", "waf-integration", "rate-limit-integration"];
export const CONSUMERS = [...INTEGRATION, "supply-chain-pr", "security-pr", "e2e-tests"];

export const same = (value: Json | undefined, expected: Json): boolean => JSON.stringify(value) === JSON.stringify(expected);

/** Whether the list holds the value. */
export const holdsValue = (list: Json | undefined, value: Json): boolean => Array.isArray(list) && list.includes(value);

export const onOf = (files: Emission, file: string, path: string): Json | undefined => valueAt(files.workflow(file)?.on, path);

/** The script of a step, empty where there is none. */
export const script = (files: Emission, file: string, job: string, step: string): string => files.step(file, job, step)?.run ?? "";

/** The input of an action's step. */
export const input = (files: Emission, file: string, job: string, step: string, name: string): Json | undefined => files.step(file, job, step)?.with[name];

/** An environment variable of a step. */
export const variable = (files: Emission, file: string, job: string, step: string, name: string): Json | undefined => files.step(file, job, step)?.env[name];

/** The text of a shell function, wherever it stands in a script. */
export const shellFunction = (text: string, name: string): string | undefined => new RegExp(`^${name}\\(\\) \\{\\n[\\s\\S]*?^\\}`, "m").exec(text)?.[0];

/** Whether a consumer follows the build and takes its image, building nothing itself. */
export function takesSharedImage(files: Emission, file: string): boolean {
  const steps = [...(files.workflow(file)?.jobs.values() ?? [])].flatMap((job) => job.steps);
  return (
    holdsValue(onOf(files, file, "workflow_run.workflows"), BUILD_NAME) &&
    steps.some((step) => step.name === "Pull the image" && step.env["IMAGE"] === IMAGE) &&
    !steps.some((step) => step.uses?.startsWith("docker/build-push-action") || step.run?.includes("docker build "))
  );
}
