/**
 * Loads a config: finds the file, evaluates or reads it, holds it against the schema, and keeps the way back from a
 * value to its line. Start-up is lean: the schema is read while the config is evaluated in a thread, and what finds
 * lines is loaded only when there is a mistake to point at.
 */
import { relative, sep } from "node:path";
import type { Evaluation } from "./evaluation.ts";
import { evaluate } from "./evaluate.ts";
import { type ConfigFile, findConfigFile } from "./find.ts";
import { findImportCycle } from "./import-cycle.ts";
import { knownConfig, rememberConfig } from "./known-configs.ts";
import type { Location, Problem } from "./problem.ts";
import type { Config } from "./schema.ts";
import { type LocatedProblem, UserError, userError } from "./user-error.ts";

const DEFAULT_TIME_LIMIT = 10_000;

export interface LoadRequest {
  /** The folder whose config is loaded. */
  cwd: string;
  /** Another file than the one that is found there; relative to `cwd`. */
  file?: string | undefined;
  /** How long a config may take, in milliseconds. Ten seconds by default. */
  timeLimit?: number | undefined;
  /** Finds what else is wrong with a config that has mistakes of shape, so that all of it is said at once. */
  check?: (config: Config) => Problem[] | Promise<Problem[]>;
}

export interface LoadedConfig {
  /** Relative to `cwd`, with forward slashes. */
  file: string;
  text: string;
  config: Config;
  /** The line of a problem that was found later, such as a reference to a build that is not declared. */
  locate(problem: Problem): Promise<Location>;
}

/** Throws a {@link UserError} that holds every mistake, each with its place. */
export async function loadConfig({
  cwd,
  file,
  timeLimit = DEFAULT_TIME_LIMIT,
  check,
}: LoadRequest): Promise<LoadedConfig> {
  const found = await findConfigFile(cwd, file);
  const known = await knownConfig(found);
  if (known) return { file: found.name, text: found.text, config: known, locate: locator(found) };
  const { value, problems, locate } =
    found.language === "code" ? await evaluated(found, cwd, timeLimit) : await read(found);
  const { configSchema } = await schema();
  const result = configSchema.safeParse(value);
  const all = result.success ? problems : [...problems, ...(await explained(value, result.error.issues, problems))];
  if (all.length > 0 || !result.success)
    throw new UserError(await locateAll([...all, ...(check ? await furtherProblems(value, check) : [])], locate));
  await rememberConfig(found, result.data);
  return { file: found.name, text: found.text, config: result.data, locate };
}

/** The way back from a value to its line, for a config that need not be read again. */
function locator(found: ConfigFile): LoadedConfig["locate"] {
  if (found.language !== "code") return async (problem) => (await read(found)).locate(problem);
  const document = once(async () => (await import("./locate-code.ts")).readCode(found.name, found.text));
  return async (problem) => (await document()).locate(problem);
}

/** Problems of what is left when the mistakes of shape are taken out, but for those that only follow from them. */
async function furtherProblems(value: unknown, check: NonNullable<LoadRequest["check"]>): Promise<Problem[]> {
  const [{ configSchema }, { salvage }] = await Promise.all([schema(), import("./salvage.ts")]);
  const salvaged = salvage(value, configSchema);
  if (!salvaged) return [];
  const follows = ({ path }: Problem): boolean =>
    salvaged.removed.some((removed) => removed.slice(0, path.length).every((part, index) => part === path[index]));
  return (await check(salvaged.config)).filter((problem) => !follows(problem));
}

/** Every problem with its place, in the file's order. */
export async function locateAll(
  problems: readonly Problem[],
  locate: LoadedConfig["locate"],
): Promise<LocatedProblem[]> {
  const located: (LocatedProblem & { location: Location })[] = [];
  for (const problem of problems) {
    located.push({
      location: await locate(problem),
      message: problem.message,
      ...(problem.hint !== undefined && { hint: problem.hint }),
    });
  }
  return located.sort((a, b) => a.location.line - b.location.line || a.location.column - b.location.column);
}

/**
 * The time limit that `PIPEWRIGHT_CONFIG_TIMEOUT` asks for, in milliseconds.
 *
 * @param seconds the variable's value
 */
export function configTimeLimit(seconds: string | undefined): number {
  if (seconds === undefined || seconds === "") return DEFAULT_TIME_LIMIT;
  const limit = Number(seconds);
  if (!(limit > 0 && limit <= 3600))
    throw userError(
      `PIPEWRIGHT_CONFIG_TIMEOUT is ${JSON.stringify(seconds)}; expected a number of seconds, at most 3600.`,
    );
  return limit * 1000;
}

const schema = (): Promise<typeof import("./schema.ts")> => import("./schema.ts");

interface Readable {
  value: unknown;
  problems: Problem[];
  locate: LoadedConfig["locate"];
}

async function read(found: ConfigFile): Promise<Readable> {
  const { readData } = await import("./read-data.ts");
  const { value, locate } = readData(found);
  return { value, problems: [], locate: async (problem) => locate(problem) };
}

async function evaluated(found: ConfigFile, cwd: string, timeLimit: number): Promise<Readable> {
  const answer = evaluate(found.absolute, timeLimit);
  const ahead = schema();
  const cycle = findImportCycle(found.absolute, found.text);
  const evaluation = await answer;
  await ahead;
  const toName = (absolute: string): string => relative(cwd, absolute).split(sep).join("/");
  if (cycle && evaluation.kind !== "syntax") {
    throw userError(`The config imports itself: ${cycle.files.map(toName).join(" -> ")} -> ${found.name}.`, {
      location: { ...cycle.location, file: toName(cycle.location.file) },
      hint: "Move what they share to a file that does not import the config.",
    });
  }
  if (evaluation.kind !== "value") throw new UserError(await failures(evaluation, found, toName));
  return { value: evaluation.value, problems: evaluation.problems, locate: locator(found) };
}

async function failures(
  evaluation: Exclude<Evaluation, { kind: "value" }>,
  found: ConfigFile,
  toName: (absolute: string) => string,
): Promise<LocatedProblem[]> {
  const { message, location } = evaluation;
  const named = location ? { ...location, file: toName(location.file) } : { file: found.name, line: 1, column: 1 };
  if (evaluation.kind === "failure")
    return [{ location: named, message, ...(evaluation.hint !== undefined && { hint: evaluation.hint }) }];
  // TypeScript finds every syntax error and says what it would have liked; the transformer stops at the first.
  const { readCode } = await import("./locate-code.ts");
  const errors = named.file === found.name ? readCode(found.name, found.text).syntaxErrors() : [];
  return errors.length > 0 ? errors : [{ location: named, message: `This does not parse: ${message}` }];
}

/** Mistakes of shape, without those that only follow from a value that could not come along. */
async function explained(
  value: unknown,
  issues: Parameters<typeof import("./explain-issues.ts").explainIssues>[2],
  known: readonly Problem[],
): Promise<Problem[]> {
  const [{ configSchema }, { explainIssues }] = await Promise.all([schema(), import("./explain-issues.ts")]);
  const isKnown = ({ path }: Problem): boolean =>
    known.some((problem) => problem.path.every((part, index) => path[index] === part));
  return explainIssues(configSchema, value, issues).filter((problem) => !isKnown(problem));
}

function once<Result>(make: () => Promise<Result>): () => Promise<Result> {
  let made: Promise<Result> | undefined;
  return () => (made ??= make());
}
