/** Publishes to Maven Central the very artifacts that were tested, signed here. */
import type { MavenTarget, Pipeline } from "../../../pipeline/types.ts";
import type { Job } from "../../../workflow/model.ts";
import { expression, planned } from "../../expressions.ts";
import { runProgram } from "../../steps/program.ts";
import { lookForOwnSecrets } from "../../steps/secrets.ts";
import { filesFolder } from "../../steps/test.ts";
import { PROGRAM_TOOLS, setUpTools } from "../../steps/tools.ts";
import { type Delivery, deliveryJob, takeFiles } from "./delivery.ts";

export const publishMavenJob = (pipeline: Pipeline, target: MavenTarget, delivery: Delivery): Job => ({
  ...deliveryJob(pipeline, target, delivery),
  permissions: {},
  steps: [
    ...lookForOwnSecrets(target),
    takeFiles(pipeline, target.from),
    ...setUpTools(pipeline, PROGRAM_TOOLS),
    runProgram("publish-maven.mjs", {
      name: "Publish the artifacts",
      timeoutMinutes: target.timeoutMinutes,
      env: {
        FOLDER: filesFolder(target.from.key),
        VERSION: expression(planned("version")),
        PORTAL_USERNAME: expression(`secrets.${target.username}`),
        PORTAL_PASSWORD: expression(`secrets.${target.password}`),
        SIGNING_KEY: expression(`secrets.${target.signingKey}`),
        ...(target.signingPassword !== undefined && {
          SIGNING_PASSWORD: expression(`secrets.${target.signingPassword}`),
        }),
        TIMEOUT_SECONDS: Math.max(60, (target.timeoutMinutes - 2) * 60),
      },
    }),
  ],
});
