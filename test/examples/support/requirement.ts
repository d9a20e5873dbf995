/** The kinds of rows in the table of requirements, and how a row changes a config or an emitted file. */
import type { ConfigInput } from "../../../src/config/schema.ts";
import { isObject, type Json, type JsonObject } from "../../player/json.ts";
import { type Emission, look } from "./emission.ts";

interface Stated {
  /** Where the plan says it; several sections where it repeats itself. */
  section: string;
  requirement: string;
}

interface Answered extends Stated {
  /** File, job and step that meet it. */
  output: string;
  /** A test that proves the behaviour by running it. */
  proof?: string;
}

/** Met because of a line of the config: it no longer holds without that line. */
export interface FromConfig extends Answered {
  kind: "config";
  line: Line;
  /** A line that the example does not have but can take: the plan's options for later, and its rollbacks. */
  given?: Line;
  holds: (files: Emission) => boolean;
}

/** Met whatever the config says. A file broken on purpose shows that the test would see it. */
export interface Always extends Answered {
  kind: "always";
  holds: (files: Emission) => boolean;
  breaks: (files: Emission) => Emission;
}

/** Asked of people, or of something that no workflow file can be. */
export interface BeyondFiles extends Stated {
  kind: "beyond";
  /** Who or what answers it. */
  answer: string;
  proof?: string;
}

/** What a file of rows says beside section and requirement. */
type Rest<Row extends Stated> = Omit<Row, "kind" | keyof Stated>;

export const fromConfig = (section: string, requirement: string, rest: Rest<FromConfig>): FromConfig => ({
  kind: "config",
  section,
  requirement,
  ...rest,
});
export const always = (section: string, requirement: string, rest: Rest<Always>): Always => ({
  kind: "always",
  section,
  requirement,
  ...rest,
});
export const beyond = (section: string, requirement: string, answer: string, proof?: string): BeyondFiles => ({
  kind: "beyond",
  section,
  requirement,
  answer,
  ...(proof !== undefined && { proof }),
});

export type Requirement = FromConfig | Always | BeyondFiles;

/** A line of the config, as people would point at it. */
export interface Line {
  /** `retention.pullRequest` */
  path: string;
  /** What the test does to it. */
  change: string;
  apply: (config: ConfigInput) => ConfigInput;
}

/** The config without a line, and without what only makes sense beside it. */
export function deleted(path: string, ...together: string[]): Line {
  return {
    path,
    change: "deleted",
    apply: (config) =>
      [path, ...together].reduce<ConfigInput>((rest, each) => change(rest, each.split("."), undefined), config),
  };
}

/** The config with another value in a line: for lines that say what would be the default anyway. */
export function set(path: string, value: Json): Line {
  return { path, change: `set to ${JSON.stringify(value)}`, apply: (config) => change(config, path.split("."), value) };
}

/** Several lines that say the same of several parts. */
export function all(path: string, lines: readonly Line[]): Line {
  return {
    path,
    change: lines[0]?.change ?? "",
    apply: (config) => lines.reduce((rest, line) => line.apply(rest), config),
  };
}

/** A config is plain data, so a copy of it is one; whether it still is a config, the schema says when it is compiled. */
function change(config: ConfigInput, path: readonly string[], value: Json | undefined): ConfigInput {
  const plain: unknown = config;
  const changed: unknown = withValue(plain as Json, path, value);
  return changed as ConfigInput;
}

function withValue(
  whole: Json | undefined,
  [key, ...rest]: readonly string[],
  value: Json | undefined,
): Json | undefined {
  if (key === undefined) return value;
  if (Array.isArray(whole))
    return whole.flatMap((item, index) => (index === Number(key) ? (withValue(item, rest, value) ?? []) : [item]));
  const object: JsonObject = isObject(whole) ? whole : {};
  const inner = withValue(object[key], rest, value);
  if (inner !== undefined) return { ...object, [key]: inner };
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** Breaks every place of an emitted file where a text stands. */
export function broken(file: string, text: string | RegExp, replacement = ""): (files: Emission) => Emission {
  return (files) => {
    const before = files.text(file);
    const after = before.replaceAll(typeof text === "string" ? text : new RegExp(text.source, "gm"), replacement);
    if (after === before) throw new Error(`${file} does not hold ${String(text)}, so nothing was broken.`);
    return look(new Map([...files.texts, [file, after]]));
  };
}

/** Breaks the programs wherever a text stands, in their own files or in what they share. */
export function brokenProgram(text: string, replacement = "void 0"): (files: Emission) => Emission {
  return (files) => {
    const isProgram = (file: string): boolean => /^(programs|lib)\//.test(file);
    const texts = [...files.texts].map(([file, body]): [string, string] => [
      file,
      isProgram(file) ? body.replaceAll(text, () => replacement) : body,
    ]);
    if (texts.every(([file, body]) => files.text(file) === body))
      throw new Error(`No program holds ${text}, so nothing was broken.`);
    return look(new Map(texts));
  };
}
