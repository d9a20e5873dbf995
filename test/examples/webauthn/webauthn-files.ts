/** Names of the WebAuthn server's files and what many rows ask of them. */
import type { Json } from "../../player/json.ts";
import type { Emission } from "../support/emission.ts";
import { variable } from "../support/questions.ts";

export const BUILD = "main-ci-cd";
export const TARGETS = ["deliver-dockerhub", "deliver-npm", "deliver-central"] as const;
export const SERVER_COPY = "Copy the tested image of webauthn-server";
export const CREDENTIALS_COPY = "Copy the tested image of test-credentials";
export const CLEAN = "Clean up by what became of this run";

/** The proofs by playing whole runs. */
export const PUBLISHING = "test/execution/pipeline/webauthn.test.ts";
export const FAILURES = "test/execution/pipeline/webauthn-failures.test.ts";

export const needsOf = (files: Emission, job: string): readonly string[] => files.job(BUILD, job)?.needs ?? [];
export const conditionOf = (files: Emission, job: string): string => files.job(BUILD, job)?.if ?? "";
export const inJob = (files: Emission, job: string, step: string, name: string): Json | undefined =>
  variable(files, BUILD, job, step, name);
