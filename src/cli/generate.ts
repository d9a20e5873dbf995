/** `pipewright generate`: writes what the config declares, all of it or nothing, and loses nothing that a hand wrote. */
import type { Command } from "commander";
import { ACTIONLINT_FILE } from "../compiler/actionlint.ts";
import { UserError } from "../config/user-error.ts";
import { type Finish, type GlobalOptions, rootOf } from "./command.ts";
import { type FileState, type FileStatus, losesWork } from "./files/changes.ts";
import { unifiedDiff } from "./files/diff.ts";
import { whileLocked } from "./files/lock.ts";
import { isRecordedIn } from "./files/recorded.ts";
import { selectPaths } from "./files/selection.ts";
import { compareWithRepository } from "./files/snapshot.ts";
import { writeAll } from "./files/transaction.ts";
import type { Io } from "./io.ts";
import { type Paint, paintDiff, paintFor } from "./paint.ts";
import { type Progress, startProgress } from "./progress.ts";
import { PROGRAMS_FOLDER } from "../programs/programs.ts";
import { declaredFiles, loadProject } from "./project.ts";

export interface GenerateOptions extends GlobalOptions {
  dryRun?: boolean;
  diff?: boolean;
  force?: boolean;
  only?: string[];
  docs?: boolean;
}

/** What happened to a file, or would happen in a dry run. */
type Action = "created" | "updated" | "removed" | "unchanged";

const ACTIONS: Readonly<Record<FileState, Action>> = {
  current: "unchanged",
  missing: "created",
  stale: "updated",
  edited: "updated",
  handwritten: "updated",
  undeclared: "removed",
  "undeclared-edited": "removed",
};

export function registerGenerate(program: Command, io: Io, finish: Finish): void {
  program
    .command("generate")
    .description("Write the workflow files that the config declares: all of them or, when anything goes wrong, none.")
    .option("--dry-run", "say what would be written, and write nothing")
    .option("--diff", "print what changes in each file")
    .option("--force", "also overwrite or remove files that were written or edited by hand")
    .option("--only <name...>", "only these files: a name such as docker-build, a path, or a glob")
    .option("--docs", "also write docs/ci-cd.md and docs/troubleshooting-ci.md; once there, they are kept current")
    .addHelpText(
      "after",
      "\nExamples:\n  $ pipewright generate\n  $ pipewright generate --dry-run --diff\n  $ pipewright generate --only docker-build 'e2e*'\n  $ pipewright generate --cwd services/api --docs",
    )
    .action(async (_options: unknown, command: Command) => {
      await generate(io, command.optsWithGlobals<GenerateOptions>());
      finish(0);
    });
}

async function generate(io: Io, options: GenerateOptions): Promise<void> {
  const progress = startProgress(io, options.quiet === true || options.json === true);
  try {
    const { config, statuses, warning } = options.dryRun
      ? await bringAbout(io, options, progress)
      : await whileLocked(rootOf(io, options), () => bringAbout(io, options, progress));
    progress.done();
    await report(io, options, config, statuses);
    if (warning !== undefined && !options.quiet) io.stderr.write(`warning: ${warning}\n`);
  } finally {
    progress.done();
  }
}

interface Outcome {
  config: string;
  /** A sentence on what works and may soon not. */
  warning: string | undefined;
  statuses: FileStatus[];
}

async function bringAbout(io: Io, options: GenerateOptions, progress: Progress): Promise<Outcome> {
  progress.step("Reading the config");
  const project = await loadProject(io, options);
  progress.step("Compiling the workflows");
  const declared = await declaredFiles(project, { docs: options.docs === true });
  progress.step("Comparing with what is there");
  const all = await compareWithRepository(project.root, project.config, declared);
  const selected = selectPaths(
    options.only ?? [],
    all.map((status) => status.path),
  );
  const statuses = all.filter((status) => selected(status.path));
  if (!options.force) refuseLosses(statuses);
  progress.step("Writing the files");
  const changes = statuses.filter((status) => status.state !== "current");
  if (!options.dryRun && changes.length > 0) {
    const { interruptible = (work) => work(new AbortController().signal) } = io;
    await interruptible((interrupted) => writeAll(changes, { interrupted }));
  }
  const { requestWarning } = await import("../pipeline/api-requests.ts");
  return { config: project.config, statuses, warning: requestWarning(project.pipelines) };
}

