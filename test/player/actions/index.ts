/** The stand-ins, one line an action. */
import type { Action } from "../action.ts";
import { appToken } from "./app-token.ts";
import { attesters } from "./attest.ts";
import { bake } from "./bake.ts";
import { buildPush } from "./build-push.ts";
import { cache, cacheRestore, cacheSave } from "./cache.ts";
import { checkout } from "./checkout.ts";
import { configureAws, ecrLogin, googleAuth } from "./clouds.ts";
import { cosignInstaller, setupFlyctl } from "./commands.ts";
import { downloadArtifact } from "./download-artifact.ts";
import { login } from "./login.ts";
import { quietActions } from "./quiet.ts";
import { trivy } from "./trivy.ts";
import { uploadArtifact } from "./upload-artifact.ts";
import { uploadSarif } from "./upload-sarif.ts";

const all: readonly Action[] = [
  checkout,
  login,
  buildPush,
  bake,
  uploadArtifact,
  downloadArtifact,
  cache,
  cacheRestore,
  cacheSave,
  trivy,
  uploadSarif,
  ...attesters,
  cosignInstaller,
  setupFlyctl,
  configureAws,
  ecrLogin,
  googleAuth,
  appToken,
  ...quietActions,
];

export const standInActions: ReadonlyMap<string, Action> = new Map(all.map((action) => [action.name, action]));
