/** Which paths of plan.json a program reads, found in its text: `plan '.tags.main'`, `readPlan().tags.main`. */
import { z } from "zod";

/** A path as far as the text says it; `*` is a key or an index that is only known when the program runs. */
export type PlanPath = readonly string[];

const METHODS =
  /^(map|flatMap|filter|find|some|every|includes|join|length|sort|slice|entries|forEach|reduce|at|concat|split|replace|replaceAll|trim|test)$/;

/** The paths that begin at the part of one pipeline. */
export function planPathsIn(code: string, isShell: boolean): PlanPath[] {
  return isShell ? pathsOfShell(code) : pathsOfNode(code);
}

/** A filter's first path begins at the part; what stands behind a pipe begins elsewhere, and is judged by its names. */
function pathsOfShell(code: string): PlanPath[] {
  const filters = [...code.matchAll(/(?:^|[\s(`])plan (?:'([^']*)'|"((?:[^"\\]|\\.)*)")/gm)];
  return filters.flatMap(([, single, double = ""]) => {
    const filter = single ?? double;
    const [first = ""] = filter.split(/\||\/\//);
    const path = /^\s*((?:\.\w+|\[[^\]]*\])+)/.exec(first.replace(/\.\[/g, "["))?.[1];
    return path === undefined ? [] : [stepsOf(path)];
  });
}

const CHAIN = "(?:\\s*\\??\\.\\w+|(?:\\?\\.)?\\[[^\\]]+\\])";

/** Chains that begin at `readPlan()`, or at a name that holds a part of it: `const { tags } = readPlan()`. */
function pathsOfNode(text: string): PlanPath[] {
  const code = text.replace(/\bfrom "[^"]*"/g, "").replaceAll("plan.json", "");
  const found: PlanPath[] = [];
  const pending: { root: string; path: PlanPath }[] = [{ root: "readPlan\\(\\)", path: [] }];
  for (const { root, path } of pending) {
    for (const [, chain = ""] of code.matchAll(new RegExp(`${root}(${CHAIN}+)`, "g")))
      found.push([...path, ...stepsOf(chain)]);
    const held = new RegExp(`const (\\w+|\\{[^}]*\\}) =\\s+${root}(${CHAIN}*)(?=;| \\?\\?)`, "g");
    for (const [, names = "", chain = ""] of code.matchAll(held)) {
      const at = [...path, ...stepsOf(chain)];
      // A value that a method gives is no part of the plan any more.
      if (at.some((step) => METHODS.test(step))) continue;
      if (!names.startsWith("{")) pending.push({ root: rootOf(names), path: at });
      for (const [, key = "", as = key] of names.startsWith("{")
        ? names.matchAll(/(\w+)(?:: (\w+))?(?: = [^,}]+)?[,\s}]/g)
        : []) {
        found.push([...at, key]);
        pending.push({ root: rootOf(as), path: [...at, key] });
      }
    }
  }
  return found;
}

/** Not a property of something else, nor a word in a text. */
const rootOf = (name: string): string => `(?<![.\\w"\`/-])${name}(?![\\w(])`;

const stepsOf = (chain: string): string[] =>
  [...chain.replaceAll("?.[", "[").matchAll(/\.(\w+)|\[([^\]]*)\]/g)].map(
    ([, name, key = ""]) => name ?? /^["'](\w+)["']$/.exec(key)?.[1] ?? "*",
  );

/** What is wrong with a path; undefined where the schema has it. */
export function strangeStep(schema: z.ZodType, path: PlanPath): string | undefined {
  let at: readonly z.ZodType[] = [schema];
  for (const step of path) {
    const inner = at.flatMap(alternatives);
    // What is no object of the plan any more is a value, and the step a property of every such value.
    if (inner.every((one) => !isObject(one))) return undefined;
    if (METHODS.test(step) && inner.some((one) => one instanceof z.ZodArray)) return undefined;
    const next = inner.flatMap((one) => stepInto(one, step));
    if (next.length === 0) return step;
    at = next;
  }
  return undefined;
}

const isObject = (schema: z.ZodType): boolean =>
  schema instanceof z.ZodObject || schema instanceof z.ZodRecord || schema instanceof z.ZodArray;

function stepInto(schema: z.ZodType, step: string): z.ZodType[] {
  if (schema instanceof z.ZodObject) {
    const fields = schema.shape as Record<string, z.ZodType>;
    return step === "*" ? Object.values(fields) : Object.hasOwn(fields, step) ? [fields[step] as z.ZodType] : [];
  }
  if (schema instanceof z.ZodRecord) return [schema.valueType as z.ZodType];
  if (schema instanceof z.ZodArray) return [schema.element as z.ZodType];
  return [];
}

/** A schema without what stands around it: it may be absent, null, or one of several. */
function alternatives(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return alternatives(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodUnion) return (schema.options as z.ZodType[]).flatMap(alternatives);
  return [schema];
}

/** Every key below which no object stands, with its path. */
export function leavesOf(schema: z.ZodType, path: PlanPath = []): PlanPath[] {
  return alternatives(schema).flatMap((one) => {
    if (one instanceof z.ZodObject)
      return Object.entries(one.shape as Record<string, z.ZodType>).flatMap(([key, inner]) =>
        leavesOf(inner, [...path, key]),
      );
    if (one instanceof z.ZodRecord) return leavesOf(one.valueType as z.ZodType, [...path, "*"]);
    if (one instanceof z.ZodArray) {
      const inner = alternatives(one.element as z.ZodType);
      return inner.some(isObject) ? inner.flatMap((element) => leavesOf(element, [...path, "*"])) : [path];
    }
    return [path];
  });
}
