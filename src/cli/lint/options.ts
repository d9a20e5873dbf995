/** The command line of `pipewright lint`, as typed, to what it means. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { didYouMean } from "../../nearest.ts";
import type { Level } from "../../lint/finding.ts";
import { REPORTERS, type ReporterName } from "../../lint/reporters/reporter.ts";
import type { Preset } from "../../lint/settings.ts";
import type { GlobalOptions } from "../command.ts";
import type { Selection } from "./selection.ts";

const PRESETS: readonly Preset[] = ["recommended", "strict"];
const LEVELS: readonly Level[] = ["error", "warning", "info"];

export interface LintOptions extends GlobalOptions {
  reporter?: ReporterName;
  watch?: boolean;
  preset?: Preset;
  only?: string[];
  skip?: string[];
  minLevel?: Level;
  maxWarnings?: number;
  cache?: boolean;
  fix?: boolean | string;
  dryRun?: boolean;
  optInFixes?: boolean;
  baseline?: string;
  updateBaseline?: boolean;
  shellcheck?: boolean;
  stdinFilename?: string;
}

const list = (text: string, before: string[] | undefined): string[] => [
  ...(before ?? []),
  ...text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== ""),
];

/** Nothing at all is a variable that is not set rather than a wish for everything. */
function names(text: string, before: string[] | undefined): string[] {
  const given = list(text, undefined);
  if (given.length === 0) throw new InvalidArgumentError("Expected rules or families, separated by commas.");
  return [...(before ?? []), ...given];
}

const oneOf =
  <Choice extends string>(choices: readonly Choice[]) =>
  (text: string): Choice => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined)
      throw new InvalidArgumentError(
        [`Allowed choices are ${choices.join(", ")}.`, didYouMean(text, choices) ?? ""].join(" ").trim(),
      );
    return found;
  };

function count(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError("Expected a whole number, 0 or more.");
  return number;
}

export const withLintOptions = (command: Command): Command =>
  command
    .addOption(
      new Option("--reporter <name>", "how findings are printed").choices(REPORTERS).argParser(oneOf(REPORTERS)),
    )
    .addOption(
      new Option("--preset <name>", "which rules are on: what nearly every repository wants, or all of it")
        .choices(PRESETS)
        .argParser(oneOf(PRESETS)),
    )
    .addOption(
      new Option("--only <names>", "only these rules or families, separated by commas; may be repeated").argParser(
        names,
      ),
    )
    .addOption(new Option("--skip <names>", "all but these rules or families").argParser(names))
    .addOption(new Option("--min-level <level>", "leave out what is less").choices(LEVELS).argParser(oneOf(LEVELS)))
    .addOption(
      new Option(
        "--max-warnings <number>",
        "exit with 1 when there are more warnings; 0 under strict, any number under recommended",
      ).argParser(count),
    )
    .option(
      "--fix [rules]",
      "mend what can be mended, or only these rules; also their opt-in fixes where they are named",
    )
    .option("--dry-run", "with --fix: print the difference, write nothing")
    .option("--opt-in-fixes", "with --fix: also fixes that not everyone can use")
    .option("--baseline <file>", "the findings to set aside; pipewright.baseline.json where there is one")
    .option("--update-baseline", "write the findings that there are to the baseline")
    .option("--shellcheck", "run shellcheck on the scripts as well; it must be on the PATH")
    .option("--stdin-filename <path>", "with `-`: the path that standard input stands for")
    .option("--watch", "lint again whenever a file changes")
    .option("--no-cache", "remember nothing, and look nothing up");

export interface Fixing {
  /** The rules whose fixes are applied; nothing for all. */
  rules: readonly string[] | undefined;
  optIn: boolean;
  dryRun: boolean;
}

/** `--fix` may stand before a path, which is then no list of rules. */
export function fixingOf(
  { fix, dryRun, optInFixes }: LintOptions,
  cwd: string,
): { fixing: Fixing | undefined; path: string | undefined } {
  if (fix === undefined || fix === false) return { fixing: undefined, path: undefined };
  const isPath =
    typeof fix === "string" && (!/^[a-z0-9,-]+$/.test(fix) || fix === "-" || existsSync(resolve(cwd, fix)));
  return {
    fixing: {
      rules: typeof fix === "string" && !isPath ? list(fix, undefined) : undefined,
      optIn: optInFixes === true,
      dryRun: dryRun === true,
    },
    path: isPath ? fix : undefined,
  };
}

export const selectionOf = ({ only, skip }: LintOptions): Selection => ({ only: only ?? [], skip: skip ?? [] });
