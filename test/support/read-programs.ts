/** What a program of `templates/` reads, requires and hands on, found in its text. */
import { type ProgramName, programText } from "../../src/compiler/programs.ts";

/** What the runner, bash or the program itself provides. */
const GIVEN =
  /^(GITHUB_|RUNNER_|BASH_|IMAGE_(DIGEST|PLATFORMS|REVISION|RECIPE|CREATED)$|(REPLY|SECONDS|PWD|IFS|LC_ALL|HOME|PATH|TMPDIR)$)/;

/** Settings for tests and slow registries, whose defaults are what a workflow wants. */
const TUNING = ["ATTEMPTS", "DELAY", "API_ATTEMPTS", "API_DELAY", "GRACE_SECONDS", "POLL_SECONDS", "RETRY_SECONDS"];

export interface ProgramReading {
  /** Variables without which it stops, at once. */
  readonly required: readonly string[];
  /** Variables that it reads without a default: bash takes an absent one for empty, which nobody wants. */
  readonly unguarded: readonly string[];
  /** Every variable that it reads, those with a default too. */
  readonly reads: readonly string[];
  /** Variables that the comment on top lists, tuning left out. */
  readonly documented: readonly string[];
  readonly hasOutput: (name: string) => boolean;
  /** The scopes that its requests to GitHub's API need. */
  readonly scopes: readonly string[];
}

const readings = new Map<ProgramName, ProgramReading>();

export function readProgram(name: ProgramName): ProgramReading {
  const known = readings.get(name);
  if (known) return known;
  const text = programText(name);
  const reading = name.endsWith(".sh") ? readBash(text) : readNode(text);
  readings.set(name, reading);
  return reading;
}

const unique = (texts: readonly (string | undefined)[]): string[] => [
  ...new Set(texts.filter((text) => text !== undefined)),
];
const matches = (text: string, pattern: RegExp): string[] =>
  unique([...text.matchAll(pattern)].map((match) => match[1]));
const withoutComments = (text: string, mark: RegExp): string =>
  text
    .split("\n")
    .filter((line) => !mark.test(line))
    .join("\n");

function documentedIn(text: string, mark: RegExp, reads: readonly string[]): string[] {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !mark.test(line));
  const comment = lines.slice(0, end).join("\n");
  return unique([
    ...matches(comment, /\b([A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]|[A-Z]{3,})\b/g).filter((word) => reads.includes(word)),
    ...(comment.includes("TAG_*") ? reads.filter((word) => word.startsWith("TAG_")) : []),
  ]).filter((word) => !TUNING.includes(word));
}

function readBash(text: string): ProgramReading {
  const code = withoutComments(text, /^\s*#/);
  const own = new Set(
    [...matches(code, /(?:^|[\s;(])([A-Z][A-Z0-9_]*)\+?=/gm)].filter(
      (name) => !new RegExp(`\\$\\{${name}:-`).test(code),
    ),
  );
  const isInput = (name: string): boolean => !GIVEN.test(name) && !own.has(name);
  const reads = unique([
    ...matches(code, /\$\{?([A-Z][A-Z0-9_]*)(?![A-Za-z0-9_])/g),
    ...matches(code, /:([A-Z][A-Z0-9_]*)[})]/g),
  ]).filter(isInput);
  const guarded = matches(code, /\$\{([A-Z][A-Z0-9_]*):-/g);
  const required = unique(
    [...code.matchAll(/^require ([A-Z0-9_ ]+)$/gm)].flatMap((match) => match[1]?.split(" ")),
  ).filter(isInput);
  const dynamic = matches(code, /\boutput "\$\w+-([a-z-]+)"/g);
  const outputs = matches(code, /\boutput ([a-z][a-z-]*) /g);
  return {
    required,
    unguarded: reads.filter((name) => !guarded.includes(name)),
    reads,
    documented: documentedIn(text, /^#/, reads),
    hasOutput: (output) => outputs.includes(output) || dynamic.some((suffix) => output.endsWith(`-${suffix}`)),
    scopes: scopesIn(code),
  };
}

function readNode(text: string): ProgramReading {
  const code = withoutComments(text, /^\s*(\/\/|\*|\/\*)/);
  const taken = [...code.matchAll(/const \{([^}]*)\} = process\.env/g)]
    .flatMap((match) => (match[1] ?? "").split(","))
    .map((part) => part.trim());
  const read = [...matches(code, /process\.env\.([A-Z_]+)/g), ...taken.map((part) => part.split(/[:= ]/)[0])];
  const defaulted = [
    ...taken.filter((part) => part.includes("=")).map((part) => part.split(/[:= ]/)[0]),
    ...matches(code, /process\.env\.([A-Z_]+)(?= \?|\s*\|\||\s*\?\?)/g),
  ];
  const reads = unique(read).filter((name) => !GIVEN.test(name));
  const outputs = matches(code, /setOutput\("([a-z-]+)"/g);
  const required = reads.filter((name) => !defaulted.includes(name));
  return {
    required,
    unguarded: required,
    reads,
    documented: documentedIn(text, /^\/\//, reads),
    hasOutput: (output) => outputs.includes(output),
    scopes: scopesIn(code),
  };
}

/** GitHub's docs, "Permissions required for GitHub Apps": which part of the API needs which scope. */
const SCOPES: readonly (readonly [RegExp, string])[] = [
  [/repos\/\$\{?\w+\}?\/actions\/workflows\/[^"\s`]*\/dispatches|POST "repos\/\$REPOSITORY\/actions/, "actions: write"],
  [/repos\/\$\{?\w+\}?\/actions\//, "actions: read"],
  [/repos\/\$\{?\w+\}?\/pulls/, "pull-requests: read"],
  [/POST "repos\/\$REPOSITORY\/statuses\//, "statuses: write"],
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
