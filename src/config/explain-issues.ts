/** Says what is wrong with a config, in sentences about the config rather than about the schema. */
import type * as z from "zod/v4/core";
import { didYouMean, nearest } from "../nearest.ts";
import { nameOf } from "./path-name.ts";
import type { Problem } from "./problem.ts";
import { alternatives, expectations, keysAt, oneOf, schemasAt, textsAt } from "./schema-walk.ts";

type Issue = z.$ZodIssue;

/** @param value the config as it was written, before the schema's defaults */
export function explainIssues(schema: z.$ZodType, value: unknown, issues: readonly Issue[]): Problem[] {
  const problems = issues.flatMap((issue) => explain({ schema, value }, issue, issue.path));
  return problems.filter((problem) => !isMisspelt(problem, problems));
}

/** A setting is not missing as well when it is there under a misspelt name. */
function isMisspelt({ path, message }: Problem, problems: readonly Problem[]): boolean {
  if (!message.includes(" is missing; ")) return false;
  const parent = nameOf(path.slice(0, -1));
  return problems.some(
    (other) =>
      other.at === "key" &&
      nameOf(other.path.slice(0, -1)) === parent &&
      other.hint === `Did you mean \`${String(path.at(-1))}\`?`,
  );
}

interface Written {
  schema: z.$ZodType;
  value: unknown;
}

function explain(written: Written, issue: Issue, path: readonly PropertyKey[]): Problem[] {
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(written, path, key));
    case "invalid_union":
      return union(written, issue, path);
    case "invalid_key":
      return [badKey(path, issue.issues[0]?.message)];
    case "too_small":
    case "too_big":
      return [outOfBounds(written, issue, path)];
    case "invalid_format":
    case "not_multiple_of":
    case "custom":
      return [unexpected(written, path, said(issue.message))];
    default:
      return [unexpected(written, path)];
  }
}

function unknownKey({ schema, value }: Written, path: readonly PropertyKey[], key: string): Problem {
  const taken = Object.keys(Object(valueAt(value, path)));
  const known = keysAt(schema, value, path);
  const free = known.filter((name) => !taken.includes(name));
  const near = nearest(key, free) ?? nearest(key, known);
  const hint =
    near === undefined
      ? (settingAbove({ schema, value }, path, key) ?? didYouMean(key, known))
      : `Did you mean \`${near}\`?`;
  return {
    path: [...path, key],
    at: "key",
    message: `\`${key}\` is no setting of ${path.length === 0 ? "the config" : nameOf(path)}.`,
    ...(hint && { hint }),
  };
}

/** A setting of the whole that was written into one of its parts. */
function settingAbove({ schema, value }: Written, path: readonly PropertyKey[], key: string): string | undefined {
  for (let length = path.length - 1; length >= 0; length--) {
    const above = path.slice(0, length);
    if (keysAt(schema, value, above).includes(key))
      return `It is a setting of ${length === 0 ? "the config" : nameOf(above)}.`;
  }
  return undefined;
}

function badKey(path: readonly PropertyKey[], message: string | undefined): Problem {
  const key = String(path.at(-1));
  const tidy = key
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "");
  const asksForLowerCase = message?.includes("lower-case letters") ?? false;
  return {
    path,
    at: "key",
    message: `\`${key}\` cannot be a name in ${path.length === 1 ? "the config" : nameOf(path.slice(0, -1))}: expected ${said(message) ?? "another name"}.`,
    ...(asksForLowerCase && tidy !== "" && { hint: `Call it \`${tidy}\`.` }),
  };
}

function outOfBounds(
  written: Written,
  issue: Extract<Issue, { code: "too_small" | "too_big" }>,
  path: readonly PropertyKey[],
): Problem {
  const found = valueAt(written.value, path);
  if (typeof found === "number") {
    const bound =
      issue.code === "too_small"
        ? `${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`
        : `${issue.inclusive ? "at most" : "less than"} ${issue.maximum}`;
    return { path, message: `${nameOf(path)} is ${found}; expected ${bound}.` };
  }
  const isEmpty = found === "" || (Array.isArray(found) && found.length === 0);
  if (isEmpty)
    return {
      path,
      message: `${nameOf(path)} is empty; expected ${Array.isArray(found) ? "at least one entry" : "a text"}.`,
    };
  return { path, message: `${nameOf(path)} has ${issue.code === "too_small" ? "too few" : "too many"} entries.` };
}

/** A message of the schema's own begins with "expected"; zod's own words are not shown. */
function said(message: string | undefined): string | undefined {
  return message?.startsWith("expected ") ? message.slice("expected ".length) : undefined;
}

function unexpected({ schema, value }: Written, path: readonly PropertyKey[], wanted?: string): Problem {
  const found = valueAt(value, path);
  const expected = wanted ?? (oneOf(schemasAt(schema, value, path).flatMap(expectations)) || "something else");
  if (found === undefined)
    return { path, message: `${nameOf(path)} is missing; expected ${expected}.`, ...meaningOf(schema, value, path) };
  const texts = textsAt(schema, value, path);
  const near = typeof found === "string" ? nearest(found, texts) : undefined;
  const hint = near === undefined ? durationHint(found, expected) : `Did you mean ${JSON.stringify(near)}?`;
  return { path, message: `${nameOf(path)} is ${shown(found)}; expected ${expected}.`, ...(hint && { hint }) };
}

