/** Gives another registry the tested digests of images, under tags of its own. */
import { imageIn } from "../../../pipeline/images.ts";
import type { ImagesTarget, Pipeline } from "../../../pipeline/types.ts";
import type { Job } from "../../../workflow/model.ts";
import { expression, planned, quoted, TOKEN } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { useAction } from "../../steps/action.ts";
import { useProgram } from "../../steps/program.ts";
import { login, loginPermissionsOfAll, loginToOwnRegistry, setUpBuildx } from "../../steps/registry.ts";
import { lookForOwnSecrets } from "../../steps/secrets.ts";
import { signSteps } from "../../steps/sign.ts";
import { type Delivery, deliveryJob, digestOf } from "./delivery.ts";

const STANDS: Readonly<Record<string, string>> = {
  "{version}": planned("version"),
  "{commit}": planned("sha"),
  "{channel}": planned("channel"),
};
const TOKENS = /\{(?:version|commit|channel)\}/g;

/** What neither holds a version nor a commit names another image from time to time. */
const moves = (tag: string): boolean => !/\{(?:version|commit)\}/.test(tag);

const inPlaceOf = (reference: string): string =>
  reference.replace(TOKENS, (token) => expression(STANDS[token] ?? quoted(token)));

/** The reference, where this commit still is its branch's newest: a re-run of an older one moves nothing back. */
function whereNewest(reference: string): string {
  const tokens = [...new Set(reference.match(TOKENS) ?? [])];
  const text = tokens.reduce((rest, token, index) => rest.replaceAll(token, `{${index}}`), reference);
  const value =
    tokens.length === 0
      ? quoted(text)
      : `format(${[quoted(text), ...tokens.map((token) => STANDS[token] ?? quoted(token))].join(", ")})`;
  return expression(`steps.newest.outputs.newest == 'true' && ${value} || ''`);
}

export function publishImagesJob(pipeline: Pipeline, target: ImagesTarget, delivery: Delivery): Job {
  const mayGoBack = delivery.run === "build" && target.tags.some(moves);
  const copiesOf = (image: string): string =>
    target.tags.map((tag) => (mayGoBack && moves(tag) ? whereNewest : inPlaceOf)(`${image}:${tag}`)).join(" ");
  const there = target.images.map(({ build, name }) => ({ build, image: imageIn(target.to, name) }));
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
      setUpBuildx(pipeline),
      ...(mayGoBack
        ? [
            useProgram("still-newest", {
              name: "Look whether this commit is the newest",
              id: "newest",
              with: {
                "gh-token": TOKEN,
                repository: expression("github.repository"),
                branch: expression("github.ref_name"),
                sha: expression(planned("sha")),
              },
            }),
          ]
        : []),
      ...there.map(({ build, image }) =>
        useProgram("publish-image", {
          name: `Copy the tested image of ${build.key}`,
          id: `publish-${build.key}`,
          timeoutMinutes: 15,
          with: {
            image: build.image,
            digest: digestOf(build),
            "source-commit": expression(`needs.publish-${build.key}.outputs.commit`),
            tags: expression(planned("tag")),
            commit: expression(planned("sha")),
            copies: copiesOf(image),
          },
        }),
      ),
      ...(target.sign
        ? signSteps(
            pipeline,
            there.map(({ build, image }) => ({
              key: build.key,
              image,
              digest: expression(`steps.publish-${build.key}.outputs.digest`),
            })),
          )
        : []),
      ...(target.attest
        ? there.map(({ build, image }) =>
            useAction(pipeline, "actions/attest-build-provenance", {
              name: `Attest the provenance of ${build.key}`,
              with: {
                "subject-name": image.replace(/^docker\.io\//, "index.docker.io/"),
                "subject-digest": expression(`steps.publish-${build.key}.outputs.digest`),
                "push-to-registry": true,
                "create-storage-record": false,
              },
            }),
          )
        : []),
    ],
  };
}
