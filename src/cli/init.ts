import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { userError } from "../config/user-error.ts";
import { type GlobalOptions, rootOf } from "./command.ts";
import type { Io } from "./io.ts";
import { type Format, printConfig } from "./init/print-config.ts";
import { proposeConfig } from "./init/propose.ts";

interface InitOptions extends GlobalOptions {
  format: Format;
  dryRun?: boolean;
}

/** `pipewright init` writes a config from what it sees in the repository, and shows it. */
export function registerInit(program: Command, io: Io): void {
  program
    .command("init")
    .description("write a config from what this repository holds")
    .addOption(new Option("--format <format>", "the language of the config").choices(["ts", "yaml"]).default("ts"))
    .option("--dry-run", "show the config and write nothing")
    .addHelpText("after", "\nExamples:\n  pipewright init\n  pipewright init --format yaml --dry-run\n")
    .action(async (_: unknown, command: Command) => init(io, command.optsWithGlobals<InitOptions>()));
}

/** Writes `ci.config.ts` or `ci.config.yaml`. Never overwrites: throws a `UserError` when there is a config already. */
export async function init(io: Io, options: InitOptions): Promise<void> {
  const { format, dryRun = false, json = false, quiet = false } = options;
  const root = rootOf(io, options);
  const file = `ci.config.${format}`;
  if (!dryRun) await refuseSecondConfig(root);
  const proposal = await proposeConfig(root);
  if (!proposal) {
    throw userError(
      `There is nothing to build in ${root}: no Dockerfile, package.json, go.mod, pyproject.toml or requirements.txt.`,
      {
        hint: "Run `pipewright init` in the repository's root, or name it with --cwd.",
      },
    );
  }
  const text = printConfig(proposal.config, format);
  if (!dryRun) await writeNew(join(root, file), text, file);
  if (json) {
    io.stdout.write(
      `${JSON.stringify({ version: 1, command: "init", ok: true, file, written: !dryRun, text, notes: proposal.notes }, undefined, 2)}\n`,
    );
  } else if (!quiet) {
    io.stdout.write(
      `${dryRun ? `Would write ${file}` : `Wrote ${file}`}:\n\n${text}\n${proposal.notes.map((note) => `${note}\n`).join("")}`,
    );
  }
}

async function refuseSecondConfig(root: string): Promise<void> {
  const names = await readdir(root).catch(() => {
    throw userError(`The folder ${root} cannot be read.`, { hint: "Check --cwd." });
  });
  const present = names.find((name) => /^ci\.config\.(ts|mts|js|mjs|json|ya?ml)$/.test(name));
  if (present !== undefined)
    throw userError(`There is a config already: ${present}. Nothing was written.`, {
      hint: "`pipewright init --dry-run` shows what it would write.",
    });
}

async function writeNew(path: string, text: string, name: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw userError(`${name} could not be written: ${code}.`, { hint: "May this folder be written to?" });
  }
}
