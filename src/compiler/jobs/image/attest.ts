/** The job that says where an image came from, and signs it as this workflow: another permission, so another job. */
import type { ImageBuild, Pipeline } from "../../../pipeline/types.ts";
import type { Job } from "../../../workflow/model.ts";
import { isOneOf } from "../../classes.ts";
import { every, expression } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { useAction } from "../../steps/action.ts";
import { loginPermissions, loginToOwnRegistry } from "../../steps/registry.ts";
import { signSteps } from "../../steps/sign.ts";
import type { Building } from "../building.ts";
import { publishedDigest } from "./outputs.ts";

/** Images for people, and not those of pull requests, feature branches and the merge queue. */
const ATTESTED = ["integration", "main", "nightly", "release", "manual"] as const;

export function attestJob(
  pipeline: Pipeline,
  build: ImageBuild,
  { runs, planned }: Building,
  needs: readonly string[],
): Job {
  const digest = publishedDigest(pipeline, runs, build);
  const words = [...(build.attest ? ["Attest"] : []), ...(build.sign ? [build.attest ? "sign" : "Sign"] : [])];
  return {
    name: `${words.join(" and ")} ${build.key}`,
    needs,
    if: every("!cancelled()", `(${digest}) != ''`, isOneOf(ATTESTED, runs, pipeline, planned("class"))),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 10,
    permissions: grant({
      attestations: build.attest && "write",
      ...loginPermissions(pipeline.registry, "write"),
      ...(build.attest && pipeline.registry?.host === "ghcr.io" && { packages: "write" as const }),
      "id-token": "write",
    }),
    steps: [
      ...loginToOwnRegistry(pipeline),
      ...(build.attest
        ? [
            useAction(pipeline, "actions/attest-build-provenance", {
              name: "Attest the provenance",
              with: {
                "subject-name": build.image,
                "subject-digest": expression(digest),
                "push-to-registry": true,
                "create-storage-record": false,
              },
            }),
          ]
        : []),
      ...(build.sign ? signSteps(pipeline, [{ key: build.key, digest: expression(digest) }]) : []),
    ],
  };
}
