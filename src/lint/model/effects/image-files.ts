/** Images in files: `docker save`, `docker load`, and builds that write one. */
import { referencesOf } from "../image-reference.ts";
import type { ImageLoad, ImageReference, ImageSave } from "../model.ts";
import { literal, type Value } from "../value.ts";
import type { EffectBase } from "./effect.ts";
import { lastOf, lineOf } from "./options.ts";

export function loads(words: readonly Value[], base: EffectBase, by: string): ImageLoad[] {
  const line = lineOf(words, new Set(["i", "input", "platform"]));
  return [{ kind: "load", ...base, by, file: lastOf(line, "i", "input") }];
}

export function saves(words: readonly Value[], base: EffectBase, by: string): ImageSave[] {
  const line = lineOf(words, new Set(["o", "output", "platform", "format"]));
  const certain = !line.open && line.operands.every((value) => value.length === 1);
  return line.operands.length === 0
    ? []
    : [
        {
          kind: "save",
          ...base,
          by,
          images: line.operands.flatMap(referencesOf),
          certain,
          file: lastOf(line, "o", "output"),
        },
      ];
}

/** `type=docker,dest=image.tar` of a build's `outputs`. */
export function savedBy(
  outputs: string,
  images: ImageReference[],
  certain: boolean,
  base: EffectBase,
  by: string,
): ImageSave[] {
  const file = /type=(?:docker|oci)\b[^\n]*?\bdest=([^,\s"]+)/.exec(outputs)?.[1];
  return file === undefined ? [] : [{ kind: "save", ...base, by, images, certain, file: literal(file) }];
}
