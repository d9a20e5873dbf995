/** The job that signs where an image came from. */
import type { ImageBuild, Pipeline } from "../../../pipeline/types.ts";
import type { Job } from "../../../workflow/model.ts";
import { every, expression } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { useAction } from "../../steps/action.ts";
import { loginToOwnRegistry } from "../../steps/registry.ts";
import { withoutAttestations } from "../plan.ts";
import { CLASS } from "./mode.ts";

export function attestJob(pipeline: Pipeline, build: ImageBuild): Job {
  const digest = `needs.publish-${build.key}.outputs.digest`;
  return {
    name: `Attest ${build.key}`,
    needs: ["plan", `publish-${build.key}`],
    if: every(
      "!cancelled()",
      `needs.publish-${build.key}.result == 'success'`,
      `!${withoutAttestations(CLASS)}`,
      `${CLASS} != 'queue'`,
    ),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 10,
    permissions: grant({
      attestations: "write",
      "id-token": "write",
      packages: pipeline.registry?.host === "ghcr.io" && "write",
    }),
    steps: [
      ...loginToOwnRegistry(pipeline),
      useAction(pipeline, "actions/attest-build-provenance", {
        name: "Attest the provenance",
        with: {
          "subject-name": build.image,
          "subject-digest": expression(digest),
          "push-to-registry": true,
          "create-storage-record": false,
        },
      }),
    ],
  };
}
