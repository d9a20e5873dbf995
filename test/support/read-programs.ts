/** What a program of `templates/` takes and gives, by its action.yml, and what its text says that it reads and writes. */
import { filesOfPrograms, programFile, type ProgramName, programPath } from "../../src/programs/programs.ts";
import { actionOf, isProvided, isTuning, variableOf } from "./program-folder.ts";

export interface ProgramReading {
  /** The inputs of its action.yml. */
  readonly inputs: readonly string[];
  /** Those without which it does not run. */
  readonly required: readonly string[];
  /** The outputs of its action.yml. */
  readonly outputs: readonly string[];
  /** Variables that its own text reads, as it reads them; what the runner provides and what only tests set are left out. */
  readonly reads: readonly string[];
  /** Variables that its own text or a shared piece reads, in any way. */
  readonly readsAnywhere: readonly string[];
  /** Outputs that its own text or a shared piece writes. */
  readonly writes: readonly string[];
  readonly hasOutput: (name: string) => boolean;
  /** The scopes that its requests to GitHub's API need. */
  readonly scopes: readonly string[];
}

const readings = new Map<ProgramName, ProgramReading>();

export function readProgram(name: ProgramName): ProgramReading {
  const known = readings.get(name);
  if (known) return known;
  const action = actionOf(name);
  const path = programPath(name);
  const isNode = path.endsWith(".mjs");
  const [own = "", ...shared] = [
    path,
    ...filesOfPrograms([name]).filter((file) => file !== path && /\.(sh|mjs)$/.test(file)),
  ].map((file) => codeOf(file));
  const everything = [own, ...shared].join("\n");
  const readIn = (code: string): string[] =>
    (isNode ? readByNode(code) : readByBash(code, everything)).filter(
      (variable) => !isProvided(variable) && !isTuning(variable),
    );
  const reading = {
    inputs: Object.keys(action.inputs),
    required: Object.entries(action.inputs).flatMap(([input, { required }]) => (required === true ? [input] : [])),
    outputs: Object.keys(action.outputs),
    reads: readIn(own),
    readsAnywhere: unique([...readIn(everything), ...matches(everything, /\b([A-Z][A-Z0-9_]+)\b/g)]),
    writes: isNode
      ? matches(everything, /\b(?:setOutput|output)\(\s*"([a-z-]+)"/g)
      : matches(everything, /(?:^|[;&|{]|\bthen|\bdo)\s*output ([a-z][a-z-]*) /gm),
    hasOutput: (output: string) => Object.hasOwn(action.outputs, output),
    scopes: scopesIn(everything),
  };
  readings.set(name, reading);
  return reading;
}

/** The inputs by the name that a variable has. */
export const variablesOf = (name: ProgramName): string[] => readProgram(name).inputs.map(variableOf);

const unique = (texts: readonly (string | undefined)[]): string[] => [
  ...new Set(texts.filter((text) => text !== undefined)),
];
const matches = (text: string, pattern: RegExp): string[] =>
  unique([...text.matchAll(pattern)].map((match) => match[1]));

/** The text of a program's file without its comments. */
export const codeOf = (file: string): string =>
  programFile(file)
    .split("\n")
    .filter((line) => !(file.endsWith(".sh") ? /^\s*#/ : /^\s*(\/\/|\*|\/\*)/).test(line))
    .join("\n");

function readByBash(code: string, everything: string): string[] {
  const own = new Set(
    matches(everything, /(?:^|[\s;(])([A-Z][A-Z0-9_]*)\+?=/gm).filter(
      (name) => !new RegExp(`\\$\\{${name}:-`).test(everything),
    ),
  );
  // What jq calls $ENV and what a shared piece leaves in a variable is no input.
  return unique([
    ...matches(code, /\$\{?!?([A-Z][A-Z0-9_]*)(?![A-Za-z0-9_])/g),
    ...matches(code, /:([A-Z][A-Z0-9_]*)[})]/g),
    ...[...code.matchAll(/^\s*require ([A-Z0-9_ ]+)$/gm)].flatMap((match) => match[1]?.split(" ")),
  ]).filter((name) => !own.has(name) && !/^(ENV|IMAGE_(DIGEST|PLATFORMS|REVISION|RECIPE|CREATED))$/.test(name));
}

const readByNode = (code: string): string[] =>
  unique([
    ...matches(code, /\b(?:process\.env|environment)\??\.([A-Z][A-Z0-9_]*)/g),
    ...[...code.matchAll(/const \{([^}]*)\} = (?:process\.env|environment)\b/g)]
      .flatMap((match) => (match[1] ?? "").split(","))
      .map((part) => /^[A-Z][A-Z0-9_]*/.exec(part.trim())?.[0]),
  ]);

/** GitHub's docs, "Permissions required for GitHub Apps": which part of the API needs which scope. */
const SCOPES: readonly (readonly [RegExp, string])[] = [
  [/repos\/\$\{?\w+\}?\/actions\/workflows\/[^"\s`]*\/dispatches|POST "repos\/\$REPOSITORY\/actions/, "actions: write"],
  [/repos\/\$\{?\w+\}?\/actions\//, "actions: read"],
  [/repos\/\$\{?\w+\}?\/pulls/, "pull-requests: read"],
  [/github\.post\(`\/repos\/\$\{\w+\}\/statuses\//, "statuses: write"],
  [/repos\/\$\{?\w+\}?\/commits\/\$\{?\w+\}?\/status(es)?\b/, "statuses: read"],
  [/repos\/\$\{?\w+\}?\/commits\/\$\{?\w+\}?\/check-runs/, "checks: read"],
  [/repos\/\$\{?\w+\}?\/branches\//, "contents: read"],
  [/repos\/\$\{?\w+\}?\/commits\/\$\{?\w+\}?[`"]/, "contents: read"],
  [/repos\/\$\{?\w+\}?\/compare\//, "contents: read"],
  [/\/packages\//, "packages: read"],
  [/`\/repos\/\$\{repository\}\/(releases|git)`/, "contents: write"],
  [/github\.post\(`\/repos\/\$\{repository\}\/pulls`/, "pull-requests: write"],
  [/github\.post\(`\/repos\/\$\{repository\}\/issues`/, "issues: write"],
  [/github\.post\(`\/repos\/\$\{repository\}\/issues\/\$\{pullNumber\}\/comments`/, "pull-requests: write"],
  [/github\.remove\(`\/repos\/\$\{repository\}\/actions\/caches/, "actions: write"],
  [/\bcosign sign\b/, "id-token: write"],
];

const scopesIn = (code: string): string[] => SCOPES.filter(([pattern]) => pattern.test(code)).map(([, scope]) => scope);
