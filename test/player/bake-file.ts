/**
 * Bake files: JSON, and as much of HCL as targets, groups and variables need (docs.docker.com, "Bake file reference").
 * A function, a matrix or anything else is a loud stop.
 */
import { type Json, type JsonObject, objectAt, onlyKeys, PlayerError, stringAt, stringsAt } from "./json.ts";

export interface BakeTarget {
  readonly context: string;
  readonly dockerfile: string;
  readonly target: string;
  readonly args: Record<string, string>;
  readonly labels: Record<string, string>;
  readonly tags: readonly string[];
  readonly platforms: readonly string[];
  readonly output: readonly string[];
  /** `type=provenance,mode=max` */
  readonly attest: readonly string[];
}

export interface BakeFile {
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly targets: ReadonlyMap<string, BakeTarget>;
}

const TARGET_KEYS = [
  "inherits",
  "context",
  "dockerfile",
  "target",
  "args",
  "labels",
  "tags",
  "platforms",
  "output",
  "cache-from",
  "cache-to",
  "pull",
  "no-cache",
  "contexts",
  "attest",
  "description",
];

/** Blocks of all files by kind and name, later ones over earlier ones. */
interface Blocks {
  readonly variable: JsonObject;
  readonly group: JsonObject;
  readonly target: JsonObject;
}

/** Reads bake files in their order. Variables take their values from `env`, else their defaults. */
export function readBakeFiles(
  files: readonly { readonly path: string; readonly text: string }[],
  env: Readonly<Record<string, string>>,
): BakeFile {
  const blocks: Blocks = { variable: {}, group: {}, target: {} };
  for (const { path, text } of files) {
    const root = path.endsWith(".json") ? objectAt(JSON.parse(text) as Json, path) : parseHcl(text, path);
    onlyKeys(root, ["variable", "group", "target"], path);
    for (const kind of ["variable", "group", "target"] as const) {
      for (const [name, value] of Object.entries(objectAt(root[kind], `${path}: ${kind}`)))
        blocks[kind][name] = { ...objectAt(blocks[kind][name], name), ...objectAt(value, `${path}: ${kind} ${name}`) };
    }
  }
  const variables = new Map(
    Object.entries(blocks.variable).map(([name, value]) => [
      name,
      env[name] ?? stringAt(objectAt(value, name)["default"], name) ?? "",
    ]),
  );
  const fill = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)]));
    return typeof value === "string"
      ? value.replace(/\$\$\{|%%\{|\$\{([^}]*)\}/g, (found, name?: string) =>
          // Doubled, the sign stands for itself.
          name === undefined ? found.slice(1) : variableOf(variables, name.trim()),
        )
      : value;
  };
  const settings = (name: string, seen: readonly string[]): JsonObject => {
    if (!(name in blocks.target)) throw new PlayerError(`There is no bake target ${name}.`);
    if (seen.includes(name)) throw new PlayerError(`The bake target ${name} inherits from itself.`);
    const own = objectAt(fill(blocks.target[name] ?? {}), name);
    onlyKeys(own, TARGET_KEYS, `bake target ${name}`);
    const parents = stringsAt(own["inherits"], `${name}: inherits`).map((parent) => settings(parent, [...seen, name]));
    return [...parents, own].reduce(
      (left, right) => ({
        ...left,
        ...right,
        args: { ...objectAt(left["args"], "args"), ...objectAt(right["args"], "args") },
        labels: { ...objectAt(left["labels"], "labels"), ...objectAt(right["labels"], "labels") },
      }),
      {},
    );
  };
  return {
    groups: new Map(
      Object.entries(blocks.group).map(([name, value]) => [name, stringsAt(objectAt(value, name)["targets"], name)]),
    ),
    targets: new Map(Object.keys(blocks.target).map((name) => [name, targetOf(settings(name, []), name)])),
  };
}

function variableOf(variables: ReadonlyMap<string, string>, name: string): string {
  const value = variables.get(name);
  if (value === undefined)
    throw new PlayerError(
      `The bake file reads \`${name}\`, which the player does not know: only plain variables are played.`,
    );
  return value;
}

