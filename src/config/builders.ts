import type { FilesBuildInput, ImageBuildInput } from "./schema.ts";

type WithoutKind<Build> = Omit<Build, "kind">;

/** A container image: what it is made from, on which platforms, and how it is scanned. */
export function image(settings: WithoutKind<ImageBuildInput> = {}): ImageBuildInput {
  return { kind: "image", ...settings };
}

/** Files that commands make, such as a package's tarball; consumers take them as an artifact. */
export function files(settings: WithoutKind<FilesBuildInput>): FilesBuildInput {
  return { kind: "files", ...settings };
}
