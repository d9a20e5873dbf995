/** `oras` and `regctl`, which copy, name and delete in registries. */
import { referencesOf } from "../image-reference.ts";
import type { Effect, ImageDelete } from "../model.ts";
import { textOf, type Value } from "../value.ts";
import type { EffectBase } from "./effect.ts";
import { takes } from "./docker-commands.ts";
import { lineOf } from "./options.ts";
import { move } from "./registry-commands.ts";

const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));
const said = (value: Value | undefined): string => (value && textOf(value)) ?? "";

const ORAS = set(
  "u username p password a annotation annotation-file artifact-type config o output platform concurrency from-username from-password to-username to-password registry-config from-registry-config to-registry-config ca-file format image-spec export-manifest header H distribution-spec from-distribution-spec to-distribution-spec resolve",
);

/** "oras push", "oras copy", "oras tag" and the rest of its command reference. */
export function orasEffects(words: readonly Value[], base: EffectBase): Effect[] {
  const line = lineOf(words, ORAS);
  const [verb, a, b, ...more] = line.operands;
  if (line.open || line.options.has("oci-layout") || line.options.has("from-oci-layout")) return [];
  switch (said(verb)) {
    case "push":
      return a
        ? a
            .flatMap((one) => referencesOf([one]))
            .map((image) => ({ kind: "push", ...base, by: "oras push", image, certain: a.length === 1 }))
        : [];
    case "pull":
      return a ? takes([a], "pull", base, "oras pull") : [];
    case "copy":
    case "cp":
      return a && b && !line.options.has("to-oci-layout") ? move(a, b, base, "oras copy") : [];
    case "tag":
      return a ? [b, ...more].flatMap((tag) => (tag ? named(a, tag, base, "oras tag") : [])) : [];
    case "resolve":
    case "discover":
      return a ? takes([a], "inspect", base, `oras ${said(verb)}`) : [];
    case "manifest":
      if (said(a) === "delete") return b ? deleted(b, base, "oras manifest delete") : [];
      return b && said(a) === "fetch" ? takes([b], "inspect", base, "oras manifest fetch") : [];
    case "login":
      return a ? [{ kind: "login", ...base, by: "oras login", registry: a }] : [];
    default:
      return [];
  }
}

const REGCTL = set(
  "p platform platforms format host logopt v verbosity u user pass-file t referrers-src referrers-tgt",
);

/** "regctl image copy", "regctl tag delete" and the rest of its command reference. */
export function regctlEffects(words: readonly Value[], base: EffectBase): Effect[] {
  const line = lineOf(words, REGCTL);
  const [area, verb, a, b] = line.operands;
  if (line.open || !a) return [];
  switch (`${said(area)} ${said(verb)}`) {
    case "image copy":
    case "image cp":
      return b ? move(a, b, base, "regctl image copy") : [];
    case "image digest":
    case "image inspect":
    case "image manifest":
    case "manifest get":
    case "manifest head":
    case "manifest digest":
      return takes([a], "inspect", base, `regctl ${said(area)} ${said(verb)}`);
    case "image delete":
    case "image rm":
    case "manifest delete":
    case "manifest rm":
    case "tag delete":
    case "tag rm":
      return deleted(a, base, `regctl ${said(area)} ${said(verb)}`);
    case "registry login":
      return [{ kind: "login", ...base, by: "regctl registry login", registry: a }];
    default:
      return [];
  }
}

/** The image of that name under another tag. */
export function named(from: Value, tags: Value, base: EffectBase, by: string): Effect[] {
  const [image] = referencesOf(from);
  return image
    ? tags.flatMap((tag) => move(from, [[...image.name, { kind: "text", text: ":" }, ...tag]], base, by))
    : [];
}

const deleted = (value: Value, base: EffectBase, by: string): ImageDelete[] =>
  referencesOf(value).map((image) => ({
    kind: "delete-image",
    ...base,
    by,
    package: undefined,
    image,
    selects: "tagged",
    keeps: undefined,
  }));