function refuseLosses(statuses: readonly FileStatus[]): void {
  const losses = statuses.filter(losesWork);
  if (losses.length > 0)
    throw new UserError(
      losses.map((status) => ({ ...reasonToRefuse(status), location: { file: status.path, line: 1, column: 1 } })),
    );
}

function reasonToRefuse({ path, state, otherSource }: FileStatus): { message: string; hint: string } {
  if (otherSource !== undefined) {
    return {
      message: `This file was generated from ${otherSource}, and this config declares a file of the same name.`,
      hint: "Choose another name with `file` or `files.prefix`, or take it over with --force. Nothing was written.",
    };
  }
  if (state === "handwritten" && path.startsWith(`${PROGRAMS_FOLDER}/`)) {
    return {
      message: "This file is in the way: it was not generated by Pipewright, which keeps its programs in this folder.",
      hint: "Move it away, or overwrite it with --force. Nothing was written.",
    };
  }
  if (path === ACTIONLINT_FILE) {
    return {
      message: "These settings for actionlint were generated and then edited by hand, and the edit would be lost.",
      hint: "Remove the header to keep the file as your own, or take the edit back with --force. Nothing was written.",
    };
  }
  if (isRecordedIn(path)) {
    return {
      message: "This program of Pipewright's was edited by hand, and the edit would be lost.",
      hint: "See the edit with `pipewright check`, keep a copy elsewhere if you need it, and take it back with --force. Nothing was written.",
    };
  }
  if (state === "handwritten") {
    return {
      message: "This file is in the way: it was not generated by Pipewright.",
      hint: "Move it away, choose another name with `file` or `files.prefix`, or overwrite it with --force. Nothing was written.",
    };
  }
  if (state === "undeclared-edited") {
    return {
      message: "The config no longer declares this file, but it was edited by hand since it was generated.",
      hint: "Delete it yourself, remove its header to keep it as your own, or remove it with --force. Nothing was written.",
    };
  }
  return {
    message: "This generated file was edited by hand, and the edit would be lost.",
    hint: "See the edit with `pipewright check`, move it to the config, and overwrite the file with --force. Nothing was written.",
  };
}

async function report(
  io: Io,
  options: GenerateOptions,
  config: string,
  statuses: readonly FileStatus[],
): Promise<void> {
  const files = statuses.map((status) => ({
    path: status.path,
    action: ACTIONS[status.state],
    ...(options.diff && status.state !== "current" ? { diff: unifiedDiff(status) } : {}),
  }));
  if (options.json) {
    io.stdout.write(
      `${JSON.stringify({ version: 1, command: "generate", ok: true, config, dryRun: options.dryRun === true, files }, undefined, 2)}\n`,
    );
    return;
  }
  if (options.quiet) return;
  const paint = paintFor(io.env, io.stdout);
  for (const { path, action, diff } of files) {
    if (action !== "unchanged") io.stdout.write(`${paintAction(paint, action)} ${path}\n`);
    if (diff !== undefined) io.stdout.write(`${paintDiff(paint, diff)}\n`);
  }
  io.stdout.write(
    `${summary(
      files.map((file) => file.action),
      options.dryRun === true,
    )}\n`,
  );
}

function paintAction(paint: Paint, action: Action): string {
  const colour = { created: paint.green, updated: paint.yellow, removed: paint.red, unchanged: paint.dim }[action];
  return colour(action.padEnd(7));
}

function summary(actions: readonly Action[], dryRun: boolean): string {
  const counts = (["created", "updated", "removed", "unchanged"] as const)
    .map((action) => ({ action, count: actions.filter((each) => each === action).length }))
    .filter(({ count }) => count > 0)
    .map(({ action, count }) => `${count} ${action}`);
  const what = counts.length > 0 ? counts.join(", ") : "the config declares no files";
  return dryRun ? `Dry run, nothing was written: ${what}.` : `${what[0]?.toUpperCase() ?? ""}${what.slice(1)}.`;
}
