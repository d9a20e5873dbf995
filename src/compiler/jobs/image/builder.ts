/** The steps that build: a Dockerfile's image, or the targets of a bake file that are missing. Each passes the same, so that only the first does the work. */
import type { ImageBuild, Pipeline } from "../../../pipeline/types.ts";
import type { Scalar, Step } from "../../../workflow/model.ts";
import { expression, planned } from "../../expressions.ts";
import { type ActionStep, useAction } from "../../steps/action.ts";
import { ownRecipeOf, withoutAttestations } from "../plan.ts";
import { findId, type ImageGroup, isMissing } from "./group.ts";
import { cacheFrom, cacheTo } from "./layers.ts";
import { archivePath, CLASS, type ImageJobs } from "./mode.ts";

/** What becomes of the image: its layers stay in the builder, it is saved on the runner, or pushed under its staging tag. */
export type Output = "layers" | "archive" | "push";

export const builderStep = (
  pipeline: Pipeline,
  group: ImageGroup,
  mode: ImageJobs,
  output: Output,
  step: Omit<ActionStep, "with">,
): Step =>
  group.first.bake
    ? bakeStep(pipeline, group, mode, output, step)
    : dockerfileStep(pipeline, group.first, mode, output, step);

function dockerfileStep(
  pipeline: Pipeline,
  build: ImageBuild,
  mode: ImageJobs,
  output: Output,
  step: Omit<ActionStep, "with">,
): Step {
  const args = argumentsOf(build);
  const outputs: Readonly<Record<Output, Record<string, Scalar | undefined>>> = {
    layers: { "cache-to": mode.cached ? cacheTo(pipeline, build) : undefined, outputs: "type=cacheonly" },
    archive: { platforms: expression("matrix.archive"), outputs: `type=docker,dest=${archivePath(build)}` },
    push: { ...attestations(build), tags: stagingOf(build), push: true },
  };
  return useAction(pipeline, "docker/build-push-action", {
    ...step,
    with: {
      context: build.context,
      file: build.dockerfile,
      target: build.target,
      platforms: expression("matrix.platforms"),
      "build-args": args.length > 0 ? lines(args.map(([name, value]) => `${name}=${value}`)) : undefined,
      labels: lines(labelsOf(build).map(([name, value]) => `${name}=${value}`)),
      ...(mode.fresh && { pull: true }),
      "cache-from": mode.cached ? cacheFrom(pipeline, build) : undefined,
      provenance: "false",
      sbom: "false",
      ...outputs[output],
    },
  });
}

/** The bake file says how targets are built; for what, from which cache, and where they go, is said over it. */
function bakeStep(
  pipeline: Pipeline,
  group: ImageGroup,
  mode: ImageJobs,
  output: Output,
  step: Omit<ActionStep, "with">,
): Step {
  const set = group.builds.flatMap((build) => {
    const target = build.bake?.target ?? build.key;
    const from = mode.cached ? cacheFrom(pipeline, build) : undefined;
    // An override with nothing behind it would be one, too: where no cache is written, the whole line is empty.
    const to = mode.cached && output === "layers" ? cacheTo(pipeline, build, `${target}.cache-to=`) : undefined;
    const overrides = [
      `platform=${expression(output === "archive" ? "matrix.archive" : "matrix.platforms")}`,
      ...argumentsOf(build).map(([name, value]) => `args.${name}=${value}`),
      ...labelsOf(build).map(([name, value]) => `labels.${name}=${value}`),
      ...(from?.trim().split("\n") ?? []).map((cache) => `cache-from=${cache}`),
      ...(output === "layers" ? ["output=type=cacheonly"] : []),
      // An archive with several names, such as a bake file may give, could not be told apart by whoever loads it.
      ...(output === "archive"
        ? [`tags=${build.image}:${expression(planned("tag"))}`, `output=type=docker,dest=${archivePath(build)}`]
        : []),
      ...(output === "push" ? [`tags=${stagingOf(build)}`] : []),
    ].map((override) => `${target}.${override}`);
    return [...overrides, ...(to === undefined ? [] : [to])];
  });
  return useAction(pipeline, "docker/bake-action", {
    ...step,
    with: {
      // Without it the action builds what GitHub has of the ref, and not what is checked out.
      source: ".",
      files: group.first.bake?.file,
      targets: lines(
        group.builds.map((build) =>
          expression(`${isMissing(pipeline, build, mode)} && '${build.bake?.target ?? build.key}' || ''`),
        ),
      ),
      set: lines(set),
      ...(mode.fresh && { pull: true }),
      provenance: "false",
      sbom: "false",
      ...(output === "push" && { ...attestations(group.first), push: true }),
    },
  });
}

const lines = (texts: readonly string[]): string => `${texts.join("\n")}\n`;
const stagingOf = (build: ImageBuild): string =>
  `${build.image}:${expression(`steps.${findId(build)}.outputs.staging`)}`;

/** What may stand for the build's own in arguments and labels. */
const STANDS: Readonly<Record<string, string>> = {
  version: expression(planned("version")),
  commit: expression(planned("sha")),
  created: expression(planned("created")),
  workflow: expression("github.workflow"),
  run: expression("github.run_id"),
  branch: expression(planned("branch")),
};

const filled = (text: string, names: readonly string[]): string =>
  text.replace(/\{([a-z]+)\}/g, (token, name: string) => (names.includes(name) ? (STANDS[name] ?? token) : token));

const argumentsOf = (build: ImageBuild): [string, string][] =>
  Object.entries(build.args).map(([name, value]) => [name, filled(value, ["version", "commit", "created"])]);

const labelsOf = (build: ImageBuild): [string, string][] => [
  ["org.opencontainers.image.revision", expression(planned("sha"))],
  ["org.opencontainers.image.source", `${expression("github.server_url")}/${expression("github.repository")}`],
  ["org.opencontainers.image.created", expression(planned("created"))],
  ["org.opencontainers.image.version", expression(planned("version"))],
  ["pipewright.recipe", ownRecipeOf(build, CLASS)],
  ...Object.entries(build.labels).map(([name, value]): [string, string] => [name, filled(value, Object.keys(STANDS))]),
];

/** Whether a label of any of these names the branch. */
export const namesBranch = (images: readonly ImageBuild[]): boolean =>
  images.some((build) => Object.values(build.labels).some((value) => value.includes("{branch}")));

/** Images for people carry a provenance attestation and a bill of materials. */
function attestations(build: ImageBuild): Record<string, Scalar> {
  const provenance = build.provenance
    ? expression(`${withoutAttestations(CLASS)} && 'false' || 'mode=${build.provenance}'`)
    : "false";
  const sbom = build.sbom ? expression(`${withoutAttestations(CLASS)} && 'false' || 'true'`) : "false";
  return { provenance, sbom };
}