/** A missing setting is explained by its description. */
function meaningOf(schema: z.$ZodType, value: unknown, path: readonly PropertyKey[]): { hint?: string } {
  const parent = schemasAt(schema, value, path.slice(0, -1));
  for (const { _zod } of parent) {
    const member = _zod.def.type === "object" ? _zod.def.shape[String(path.at(-1))] : undefined;
    const description = member && descriptionOf(member);
    if (description !== undefined)
      return { hint: `It is ${description.charAt(0).toLowerCase()}${description.slice(1)}` };
  }
  return {};
}

function durationHint(found: unknown, expected: string): string | undefined {
  if (!expected.startsWith("a duration")) return undefined;
  if (typeof found === "number" && found > 0)
    return `A number has no unit: for minutes write minutes(${found}) or "${found}m".`;
  const match = typeof found === "string" ? /^\s*([1-9]\d*)\s*(s|m|h|d)[a-z]*\s*$/i.exec(found) : null;
  return match ? `Write "${match[1]}${match[2]?.toLowerCase()}".` : undefined;
}

/** Picks the branch of the union that the writer most likely meant, and tells what is wrong with the value in its eyes. */
function union(
  written: Written,
  issue: Extract<Issue, { code: "invalid_union" }>,
  path: readonly PropertyKey[],
): Problem[] {
  const branches = issue.errors.filter(
    (branch) => branch.length > 0 && !branch.some((inner) => inner.path.length === 0 && isOfAnotherType(inner)),
  );
  const [best] = branches.toSorted((a, b) => badness(a) - badness(b));
  if (best) return best.flatMap((inner) => explain(written, inner, [...path, ...inner.path]));
  if ("discriminator" in issue && typeof issue.discriminator === "string")
    return [discriminator(written, path, issue.discriminator)];
  return [unexpected(written, path)];
}

function isOfAnotherType(issue: Issue): boolean {
  return (
    issue.code === "invalid_type" ||
    issue.code === "invalid_value" ||
    (issue.code === "invalid_union" &&
      issue.errors.every((branch) => branch.some((inner) => inner.path.length === 0 && isOfAnotherType(inner))))
  );
}

/** A key that a branch does not know says more against it than a value that it does not like. */
function badness(branch: readonly Issue[]): number {
  return branch.reduce(
    (sum, issue) =>
      sum + (issue.code === "unrecognized_keys" ? 3 * issue.keys.length : issue.code === "invalid_type" ? 2 : 1),
    0,
  );
}

function discriminator({ schema, value }: Written, path: readonly PropertyKey[], key: string): Problem {
  const keyPath = path.at(-1) === key ? path : [...path, key];
  const literals = literalsOf(schema, value, keyPath.slice(0, -1), key);
  const options = literals.flatMap(({ texts }) => texts);
  const found = valueAt(value, keyPath);
  const near = typeof found === "string" ? nearest(found, options) : undefined;
  const wanted = oneOf(options.map((option) => JSON.stringify(option)));
  const builders = literals
    .flatMap(({ description }) => /^Made by `(\w+)\(/.exec(description)?.[1] ?? [])
    .map((builder) => `${builder}({ ... })`);
  if (found === undefined)
    return {
      path: keyPath,
      message: `${nameOf(keyPath)} is missing; expected ${wanted}.`,
      ...(builders.length > 1 && {
        hint: `The builders ${builders.slice(0, -1).join(", ")} and ${builders.at(-1)} fill it in.`,
      }),
    };
  return {
    path: keyPath,
    message: `${nameOf(keyPath)} is ${shown(found)}; expected ${wanted}.`,
    ...(near !== undefined && { hint: `Did you mean ${JSON.stringify(near)}?` }),
  };
}

interface Literal {
  texts: string[];
  /** The builder that writes it, where there is one. */
  description: string;
}

/** The literals that the branches of a union have under a key. */
function literalsOf(schema: z.$ZodType, value: unknown, path: readonly PropertyKey[], key: string): Literal[] {
  return schemasAt(schema, value, path).flatMap(({ _zod: { def } }) => {
    const member = def.type === "object" ? def.shape[key] : undefined;
    return member
      ? alternatives(member).flatMap((option) =>
          option._zod.def.type === "literal"
            ? [{ texts: option._zod.def.values.map(String), description: descriptionOf(option) ?? "" }]
            : [],
        )
      : [];
  });
}

const descriptionOf = (schema: z.$ZodType): string | undefined =>
  "description" in schema && typeof schema.description === "string" ? schema.description : undefined;

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inside, part) =>
      typeof inside === "object" && inside !== null ? (inside as Record<PropertyKey, unknown>)[part] : undefined,
    value,
  );
}

const LONGEST_SHOWN = 60;

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 1)}…` : text;
}
