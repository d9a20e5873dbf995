/** Gives another registry the tested digests of images, under tags of its own. */
import { imageIn } from "../../../pipeline/images.ts";
import { moves } from "../../../pipeline/plan-file/publish.ts";
import type { ImagesTarget, Pipeline } from "../../../pipeline/types.ts";
import type { Job, Step } from "../../../workflow/model.ts";
import { expression, plannedIn, TOKEN } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { useAction } from "../../steps/action.ts";
import { useProgram } from "../../steps/program.ts";
import { login, loginPermissionsOfAll, loginToOwnRegistry } from "../../steps/registry.ts";
import { lookForOwnSecrets } from "../../steps/secrets.ts";
import { signSteps } from "../../steps/sign.ts";
import { digestOf } from "../image/outputs.ts";
import { type Delivery, deliveryJob } from "./delivery.ts";

export function publishImagesJob(pipeline: Pipeline, target: ImagesTarget, delivery: Delivery): Job {
  const { run } = delivery;
  const planned = plannedIn(pipeline, run);
  const images = target.images.map(({ build, name }) => ({
    key: build.key,
    name: imageIn(target.to, name),
    digest: expression(digestOf(pipeline, run, build)),
  }));
  // A re-run of an older commit moves nothing back.
  const mayGoBack = run === "build" && target.tags.some(moves);
  // Where every tag moves, an older commit's image may not be there at all.
  const isThere = (key: string): string | undefined =>
    mayGoBack && target.tags.every(moves) ? `steps.copy-${key}.outputs.copied == 'true'` : undefined;
  const holds = (token: string): boolean => target.tags.some((tag) => tag.includes(token));
  const attest = ({ key, name, digest }: (typeof images)[number]): Step =>
    useAction(pipeline, "actions/attest-build-provenance", {
      name: `Attest the provenance of ${key}`,
      if: isThere(key),
      with: {
        "subject-name": name.replace(/^docker\.io\//, "index.docker.io/"),
        "subject-digest": digest,
        "push-to-registry": true,
        "create-storage-record": false,
      },
    });
  return {
    ...deliveryJob(pipeline, target, delivery),
    permissions: grant({
      contents: mayGoBack && "read",
      ...loginPermissionsOfAll([pipeline.registry, target.to], "write"),
      ...((target.sign || target.attest) && { "id-token": "write" }),
      ...(target.attest && { attestations: "write" }),
    }),
    steps: [
      ...lookForOwnSecrets(target),
      ...loginToOwnRegistry(pipeline),
      ...login(pipeline, target.to),
      ...images.map(({ key, digest }) =>
        useProgram("copy-image", {
          name: `Copy the tested image of ${key}`,
          id: `copy-${key}`,
          timeoutMinutes: 15,
          with: {
            build: key,
            target: target.key,
            digest,
            sha: expression(planned("sha")),
            version: holds("{version}") ? expression(planned("version")) : undefined,
            channel: holds("{channel}") ? expression(planned("channel")) : undefined,
            "gh-token": mayGoBack ? TOKEN : undefined,
          },
        }),
      ),
      ...(target.sign
        ? signSteps(
            pipeline,
            images.map(({ key, digest }) => ({ key, digest, if: isThere(key) })),
            target.key,
          )
        : []),
      ...(target.attest ? images.map(attest) : []),
    ],
  };
}
