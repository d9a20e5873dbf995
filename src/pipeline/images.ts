import type { Build, FilesBuild, ImageBuild, Registry } from "./types.ts";

export const imagesOf = (builds: readonly Build[]): ImageBuild[] => builds.filter((build) => build.kind === "image");
export const filesOf = (builds: readonly Build[]): FilesBuild[] => builds.filter((build) => build.kind === "files");

/** `ghcr.io` + `wikid82` + `charon` = `ghcr.io/wikid82/charon`; where a registry gives one name only, `registry.fly.io/app`. */
export const imageIn = (
  registry: Pick<Registry, "host"> & Partial<Pick<Registry, "namespace" | "repository">>,
  image: string,
): string =>
  [registry.host, ...(registry.repository === undefined ? [registry.namespace, image] : [registry.repository])]
    .filter((part) => part !== undefined)
    .join("/");

/** The last part of an image's name, which it keeps in every registry. */
export const imageBaseName = (image: string): string => image.split("/").at(-1) ?? image;
