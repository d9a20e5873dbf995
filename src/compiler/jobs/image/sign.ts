/** The job that signs what people take: by digest, as this workflow. */
import type { ImageBuild, Pipeline } from "../../../pipeline/types.ts";
import type { Job } from "../../../workflow/model.ts";
import { every, expression } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { loginPermissions, loginToOwnRegistry } from "../../steps/registry.ts";
import { signSteps } from "../../steps/sign.ts";
import { withoutAttestations } from "../plan.ts";
import { CLASS } from "./mode.ts";

export const signJob = (pipeline: Pipeline, build: ImageBuild): Job => ({
  name: `Sign ${build.key}`,
  needs: ["plan", `publish-${build.key}`],
  if: every(
    "!cancelled()",
    `needs.publish-${build.key}.result == 'success'`,
    `!${withoutAttestations(CLASS)}`,
    `${CLASS} != 'queue'`,
  ),
  "runs-on": pipeline.runners.default,
  "timeout-minutes": 10,
  permissions: grant({ ...loginPermissions(pipeline.registry, "write"), "id-token": "write" }),
  steps: [
    ...loginToOwnRegistry(pipeline),
    ...signSteps(pipeline, [
      { key: build.key, image: build.image, digest: expression(`needs.publish-${build.key}.outputs.digest`) },
    ]),
  ],
});
