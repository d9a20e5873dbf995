/** Publishes to npm the very tarball that was tested. */
import type { NpmTarget, Pipeline } from "../../../pipeline/types.ts";
import { type Job, withComment } from "../../../workflow/model.ts";
import { expression, plannedIn } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { useProgram } from "../../steps/program.ts";
import { lookForOwnSecrets } from "../../steps/secrets.ts";
import { PROGRAM_TOOLS, setUpTools } from "../../steps/tools.ts";
import { type Delivery, deliveryJob, takeFiles } from "./delivery.ts";

export function publishNpmJob(pipeline: Pipeline, target: NpmTarget, delivery: Delivery): Job {
  const planned = plannedIn(pipeline, delivery.run);
  const trusted = target.token === undefined;
  const provenance = target.access === "public" && target.registry === undefined;
  return {
    ...deliveryJob(pipeline, target, delivery),
    // The registry learns from it who publishes, and from where the package comes.
    permissions: grant({ "id-token": (trusted || provenance) && withComment("write", "publish as this workflow") }),
    steps: [
      ...lookForOwnSecrets(target),
      takeFiles(pipeline, target.from),
      // The runner's own npm is too old to publish without a token.
      ...setUpTools(pipeline, PROGRAM_TOOLS),
      useProgram("publish-npm", {
        name: "Publish the package",
        timeoutMinutes: Math.min(15, target.timeoutMinutes),
        with: {
          target: target.key,
          version: expression(planned("version")),
          "dist-tag": expression(planned("channel")),
        },
        ...(target.token !== undefined && { env: { NODE_AUTH_TOKEN: expression(`secrets.${target.token}`) } }),
      }),
    ],
  };
}
