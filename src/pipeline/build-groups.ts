/** What one job builds: the targets of a bake file together, every other build by itself. */
import type { Build, FilesBuild, ImageBuild } from "./types.ts";

export interface ImageGroup {
  kind: "image";
  key: string;
  /** At least one; the first stands for what all of them share. */
  builds: readonly ImageBuild[];
  first: ImageBuild;
}

export type BuildGroup = ImageGroup | { kind: "files"; key: string; build: FilesBuild };

/** The key of the job that builds it: the targets of a bake file share one. */
export const groupKeyOf = (build: Pick<ImageBuild, "key" | "bake"> | FilesBuild): string =>
  ("bake" in build ? build.bake?.group : undefined) ?? build.key;

export function groupsOf(builds: readonly Build[]): BuildGroup[] {
  const groups = new Map<string, BuildGroup>();
  for (const build of builds) {
    const key = groupKeyOf(build);
    const known = groups.get(key);
    if (build.kind === "files") groups.set(key, { kind: "files", key, build });
    else if (known?.kind === "image") groups.set(key, { ...known, builds: [...known.builds, build] });
    else groups.set(key, { kind: "image", key, builds: [build], first: build });
  }
  return [...groups.values()];
}
