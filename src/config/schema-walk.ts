/** Answers questions about the schema: what may stand at a path, and under which keys. */
import type * as z from "zod/v4/core";

/** Every kind of schema that `schema.ts` is made of. */
type Known = z.$ZodTypes;

/** The schemas that may hold a value, without their wrappers (optional, default) and with unions taken apart. */
export function alternatives(schema: z.$ZodType): Known[] {
  const known = schema as Known;
  const { def } = known._zod;
  switch (def.type) {
    case "optional":
    case "default":
    case "prefault":
    case "nullable":
    case "readonly":
      return alternatives(def.innerType);
    case "union":
      return def.options.flatMap((option) => alternatives(option));
    default:
      return [known];
  }
}

/**
 * The schemas that may stand at a path of a value. Where a union offers several objects, only those count whose literal
 * members agree with the value: a build of the kind `image` has an image's keys.
 */
export function schemasAt(schema: z.$ZodType, value: unknown, path: readonly PropertyKey[]): Known[] {
  const [part, ...rest] = path;
  const here = fitting(alternatives(schema), value);
  if (part === undefined) return here;
  const inside =
    typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined;
  return here.flatMap((option) => childrenOf(option, part).flatMap((child) => schemasAt(child, inside, rest)));
}

/** The keys that an object at this path may have; none when any key may stand there. */
export function keysAt(schema: z.$ZodType, value: unknown, path: readonly PropertyKey[]): string[] {
  const keys = schemasAt(schema, value, path).flatMap(({ _zod: { def } }) =>
    def.type === "object" ? Object.keys(def.shape) : [],
  );
  return [...new Set(keys)].filter((key) => key !== "$schema");
}

function childrenOf(option: Known, part: PropertyKey): z.$ZodType[] {
  const { def } = option._zod;
  if (def.type === "object") return [def.shape[String(part)]].filter((child) => child !== undefined);
  if (def.type === "record") return [def.valueType];
  if (def.type === "array") return [def.element];
  return [];
}

function fitting(options: Known[], value: unknown): Known[] {
  if (options.length < 2 || typeof value !== "object" || value === null) return options;
  const alike = options.filter((option) => Array.isArray(value) === (option._zod.def.type === "array"));
  const agreeing = alike.filter((option) => {
    const { def } = option._zod;
    if (def.type !== "object") return true;
    return Object.entries(def.shape).every(([key, member]) => {
      const memberDef = (member as Known)._zod.def;
      return (
        memberDef.type !== "literal" ||
        memberDef.values.some((literal) => literal === (value as Record<string, unknown>)[key])
      );
    });
  });
  return agreeing.length > 0 ? agreeing : alike;
}

/** The texts that may stand at a path, for a value that is none of them. */
export function textsAt(schema: z.$ZodType, value: unknown, path: readonly PropertyKey[]): string[] {
  const texts = schemasAt(schema, value, path).flatMap(({ _zod: { def } }) => {
    if (def.type === "enum") return Object.values(def.entries).map(String);
    return def.type === "literal" ? def.values.filter((literal) => typeof literal === "string") : [];
  });
  return [...new Set(texts)];
}

/** What a schema asks for, as a person would say it: several things for a choice. */
export function expectations({ _zod: { def } }: Known): string[] {
  if ("error" in def && typeof def.error === "function") {
    const said: unknown = def.error({ code: "custom" } as never);
    if (typeof said === "string") return [said.replace(/^expected /, "")];
  }
  switch (def.type) {
    case "string":
      return ["a text"];
    case "number":
      return ["a number"];
    case "boolean":
      return ["true or false"];
    case "array":
      return ["a list"];
    case "object":
    case "record":
      return ["an object"];
    case "enum":
      return Object.values(def.entries).map((entry) => JSON.stringify(entry));
    case "literal":
      return def.values.map((literal) => (typeof literal === "bigint" ? String(literal) : JSON.stringify(literal)));
    default:
      return ["something else"];
  }
}

/** `"a"`, `"a" or "b"`, `"a", "b" or "c"`. */
export function oneOf(parts: readonly string[]): string {
  const unique = [...new Set(parts)];
  const last = unique.at(-1) ?? "nothing";
  return unique.length < 2 ? last : `${unique.slice(0, -1).join(", ")} or ${last}`;
}
