import type { ImageBuild, Pipeline, Registry } from "./types.ts";

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

/** The image in the registries that stand in when the first one fails, space between them. */
export const mirrorsOf = (pipeline: Pick<Pipeline, "mirrors">, build: Pick<ImageBuild, "image">): string =>
  pipeline.mirrors.map((mirror) => imageIn(mirror, imageBaseName(build.image))).join(" ");

/** The key of the job that builds it: the targets of a bake file share one. */
export const groupKeyOf = (build: Pick<ImageBuild, "key" | "bake">): string => build.bake?.group ?? build.key;
