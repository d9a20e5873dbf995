/** Runs shellcheck on the scripts of the linted files, where it is installed. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { userError } from "../../config/user-error.ts";
import type { Finding } from "../../lint/finding.ts";
import { readDocument } from "../../lint/pass.ts";
import type { LintSettings } from "../../lint/settings.ts";
import {
  type CheckedScript,
  findingsFrom,
  LEFT_OUT,
  readAnswer,
  type ShellcheckComment,
  scriptsToCheck,
} from "../../lint/shellcheck.ts";
import { inParallel } from "../files/in-parallel.ts";
import type { Io } from "../io.ts";
import type { Subject } from "./subject.ts";

/** How many scripts one process reads: it takes several seconds for thousands, and a command line has an end. */
const SCRIPTS_A_PROCESS = 150;
/** Milliseconds for one process. */
const TIME_LIMIT = 120_000;

/** Throws a `UserError` where shellcheck is missing, or answers with something that is no answer. */
export async function shellcheckFindings(
  { sources, linted }: Subject,
  settings: LintSettings,
  io: Io,
): Promise<Finding[]> {
  const wanted = new Set(linted);
  const documents = await Promise.all(sources.filter(({ path }) => wanted.has(path)).map(readDocument));
  const checked = scriptsToCheck(documents);
  if (checked.length === 0) return [];
  const folder = await mkdtemp(join(tmpdir(), "pipewright-shellcheck-"));
  try {
    await inParallel([...checked.entries()], 16, ([index, { text }]) => writeFile(join(folder, `${index}.sh`), text));
    const answers = await inParallel(batchesOf(checked), availableParallelism(), ({ shell, indexes }) =>
      ask(
        shell,
        indexes.map((index) => `${index}.sh`),
        folder,
        io,
      ),
    );
    const byScript = new Map<number, ShellcheckComment[]>();
    for (const comment of answers.flat()) {
      const index = Number.parseInt(basename(comment.file), 10);
      const together = byScript.get(index);
      if (together) together.push(comment);
      else byScript.set(index, [comment]);
    }
    return checked.flatMap((script, index) => findingsFrom(script, byScript.get(index) ?? [], settings));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Batch {
  shell: CheckedScript["shell"];
  indexes: number[];
}

/** Each process is told one shell. */
function batchesOf(checked: readonly CheckedScript[]): Batch[] {
  const batches: Batch[] = [];
  for (const shell of ["bash", "sh"] as const) {
    const indexes = checked.flatMap((script, index) => (script.shell === shell ? [index] : []));
    for (let at = 0; at < indexes.length; at += SCRIPTS_A_PROCESS)
      batches.push({ shell, indexes: indexes.slice(at, at + SCRIPTS_A_PROCESS) });
  }
  return batches;
}

function ask(
  shell: CheckedScript["shell"],
  files: readonly string[],
  folder: string,
  { env }: Io,
): Promise<ShellcheckComment[]> {
  // A configuration file of the user's own account is no property of the repository.
  const args = [
    "--norc",
    "--format=json1",
    `--shell=${shell}`,
    `--exclude=${LEFT_OUT.map((code) => `SC${code}`).join(",")}`,
    "--",
    ...files,
  ];
  return new Promise((resolve, reject) => {
    // Without a locale of UTF-8 it refuses any other character than those of ASCII.
    execFile(
      "shellcheck",
      args,
      {
        cwd: folder,
        env: { ...env, LC_ALL: "C.UTF-8", SHELLCHECK_OPTS: "" },
        maxBuffer: 256 * 1024 * 1024,
        timeout: TIME_LIMIT,
        killSignal: "SIGKILL",
      },
      (error, stdout, stderr) => {
        // Its status is 1 where it has found something.
        const comments = readAnswer(stdout);
        if (comments) return resolve(comments);
        if (error && "code" in error && error.code === "ENOENT")
          return reject(userError("shellcheck is not installed.", { hint: "Install it, or leave --shellcheck out." }));
        if (error?.killed === true)
          return reject(
            userError(`shellcheck did not answer within ${TIME_LIMIT / 1000} seconds.`, {
              hint: "Leave --shellcheck out, or lint fewer files at a time.",
            }),
          );
        reject(
          userError(
            `shellcheck gave no answer: ${firstLine(stderr) || error?.message || "its output is no JSON"}`.replace(
              /[.\s]*$/,
              ".",
            ),
            { hint: "Version 0.7 or newer is needed." },
          ),
        );
      },
    );
  });
}

const firstLine = (text: string): string => text.trim().split("\n")[0] ?? "";
