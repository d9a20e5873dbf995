/** Names of Charon's files and what many rows ask of them. */
import type { Emission } from "../support/emission.ts";
import { holdsValue, onOf } from "../support/questions.ts";

export const BUILD = "docker-build";
export const IMAGE = "ghcr.io/wikid82/charon";
export const BUILD_NAME = "Docker Build, Publish & Test";
export const INTEGRATION = [
  "crowdsec-integration",
  "cerberus-integration",
  "waf-integration",
  "rate-limit-integration",
];
export const CONSUMERS = [...INTEGRATION, "supply-chain-pr", "security-pr", "e2e-tests"];

/** Whether a consumer follows the build and takes its image, building nothing itself. */
export function takesSharedImage(files: Emission, file: string): boolean {
  const steps = [...(files.workflow(file)?.jobs.values() ?? [])].flatMap((job) => job.steps);
  return (
    holdsValue(onOf(files, file, "workflow_run.workflows"), BUILD_NAME) &&
    steps.some((step) => step.name === "Pull the image" && step.env["IMAGE"] === IMAGE) &&
    !steps.some((step) => step.uses?.startsWith("docker/build-push-action") || step.run?.includes("docker build "))
  );
}
