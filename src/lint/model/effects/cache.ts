/** The caches that a build reads and writes, as `cache-from` and `cache-to` name them; and the lists that they are written in. */
import { referenceOf } from "../image-reference.ts";
import { linesOf, splitLines } from "../metadata-action.ts";
import type { CacheUse, StepRun } from "../model.ts";
import { HOLE, join, literal, type Template, textOfTemplate, type Value } from "../value.ts";
import { inputPair, inputPlace } from "./effect.ts";

/** `tags` takes a list with commas as well. */
export function splitCommas(template: Template): Template[] {
  if (!template.some((part) => part.kind === "text" && part.text.includes(","))) return [template];
  return splitLines(
    template.map((part) => (part.kind === "text" ? { kind: "text", text: part.text.replaceAll(",", "\n") } : part)),
  );
}

/** `key=value`, taken apart. */
export function keyed(line: Value): [string | undefined, Value] {
  const [first] = line;
  const text = first?.[0]?.kind === "text" ? first[0].text : "";
  const at = text.indexOf("=");
  if (at <= 0) return [undefined, HOLE];
  const key = text.slice(0, at);
  return [
    key.trim(),
    line.map((template): Template =>
      template[0]?.kind === "text" && template[0].text.startsWith(`${key}=`)
        ? join([[{ kind: "text", text: template[0].text.slice(at + 1) }], template.slice(1)])
        : [{ kind: "hole" }],
    ),
  ];
}

export function caches(step: StepRun, input: string, direction: CacheUse["direction"]): CacheUse[] {
  const at = inputPlace(step, input);
  return linesOf(inputPair(step, input), step.scope).flatMap((value) =>
    value.map((line) => cacheOf(line, direction, at)),
  );
}

export function cacheOf(line: Template, direction: CacheUse["direction"], at: CacheUse["at"]): CacheUse {
  const fields = new Map<string, Template>();
  for (const field of splitCommas(line)) {
    const [key, value] = keyed([field]);
    if (key !== undefined) fields.set(key, value[0] ?? []);
  }
  const plain = fields.size === 0 && line.length > 0;
  const type = plain ? "registry" : textOfTemplate(fields.get("type") ?? []);
  const reference = plain ? line : fields.get("ref");
  const scope = fields.get("scope");
  return {
    direction,
    type,
    image: type === "registry" && reference ? referenceOf(reference) : undefined,
    scope: type === "gha" ? (scope ? [scope] : literal("buildkit")) : undefined,
    at,
  };
}