const texts = (value: Json | undefined, what: string): Record<string, string> =>
  Object.fromEntries(Object.entries(objectAt(value, what)).map(([key, item]) => [key, stringAt(item, what) ?? ""]));

function targetOf(settings: JsonObject, name: string): BakeTarget {
  return {
    context: stringAt(settings["context"], name) ?? ".",
    dockerfile: stringAt(settings["dockerfile"], name) ?? "Dockerfile",
    target: stringAt(settings["target"], name) ?? "",
    args: texts(settings["args"], `${name}: args`),
    labels: texts(settings["labels"], `${name}: labels`),
    tags: stringsAt(settings["tags"], `${name}: tags`),
    platforms: stringsAt(settings["platforms"], `${name}: platforms`),
    output: stringsAt(settings["output"], `${name}: output`),
    attest: stringsAt(settings["attest"], `${name}: attest`),
  };
}

/** The names of targets that `names` mean: groups stand for theirs. */
export function targetsOf(file: BakeFile, names: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (name: string, seen: readonly string[]): void => {
    const group = file.groups.get(name);
    if (group && !seen.includes(name)) for (const each of group) visit(each, [...seen, name]);
    else if (file.targets.has(name)) found.add(name);
    else throw new PlayerError(`The bake files have neither a group nor a target ${name}.`);
  };
  for (const name of names) visit(name, []);
  return [...found];
}

/** `kind "name" { key = value }`, with strings, numbers, booleans, lists, mappings and comments. */
function parseHcl(text: string, path: string): JsonObject {
  const tokens = [
    ...text.matchAll(
      /#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|("(?:[^"\\]|\\.)*")|([A-Za-z_][\w-]*)|(-?\d+(?:\.\d+)?)|([{}[\]=,:])|(\S)/g,
    ),
  ]
    .map((match) => match.slice(1).find((part) => part !== undefined))
    .filter((token) => token !== undefined);
  let at = 0;
  const stop = (token: string | undefined): never => {
    throw new PlayerError(`${path}: the player does not read HCL at \`${token ?? "the end"}\`.`);
  };
  const expect = (wanted: string): void => {
    if (tokens[at] !== wanted) stop(tokens[at]);
    at += 1;
  };
  const value = (): Json => {
    const token = tokens[at];
    at += 1;
    if (token === undefined) return stop(token);
    if (token.startsWith('"')) return JSON.parse(token) as string;
    if (token === "true" || token === "false") return token === "true";
    if (token === "null") return null;
    if (/^-?\d/.test(token)) return Number(token);
    if (token === "[") return list();
    if (token === "{") return mapping();
    // A bare name is a variable; a function's bracket behind it stops the play.
    return /^[A-Za-z_]\w*$/.test(token) && tokens[at] !== "(" ? `\${${token}}` : stop(token);
  };
  const list = (): Json[] => {
    const items: Json[] = [];
    while (tokens[at] !== "]") {
      items.push(value());
      if (tokens[at] === ",") at += 1;
    }
    at += 1;
    return items;
  };
  const mapping = (): JsonObject => {
    const entries: JsonObject = {};
    while (tokens[at] !== "}") {
      const key = tokens[at] ?? stop(undefined);
      at += 1;
      if (tokens[at] === "=" || tokens[at] === ":") at += 1;
      else stop(tokens[at]);
      entries[key.startsWith('"') ? (JSON.parse(key) as string) : key] = value();
      if (tokens[at] === ",") at += 1;
    }
    at += 1;
    return entries;
  };
  const root: JsonObject = {};
  while (at < tokens.length) {
    const kind = tokens[at] ?? stop(undefined);
    const name = tokens[at + 1] ?? stop(undefined);
    if (!name.startsWith('"')) stop(name);
    at += 2;
    expect("{");
    root[kind] = { ...objectAt(root[kind], kind), [JSON.parse(name) as string]: mapping() };
  }
  return root;
}
