import type { BakeBuildInput, BakeTargetInput, FilesBuildInput, ImageBuildInput } from "./schema.ts";

type WithoutKind<Build> = Omit<Build, "kind">;

/** A container image: what it is made from, on which platforms, and how it is scanned. */
export function image(settings: WithoutKind<ImageBuildInput> = {}): ImageBuildInput {
  return { kind: "image", ...settings };
}

/** Files that commands make, such as a package's tarball; consumers take them as an artifact. */
export function files(settings: WithoutKind<FilesBuildInput>): FilesBuildInput {
  return { kind: "files", ...settings };
}

/** A bake build that knows the names of its targets, so that what refers to one of them is checked. */
export type BakedTargets<Target extends string> = Omit<BakeBuildInput, "targets"> & {
  targets: Readonly<Record<Target, BakeTargetInput>>;
};

/** Several images that one bake file describes and one job builds; each target is a build that consumers name. */
export function bake<const Target extends string>(settings: WithoutKind<BakedTargets<Target>>): BakedTargets<Target> {
  return { kind: "bake", ...settings };
}
