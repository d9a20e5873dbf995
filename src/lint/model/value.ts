/**
 * What a text will be at run time, as far as the files tell: literal parts, symbols that GitHub fills in, and holes. A
 * text that depends on a condition has several alternatives.
 */

/** A piece of a text. A symbol is an expression's path, lower-cased, such as `github.sha` or `matrix.os`. */
export type Part =
  | { kind: "text"; text: string }
  | {
      kind: "symbol";
      name: string;
      /** Only its first so many characters. */ length?: number | undefined;
      /** Lower-cased, or cleaned for a tag. */ cleaned?: boolean | undefined;
    }
  | { kind: "hole" };

/** One text. Neighbouring literal parts are merged; no part is empty. */
export type Template = readonly Part[];

/** All that a text may be; never empty. */
export type Value = readonly Template[];

/** More alternatives than this say nothing. */
const MOST_ALTERNATIVES = 12;
const MOST_PARTS = 40;

export const HOLE: Value = [[{ kind: "hole" }]];

export const literal = (text: string): Value => [text === "" ? [] : [{ kind: "text", text }]];
export const symbol = (name: string): Value => [[{ kind: "symbol", name }]];

/** The one text that it surely is. */
export function textOf(value: Value): string | undefined {
  const [template] = value;
  return value.length === 1 && template ? textOfTemplate(template) : undefined;
}

export function textOfTemplate(template: Template): string | undefined {
  let text = "";
  for (const part of template) {
    if (part.kind !== "text") return undefined;
    text += part.text;
  }
  return text;
}

export const hasHole = (template: Template): boolean => template.some(({ kind }) => kind === "hole");
export const isUnknown = (value: Value): boolean =>
  value.some((template) => template.length === 1 && template[0]?.kind === "hole");
export const symbolsIn = (template: Template): string[] =>
  template.flatMap((part) => (part.kind === "symbol" ? [part.name] : []));

/** For people: `sha-${{ github.sha }}`, with `…` for what is not known. */
export const written = (template: Template): string =>
  template
    .map((part) =>
      part.kind === "text"
        ? part.text
        : part.kind === "hole"
          ? "…"
          : `\${{ ${part.name} }}${part.length === undefined ? "" : `[0:${part.length}]`}`,
    )
    .join("");

export function join(templates: readonly Template[]): Template {
  const [only] = templates;
  if (templates.length === 1 && only && only.length <= 1)
    return only[0]?.kind === "text" && only[0].text === "" ? [] : only;
  const joined: Part[] = [];
  for (const part of templates.flat()) {
    const last = joined.at(-1);
    if (part.kind === "text" && last?.kind === "text")
      joined[joined.length - 1] = { kind: "text", text: last.text + part.text };
    else if (part.kind === "hole" && last?.kind === "hole") continue;
    else if (part.kind !== "text" || part.text !== "") joined.push(part);
  }
  return joined.length > MOST_PARTS ? [{ kind: "hole" }] : joined;
}

/** One after the other, in all combinations. */
export function concat(values: readonly Value[]): Value {
  const [first] = values;
  if (values.length === 1 && first) return first;
  // Nearly all texts have one alternative only.
  if (values.every((value) => value.length === 1)) return [join(values.flat())];
  let all: Template[] = [[]];
  for (const value of values) {
    if (all.length * value.length > MOST_ALTERNATIVES) {
      all = all.slice(0, 1).map((template) => join([template, [{ kind: "hole" }]]));
      return all.length > 0 && values.length > 1 ? HOLE : all;
    }
    all = all.flatMap((before) => value.map((after) => join([before, after])));
  }
  return all;
}

/** Any of them. */
export function either(values: readonly Value[]): Value {
  const [first] = values;
  if (first && values.every((value) => value === first)) return first.length > MOST_ALTERNATIVES ? HOLE : first;
  const all = new Map(values.flat().map((template) => [keyOf(template), template]));
  return all.size === 0 || all.size > MOST_ALTERNATIVES ? HOLE : [...all.values()];
}

/** Equal templates have equal keys. */
export const keyOf = (template: Template): string =>
  template
    .map((part) =>
      part.kind === "text"
        ? part.text
        : part.kind === "hole"
          ? "\u0000"
          : `\u0001${part.name}${part.length === undefined ? "" : `:${part.length}`}${part.cleaned ? "~" : ""}\u0002`,
    )
    .join("");
