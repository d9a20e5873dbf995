import { readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { knownAction } from "../actions/catalogue.ts";
import { configTimeLimit, loadConfig, locateAll, type LoadedConfig } from "../config/load.ts";
import { UserError, userError } from "../config/user-error.ts";
import { type GlobalOptions, rootOf } from "./command.ts";
import type { Io } from "./io.ts";
import { type CurrentPin, decideMoves, type Decision, type Move } from "./update/moves.ts";
import { rewritePins } from "./update/rewrite.ts";
import { factsFile, gitHub } from "./update/sources.ts";

interface UpdateOptions extends GlobalOptions {
  all?: boolean;
  major?: boolean;
  facts?: string;
  dryRun?: boolean;
}

/** `pipewright update` moves the pins of actions in the config to their newest versions. */
export function registerUpdate(program: Command, io: Io): void {
  program
    .command("update")
    .description("move the pins of actions in the config to their newest versions")
    .option(
      "--all",
      "also pin actions of the workflows that the config does not pin yet, where Pipewright's own pin is older",
    )
    .option("--major", "also move to a new major version")
    .option("--facts <file>", "read versions from a file instead of GitHub's API")
    .option("--dry-run", "show what would move and write nothing")
    .addHelpText(
      "after",
      "\nExamples:\n  pipewright update\n  pipewright update --all --major --dry-run\n  pipewright update --facts actions.json\n\nGITHUB_TOKEN raises GitHub's rate limit; GITHUB_API_URL names another GitHub.\n",
    )
    .action(async (_: unknown, command: Command) => update(io, command.optsWithGlobals<UpdateOptions>()));
}

/** Changes the config only, never what is generated from it. Throws a `UserError` and leaves the config as it was when something is wrong. */
export async function update(io: Io, options: UpdateOptions): Promise<void> {
  const root = rootOf(io, options);
  const request = { cwd: root, file: options.config, timeLimit: configTimeLimit(io.env["PIPEWRIGHT_CONFIG_TIMEOUT"]) };
  const loaded = await loadConfig(request);
  const source = options.facts === undefined ? gitHub(io.env) : await factsFile(io.cwd, options.facts);
  const decision = await decideMoves(await currentPins(loaded, options.all ?? false), source, {
    major: options.major ?? false,
  });
  if (decision.moves.length > 0) {
    const text = await rewritePins(loaded, decision.moves);
    if (!options.dryRun) {
      await write(resolve(root, loaded.file), text, async () => verify(await loadConfig(request), decision.moves));
    }
  }
  report(io, loaded.file, decision, options);
}

/** The config's own pins. With `all`, or when it has none yet, also those that its workflows take from the catalogue. */
async function currentPins(loaded: LoadedConfig, all: boolean): Promise<CurrentPin[]> {
  const { actions } = loaded.config;
  const written = Object.entries(actions).map(([action, pin]) => ({ action, ...pin, isWritten: true }));
  if (!all && written.length > 0) return written;
  const used = await actionsOf(loaded);
  const catalogued = used
    .filter((action) => !Object.hasOwn(actions, action))
    .flatMap((action) => {
      const pin = knownAction(action);
      return pin ? [{ action, version: pin.version, sha: pin.sha, isWritten: false }] : [];
    });
  return [...written, ...catalogued];
}

/** The names of the actions that the workflows of a config use. */
async function actionsOf({ config, locate }: LoadedConfig): Promise<string[]> {
  const [{ plan }, { compile }] = await Promise.all([import("../pipeline/plan.ts"), import("../compiler/compile.ts")]);
  const { pipeline, problems } = plan(config);
  if (problems.length > 0) throw new UserError(await locateAll(problems, locate));
  const names = compile(pipeline).flatMap(({ body }) =>
    [...body.matchAll(/^\s*(?:- )?uses: ["']?([\w.-]+\/[\w./-]+)@/gm)].map((match) => match[1] ?? ""),
  );
  return [...new Set(names)].sort();
}

/** The config is replaced in one move; when `check` does not like what became of it, the former text comes back. */
async function write(path: string, text: string, check: () => Promise<void>): Promise<void> {
  const target = await realpath(path);
  const former = await readFile(target, "utf8");
  await replace(target, (former.startsWith("\uFEFF") ? "\uFEFF" : "") + text);
  try {
    await check();
  } catch (error) {
    await replace(target, former);
    throw error;
  }
}

async function replace(target: string, text: string): Promise<void> {
  const temporary = join(target, `../.ci.config.${process.pid}.tmp`);
  try {
    await writeFile(temporary, text);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw userError(
      `${target} could not be written: ${error instanceof Error && "code" in error ? String(error.code) : String(error)}. It is as it was.`,
    );
  }
}

function verify({ config, file }: LoadedConfig, moves: readonly Move[]): void {
  const wrong = moves.find(
    ({ action, to }) => config.actions[action]?.sha !== to.sha || config.actions[action].version !== to.version,
  );
  if (wrong)
    throw userError(
      `The pin of ${wrong.action} could not be moved: something in ${file} overrides it. The config is as it was.`,
      { hint: `Move it by hand, to ${wrong.to.version} = ${wrong.to.sha}.` },
    );
}

function report(
  io: Io,
  file: string,
  { moves, notes }: Decision,
  { dryRun = false, json = false, quiet = false }: UpdateOptions,
): void {
  if (json) {
    io.stdout.write(
      `${JSON.stringify({ version: 1, command: "update", ok: true, file, written: !dryRun && moves.length > 0, moves: moves.map(({ action, from, to, isWritten }) => ({ action, from, to, added: !isWritten })), notes }, undefined, 2)}\n`,
    );
    return;
  }
  if (quiet) return;
  const lines = moves.map(
    ({ action, from, to, isWritten }) =>
      `${action} ${from.version} -> ${to.version} (${to.sha})${isWritten ? "" : ", a new pin"}`,
  );
  const last =
    moves.length === 0
      ? `Nothing to update: every pin of ${file} is the newest.`
      : dryRun
        ? `${file} would change.`
        : `${file} is updated. Next: \`pipewright generate\`.`;
  io.stdout.write([...lines, ...notes, last].map((line) => `${line}\n`).join(""));
}
