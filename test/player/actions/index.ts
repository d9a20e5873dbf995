/** The stand-ins, one line an action. */
import type { Action } from "../action.ts";
import { attestBuildProvenance } from "./attest.ts";
import { buildPush } from "./build-push.ts";
import { checkout } from "./checkout.ts";
import { downloadArtifact } from "./download-artifact.ts";
import { login } from "./login.ts";
import { quietActions } from "./quiet.ts";
import { trivy } from "./trivy.ts";
import { uploadArtifact } from "./upload-artifact.ts";
import { uploadSarif } from "./upload-sarif.ts";

const all: readonly Action[] = [checkout, login, buildPush, uploadArtifact, downloadArtifact, trivy, uploadSarif, attestBuildProvenance, ...quietActions];

export const standInActions: ReadonlyMap<string, Action> = new Map(all.map((action) => [action.name, action]));
