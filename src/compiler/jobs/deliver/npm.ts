/** Publishes to npm the very tarball that was tested. */
import type { NpmTarget, Pipeline } from "../../../pipeline/types.ts";
import { type Job, withComment } from "../../../workflow/model.ts";
import { expression, planned } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { runProgram } from "../../steps/program.ts";
import { lookForOwnSecrets } from "../../steps/secrets.ts";
import { filesFolder } from "../../steps/test.ts";
import { PROGRAM_TOOLS, setUpTools } from "../../steps/tools.ts";
import { type Delivery, deliveryJob, takeFiles } from "./delivery.ts";

export function publishNpmJob(pipeline: Pipeline, target: NpmTarget, delivery: Delivery): Job {
  const trusted = target.token === undefined;
  const provenance = target.access === "public" && target.registry === undefined;
  return {
    ...deliveryJob(pipeline, target, delivery),
    // The registry learns from it who publishes, and from where the package comes.
    permissions: grant({ "id-token": (trusted || provenance) && withComment("write", "publish as this workflow") }),
    steps: [
      ...lookForOwnSecrets(target),
      takeFiles(pipeline, target.from),
      ...setUpTools(pipeline, PROGRAM_TOOLS),
      runProgram("publish-npm.sh", {
        name: "Publish the package",
        timeoutMinutes: Math.min(15, target.timeoutMinutes),
        env: {
          FOLDER: filesFolder(target.from.key),
          VERSION: expression(planned("version")),
          ...(target.registry !== undefined && { REGISTRY_URL: target.registry }),
          ACCESS: target.access,
          DIST_TAG: expression(planned("channel")),
          TRUSTED: trusted,
          ...(target.token !== undefined && { NODE_AUTH_TOKEN: expression(`secrets.${target.token}`) }),
          PROVENANCE: provenance,
        },
      }),
    ],
  };
}
