import type { Registry } from "./types.ts";

/** `ghcr.io` + `wikid82` + `charon` = `ghcr.io/wikid82/charon`. */
export const imageIn = (registry: Pick<Registry, "host" | "namespace">, image: string): string =>
  [registry.host, registry.namespace, image].filter((part) => part !== undefined).join("/");

/** The last part of an image's name, which it keeps in every registry. */
export const imageBaseName = (image: string): string => image.split("/").at(-1) ?? image;
