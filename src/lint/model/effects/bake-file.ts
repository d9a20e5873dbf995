/**
 * Bake files ("Bake file reference"): the part that most of them keep to. Variables with defaults, groups, and targets with
 * text, lists of text, maps of text, `inherits` and `${NAME}` inside. Functions, conditionals and matrices are holes.
 */
import type { RepositoryFiles } from "../../repository.ts";
import { concat, HOLE, literal, type Value } from "../value.ts";

export interface BakeTarget {
  name: string;
  /** Text attributes: `context`, `dockerfile`, `target`. */
  texts: ReadonlyMap<string, Value>;
  /** `tags`, `platforms`, `cache-from`, `cache-to`, `output`. */
  lists: ReadonlyMap<string, readonly Value[]>;
  args: ReadonlyMap<string, Value>;
  /** Everything in it could be read. */
  complete: boolean;
}

type Written =
  | { kind: "text"; text: string }
  | { kind: "list"; items: Written[] }
  | { kind: "map"; entries: Map<string, Written> }
  | { kind: "unknown" };
interface Block {
  type: string;
  label: string;
  attributes: Map<string, Written>;
}

const DEFAULT_FILES = ["docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl"];
const MOST_TARGETS = 60;

/** The targets that are built when these are asked for; nothing where a file is missing or cannot be read. */
export function bakeTargets(
  files: RepositoryFiles,
  paths: readonly string[],
  wanted: readonly string[],
  variable: (name: string) => Value | undefined,
): BakeTarget[] | undefined {
  const present = paths.length > 0 ? paths : DEFAULT_FILES.filter((path) => files.exists(path));
  const blocks: Block[] = [];
  for (const path of present) {
    const text = files.read(path);
    const read =
      text === undefined
        ? undefined
        : path.endsWith(".json")
          ? blocksOfJson(text)
          : path.endsWith(".hcl")
            ? blocksOfHcl(text)
            : undefined;
    if (!read) return undefined;
    blocks.push(...read);
  }
  if (blocks.length === 0) return undefined;
  const find = (type: string, label: string): Block | undefined => {
    const all = blocks.filter((block) => block.type === type && block.label === label);
    return all.length === 0
      ? undefined
      : { type, label, attributes: new Map(all.flatMap((block) => [...block.attributes])) };
  };
  const value = (written: Written | undefined, depth = 0): Value => {
    if (written?.kind !== "text" || depth > 5) return HOLE;
    return concat(
      written.text.split(/(\$\{[^}]*\})/).map((piece) => {
        const name = /^\$\{\s*([A-Za-z_]\w*)\s*\}$/.exec(piece)?.[1];
        if (name === undefined) return piece.startsWith("${") ? HOLE : literal(piece);
        return variable(name) ?? value(find("variable", name)?.attributes.get("default"), depth + 1);
      }),
    );
  };
  const names: string[] = [];
  const expand = (name: string, depth: number): void => {
    const group = find("group", name)?.attributes.get("targets");
    if (group?.kind === "list" && depth < 10)
      for (const item of group.items) expand(item.kind === "text" ? item.text : "", depth + 1);
    else if (!names.includes(name) && names.length < MOST_TARGETS) names.push(name);
  };
  for (const name of wanted.length > 0 ? wanted : ["default"]) expand(name, 0);

  const attributesOf = (name: string, depth: number): Map<string, Written> => {
    const own = find("target", name)?.attributes ?? new Map<string, Written>();
    const inherits = own.get("inherits");
    const merged = new Map<string, Written>();
    if (inherits?.kind === "list" && depth < 10)
      for (const parent of inherits.items)
        if (parent.kind === "text")
          for (const [key, written] of attributesOf(parent.text, depth + 1))
            merged.set(key, combine(merged.get(key), written));
    for (const [key, written] of own) merged.set(key, combine(merged.get(key), written));
    return merged;
  };
  return names.map((name) => {
    const attributes = attributesOf(name, 0);
    const texts = new Map<string, Value>();
    const lists = new Map<string, Value[]>();
    let args = new Map<string, Value>();
    for (const [key, written] of attributes) {
      if (written.kind === "text") texts.set(key, value(written));
      else if (written.kind === "list")
        lists.set(
          key,
          written.items.map((item) => value(item)),
        );
      else if (written.kind === "map" && key === "args")
        args = new Map([...written.entries].map(([arg, item]) => [arg, value(item)]));
      else texts.set(key, HOLE);
    }
    return {
      name,
      texts,
      lists,
      args,
      complete:
        find("target", name) !== undefined &&
        ![...attributes.values()].some(({ kind }) => kind === "unknown") &&
        !attributes.has("matrix"),
    };
  });
}

const combine = (before: Written | undefined, after: Written): Written =>
  before?.kind === "map" && after.kind === "map"
    ? { kind: "map", entries: new Map([...before.entries, ...after.entries]) }
    : after;

