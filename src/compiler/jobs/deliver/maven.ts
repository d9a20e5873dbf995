/** Publishes to Maven Central the very artifacts that were tested, signed here. */
import type { MavenTarget, Pipeline } from "../../../pipeline/types.ts";
import type { Job } from "../../../workflow/model.ts";
import { expression, planned } from "../../expressions.ts";
import { useProgram } from "../../steps/program.ts";
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
    useProgram("publish-maven", {
      name: "Publish the artifacts",
      timeoutMinutes: target.timeoutMinutes,
      with: {
        folder: filesFolder(target.from.key),
        version: expression(planned("version")),
        "portal-username": expression(`secrets.${target.username}`),
        "portal-password": expression(`secrets.${target.password}`),
        "signing-key": expression(`secrets.${target.signingKey}`),
        ...(target.signingPassword !== undefined && {
          "signing-password": expression(`secrets.${target.signingPassword}`),
        }),
        "timeout-seconds": Math.max(60, (target.timeoutMinutes - 2) * 60),
      },
    }),
  ],
});
