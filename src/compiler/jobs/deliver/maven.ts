/** Publishes to Maven Central the very artifacts that were tested, signed here. */
import type { MavenTarget, Pipeline } from "../../../pipeline/types.ts";
import type { Job } from "../../../workflow/model.ts";
import { expression, plannedIn } from "../../expressions.ts";
import { useProgram } from "../../steps/program.ts";
import { lookForOwnSecrets } from "../../steps/secrets.ts";
import { type Delivery, deliveryJob, takeFiles } from "./delivery.ts";

export const publishMavenJob = (pipeline: Pipeline, target: MavenTarget, delivery: Delivery): Job => ({
  ...deliveryJob(pipeline, target, delivery),
  permissions: {},
  steps: [
    ...lookForOwnSecrets(target),
    takeFiles(pipeline, target.from),
    useProgram("publish-maven", {
      name: "Publish the artifacts",
      timeoutMinutes: target.timeoutMinutes,
      with: {
        target: target.key,
        version: expression(plannedIn(pipeline, delivery.run)("version")),
        "portal-username": expression(`secrets.${target.username}`),
        "portal-password": expression(`secrets.${target.password}`),
        "signing-key": expression(`secrets.${target.signingKey}`),
        "signing-password":
          target.signingPassword === undefined ? undefined : expression(`secrets.${target.signingPassword}`),
      },
    }),
  ],
});
