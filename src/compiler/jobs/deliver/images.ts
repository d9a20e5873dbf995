/** Gives another registry the tested digests of images, under tags of its own. */
import { imageIn } from "../../../pipeline/images.ts";
import type { ImagesTarget, Pipeline } from "../../../pipeline/types.ts";
import type { Job } from "../../../workflow/model.ts";
import { expression, planned } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { useAction } from "../../steps/action.ts";
import { runProgram } from "../../steps/program.ts";
import { login, loginPermissionsOfAll, loginToOwnRegistry, setUpBuildx } from "../../steps/registry.ts";
import { lookForOwnSecrets } from "../../steps/secrets.ts";
import { signSteps } from "../../steps/sign.ts";
import { type Delivery, deliveryJob, digestOf } from "./delivery.ts";

export function publishImagesJob(pipeline: Pipeline, target: ImagesTarget, delivery: Delivery): Job {
  const stands: Readonly<Record<string, string>> = { "{version}": expression(planned("version")), "{commit}": expression(planned("sha")), "{channel}": expression(planned("channel")) };
  const tags = target.tags.map((tag) => tag.replace(/\{(?:version|commit|channel)\}/g, (token) => stands[token] ?? token));
  const there = target.images.map(({ build, name }) => ({ build, image: imageIn(target.to, name) }));
  return {
    ...deliveryJob(pipeline, target, delivery),
    permissions: grant({
      ...loginPermissionsOfAll([pipeline.registry, target.to], "write"),
      ...((target.sign || target.attest) && { "id-token": "write" }),
      ...(target.attest && { attestations: "write" }),
    }),
    outputs: Object.fromEntries(there.map(({ build }) => [`${build.key}-digest`, expression(`steps.publish-${build.key}.outputs.digest`)])),
    steps: [
      ...lookForOwnSecrets(target),
      ...loginToOwnRegistry(pipeline),
      ...login(pipeline, target.to),
      setUpBuildx(pipeline),
      ...there.map(({ build, image }) =>
        runProgram("publish-image.sh", {
          name: `Copy the tested image of ${build.key}`,
          id: `publish-${build.key}`,
          timeoutMinutes: 15,
          env: {
            IMAGE: build.image,
            DIGEST: digestOf(build),
            SOURCE_COMMIT: expression(`needs.publish-${build.key}.outputs.commit`),
            TAGS: expression(planned("tag")),
            COMMIT: expression(planned("sha")),
            COPIES: tags.map((tag) => `${image}:${tag}`).join(" "),
          },
        }),
      ),
      ...(target.sign ? signSteps(pipeline, there.map(({ build, image }) => ({ key: build.key, image, digest: expression(`steps.publish-${build.key}.outputs.digest`) }))) : []),
      ...(target.attest
        ? there.map(({ build, image }) =>
            useAction(pipeline, "actions/attest-build-provenance", {
              name: `Attest the provenance of ${build.key}`,
              with: { "subject-name": image.replace(/^docker\.io\//, "index.docker.io/"), "subject-digest": expression(`steps.publish-${build.key}.outputs.digest`), "push-to-registry": true, "create-storage-record": false },
            }),
          )
        : []),
    ],
  };
}