function blocksOfJson(text: string): Block[] | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof data !== "object" || data === null) return undefined;
  const blocks: Block[] = [];
  for (const type of ["variable", "group", "target"]) {
    const section: unknown = Object.entries(data).find(([key]) => key === type)?.[1];
    if (typeof section !== "object" || section === null) continue;
    for (const [label, body] of Object.entries(section)) {
      const attributes = fromJson(body);
      if (attributes.kind === "map") blocks.push({ type, label, attributes: attributes.entries });
    }
  }
  return blocks;
}

function fromJson(data: unknown): Written {
  if (typeof data === "string" || typeof data === "number" || typeof data === "boolean")
    return { kind: "text", text: String(data) };
  if (Array.isArray(data)) return { kind: "list", items: data.map(fromJson) };
  if (typeof data === "object" && data !== null)
    return { kind: "map", entries: new Map(Object.entries(data).map(([key, item]) => [key, fromJson(item)])) };
  return { kind: "unknown" };
}

/** `type "label" { key = value }`; nothing for a text that does not look like that. */
function blocksOfHcl(text: string): Block[] | undefined {
  const tokens = [
    ...text
      .replace(/<<-?(\w+)\n[\s\S]*?\n\s*\1\b/g, '"${}"')
      .matchAll(/"(?:[^"\\]|\\.)*"|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[A-Za-z_][\w.-]*|-?\d+(?:\.\d+)?|\n|[^\s]/g),
  ]
    .map(([token]) => token)
    .filter((token) => !/^(?:#|\/\/|\/\*)/.test(token));
  let at = 0;
  const skipLines = (): void => {
    while (tokens[at] === "\n") at++;
  };
  const isText = (token: string | undefined): token is string => token?.startsWith('"') === true;
  const unquoted = (token: string): string =>
    token
      .slice(1, -1)
      .replace(/\\(["\\])/g, "$1")
      .replaceAll("$${", "${");
  const valueHere = (): Written => {
    skipLines();
    const token = tokens[at];
    if (token === "[") return listHere();
    if (token === "{") return mapHere();
    at++;
    let written: Written = { kind: "unknown" };
    if (isText(token)) written = { kind: "text", text: unquoted(token) };
    else if (token !== undefined && /^(?:-?\d|true$|false$|null$)/.test(token))
      written = { kind: "text", text: token === "null" ? "" : token };
    else if (token !== undefined && /^[A-Za-z_]\w*$/.test(token)) written = { kind: "text", text: `\${${token}}` };
    // Whatever follows on the line makes a computed value of it.
    const ends = (next: string | undefined): boolean =>
      next === undefined || next === "\n" || next === "," || next === "]" || next === "}";
    if (!ends(tokens[at])) {
      written = { kind: "unknown" };
      for (let depth = 0; at < tokens.length; at++) {
        const next = tokens[at];
        if (depth === 0 && ends(next)) break;
        if (next === "(" || next === "[" || next === "{") depth++;
        if (next === ")" || next === "]" || next === "}") depth--;
      }
    }
    return written;
  };
  const listHere = (): Written => {
    at++;
    const items: Written[] = [];
    for (skipLines(); at < tokens.length && tokens[at] !== "]"; skipLines()) {
      if (tokens[at] === ",") at++;
      else if (tokens[at] === "for") {
        for (let depth = 1; at < tokens.length && depth > 0; at++)
          depth += tokens[at] === "[" ? 1 : tokens[at] === "]" ? -1 : 0;
        return { kind: "unknown" };
      } else items.push(valueHere());
    }
    at++;
    return { kind: "list", items };
  };
  const mapHere = (): Written => {
    at++;
    const entries = new Map<string, Written>();
    for (skipLines(); at < tokens.length && tokens[at] !== "}"; skipLines()) {
      const key = tokens[at++];
      if (key === ",") continue;
      if (key === undefined) break;
      if (tokens[at] === "=" || tokens[at] === ":") {
        at++;
        entries.set(isText(key) ? unquoted(key) : key, valueHere());
      } else if (tokens[at] === "{") mapHere();
      else if (!isText(tokens[at])) return { kind: "unknown" };
      else at++;
    }
    at++;
    return { kind: "map", entries };
  };
  const blocks: Block[] = [];
  for (skipLines(); at < tokens.length; skipLines()) {
    const type = tokens[at++] ?? "";
    if (tokens[at] === "=") {
      at++;
      blocks.push({ type: "variable", label: type, attributes: new Map([["default", valueHere()]]) });
      continue;
    }
    const label = isText(tokens[at]) ? unquoted(tokens[at++] ?? "") : "";
    if (tokens[at] !== "{") return undefined;
    const body = mapHere();
    if (body.kind === "map") blocks.push({ type, label, attributes: body.entries });
  }
  return blocks;
}
