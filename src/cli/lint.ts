/** `pipewright lint`: what is wrong with the workflows and actions of a repository, and what to do about it. */
import { existsSync, readFileSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import type { Command } from "commander";
import { userError } from "../config/user-error.ts";
import { printBaseline, baselineOf, readBaseline, renewed } from "../lint/baseline.ts";
import { type Judged, type Judgement, judge } from "../lint/judge.ts";
import { DEFAULT_SETTINGS, defaultMaxWarnings, type LintSettings } from "../lint/settings.ts";
import { isShellcheckName } from "../lint/shellcheck-names.ts";
import { type Finish, type GlobalOptions, rootOf } from "./command.ts";
import type { ExitCode, Io } from "./io.ts";
import { cacheFor, inMemory } from "./lint/cache.ts";
import { repositoryRoot } from "./lint/discover.ts";
import type { FixRequest } from "./lint/fix.ts";
import { loadSettings } from "./lint/load-settings.ts";
import { fixingOf, type LintOptions, selectionOf, withLintOptions } from "./lint/options.ts";
import { printed } from "./lint/print.ts";
import type { ReporterName } from "../lint/reporters/reporter.ts";
import { run, type RunRequest } from "./lint/run.ts";
import { isWanted } from "./lint/selection.ts";
import { type Subject, subjectOf } from "./lint/subject.ts";
import { type Progress, startProgress } from "./progress.ts";
import { addSummary } from "./summary.ts";

const BASELINE = "pipewright.baseline.json";
const STDIN_PATH = ".github/workflows/stdin.yml";

export function registerLint(program: Command, io: Io, finish: Finish): void {
  withLintOptions(program.command("lint"))
    .argument(
      "[paths...]",
      "files, folders or globs; `-` for standard input; all workflows and actions of the repository by default",
    )
    .description(
      "Say what is wrong with the workflows and actions of a repository. Exits with 1 when there is an error, or more warnings than allowed.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  $ pipewright lint\n  $ pipewright lint .github/workflows/ci.yml --preset strict\n  $ pipewright lint --fix --dry-run\n  $ pipewright lint --reporter sarif > pipewright.sarif\n  $ pipewright lint - --stdin-filename .github/workflows/ci.yml < ci.yml\n  $ pipewright explain job-timeout",
    )
    .action(async (paths: string[], _options: unknown, command: Command) =>
      finish(await lint(io, paths, command.optsWithGlobals<LintOptions & GlobalOptions>())),
    );
}

/** Everything that the command line and the configuration ask for. */
interface Asked {
  options: LintOptions;
  root: string;
  names: readonly string[];
  cwd: string;
  fixing: ReturnType<typeof fixingOf>["fixing"];
  stdin: { path: string; text: string } | undefined;
}

async function lint(io: Io, paths: readonly string[], options: LintOptions): Promise<ExitCode> {
  const cwd = rootOf(io, options);
  if (!existsSync(cwd)) throw userError(`There is no folder ${cwd}.`, { hint: "Check --cwd." });
  const root = options.cwd === undefined ? repositoryRoot(cwd) : cwd;
  const { fixing, path } = fixingOf(options, cwd);
  const all = path === undefined ? paths : [path, ...paths];
  const names = all.filter((name) => name !== "-");
  refuseContradictions(options, all, fixing !== undefined);
  const stdin = all.includes("-")
    ? {
        path: relative(root, resolve(cwd, options.stdinFilename ?? resolve(root, STDIN_PATH)))
          .split(sep)
          .join("/"),
        text: (await io.stdin?.()) ?? "",
      }
    : undefined;
  const asked: Asked = { options, root, names, cwd, fixing, stdin };
  if (options.watch) {
    const { watchRepository } = await import("./lint/watch.ts");
    return watchRepository(io, root, () => once(io, asked));
  }
  return once(io, asked);
}

function refuseContradictions(options: LintOptions, names: readonly string[], fixing: boolean): void {
  if (options.dryRun && !fixing)
    throw userError("--dry-run belongs to --fix.", { hint: "Without --fix nothing is written anyway." });
  if (options.optInFixes && !fixing) throw userError("--opt-in-fixes belongs to --fix.");
  if (options.watch && (fixing || options.updateBaseline || names.includes("-")))
    throw userError("--watch does not go with --fix, --update-baseline or standard input.");
  if (names.includes("-") && fixing && !options.dryRun)
    throw userError("Standard input cannot be fixed in place.", { hint: "Add --dry-run to see the difference." });
  if (options.stdinFilename !== undefined && !names.includes("-"))
    throw userError("--stdin-filename belongs to `-`.", { hint: "Write `pipewright lint - --stdin-filename <path>`." });
  if (options.updateBaseline && names.length > 0)
    throw userError("--update-baseline is for the whole repository.", { hint: "Leave the paths out." });
}

async function once(io: Io, asked: Asked): Promise<ExitCode> {
  const { options, root } = asked;
  const reporter = options.reporter ?? (options.json ? "json" : "pretty");
  const progress = startProgress(io, options.quiet === true || reporter !== "pretty");
  try {
    progress.step("Reading the configuration");
    const loaded = await loadSettings(
      root,
      options.config === undefined ? undefined : resolve(asked.cwd, options.config),
      timeLimitOf(io),
    );
    const settings: LintSettings = {
      ...loaded.settings,
      preset: options.preset ?? loaded.settings.preset,
      minLevel: options.minLevel ?? loaded.settings.minLevel,
    };
    const subject = subjectOf(root, asked);
    progress.step("Running the rules");
    const request: RunRequest = {
      root,
      ...subject,
      // What is shown does not change what is found.
      settings: { ...settings, minLevel: DEFAULT_SETTINGS.minLevel },
      selection: selectionOf(options),
      cache: cacheFor(
        root,
        {
          settings: { ...settings, minLevel: "" },
          selection: selectionOf(options),
          shellcheck: options.shellcheck === true,
        },
        options.cache !== false,
      ),
      check: loaded.check,
    };
    const baseline = options.updateBaseline ? undefined : baselineFor(asked, loaded.baseline);
    const memory = asked.fixing ? inMemory(request.cache) : request.cache;
    const read = asked.fixing ? (await import("../lint/pass.ts")).rememberingReader() : undefined;
    const judgeRun = async (subjectNow: Subject): Promise<Judged> => {
      const { found, rules, settings: effective } = await run({ ...request, ...subjectNow, cache: memory, read });
      const shellcheck = options.shellcheck
        ? await (await import("./lint/shellcheck.ts")).shellcheckFindings(subjectNow, effective, io)
        : [];
      const whole = new Set(subjectNow.groups.filter(({ complete }) => complete).flatMap(({ paths }) => paths));
      const judgement: Judgement = {
        found: [...found, ...shellcheck.filter((finding) => isWanted(finding, request.selection))],
        texts: new Map(subjectNow.sources.map(({ path, text }) => [path, text])),
        linted: new Set(subjectNow.linted),
        whole,
        shellcheck: options.shellcheck === true,
        rules,
        settings: { ...effective, minLevel: settings.minLevel },
        maxWarnings: options.maxWarnings ?? loaded.maxWarnings ?? defaultMaxWarnings(settings.preset),
        baseline,
      };
      return judge(judgement);
    };
    if (read) return await fixed(io, asked, reporter, progress, { subject, read, judge: judgeRun });
    const judged = await judgeRun(subject);
    progress.done();
    if (options.updateBaseline) return await updateBaseline(io, asked, loaded.baseline, judged);
    io.stdout.write(await printed(judged, reporter, io, options.quiet === true));
    addSummary(io, summaryOf(judged));
    return judged.summary.ok ? 0 : 1;
  } finally {
    progress.done();
  }
}

function summaryOf({ summary: { ok, errors, warnings, files }, findings }: Judged): string {
  const found = `${errors} error${errors === 1 ? "" : "s"} and ${warnings} warning${warnings === 1 ? "" : "s"}`;
  if (ok) return `The linter finds nothing that stops a merge: ${found} in ${files} file${files === 1 ? "" : "s"}.`;
  const stopping = findings.filter(({ level }) => level === "error" || (errors === 0 && level === "warning"));
  const rules = [...new Set(stopping.map(({ rule }) => `\`${rule}\``))];
  return `❌ The linter finds ${found}, of ${rules.join(", ")}. The log and the annotations show where, and \`npx pipewright explain <rule>\` says more.`;
}

async function fixed(
  io: Io,
  { root, fixing, options }: Asked,
  reporter: ReporterName,
  progress: Progress,
  request: Pick<FixRequest, "subject" | "read" | "judge">,
): Promise<ExitCode> {
  if (!fixing) return 0;
  const { diffOf, mend, whatWasDone, writeFixed } = await import("./lint/fix.ts");
  progress.step("Mending");
  const outcome = await mend({ io, root, fixing, ...request });
  progress.done();
  const said = whatWasDone(outcome, fixing.dryRun);
  if (fixing.dryRun) {
    io.stdout.write(diffOf(io, outcome));
    if (!options.quiet) io.stderr.write(said);
    return outcome.writes.length > 0 || !outcome.judged.summary.ok ? 1 : 0;
  }
  await writeFixed(io, root, outcome);
  // What programs read stays what they expect.
  if (!options.quiet) (reporter === "pretty" ? io.stdout : io.stderr).write(said);
  io.stdout.write(await printed(outcome.judged, reporter, io, options.quiet === true));
  return outcome.judged.summary.ok ? 0 : 1;
}

function timeLimitOf({ env }: Io): number | undefined {
  const seconds = Number(env["PIPEWRIGHT_CONFIG_TIMEOUT"]);
  return seconds > 0 && seconds <= 3600 ? seconds * 1000 : undefined;
}

const fromRoot = (root: string, file: string): string => relative(root, file).split(sep).join("/");

function baselineFile({ options, root, cwd }: Asked, configured: string | undefined): { file: string; named: boolean } {
  if (options.baseline !== undefined) return { file: resolve(cwd, options.baseline), named: true };
  return { file: resolve(root, configured ?? BASELINE), named: configured !== undefined };
}

function baselineFor(asked: Asked, configured: string | undefined): Judgement["baseline"] {
  const { file, named } = baselineFile(asked, configured);
  const path = fromRoot(asked.root, file);
  if (!existsSync(file)) {
    if (named)
      throw userError(`There is no baseline ${path}.`, { hint: "`pipewright lint --update-baseline` writes one." });
    return undefined;
  }
  const text = readFileSync(file, "utf8");
  const entries = readBaseline(text);
  if (typeof entries === "string")
    throw userError(`The baseline cannot be read. ${entries}`, {
      location: { file: path, line: 1, column: 1 },
      hint: "`pipewright lint --update-baseline` writes it anew.",
    });
  return { path, text, entries };
}

async function updateBaseline(io: Io, asked: Asked, configured: string | undefined, judged: Judged): Promise<ExitCode> {
  const { file } = baselineFile(asked, configured);
  const found = baselineOf(judged.beforeBaseline, judged.textOf);
  // `--only` and `--skip` say nothing of the other rules, and without shellcheck nothing is known of its findings.
  const isPart = [...(asked.options.only ?? []), ...(asked.options.skip ?? [])].length > 0;
  const known = existsSync(file) ? readBaseline(readFileSync(file, "utf8")) : [];
  const entries = renewed(
    found,
    typeof known === "string" ? [] : known.filter(({ rule }) => isPart || isShellcheckName(rule)),
    judged.ran,
  );
  const { writeAll } = await import("./files/transaction.ts");
  const before = existsSync(file) ? readFileSync(file) : undefined;
  const after = Buffer.from(printBaseline(entries));
  if (!before?.equals(after)) await writeAll([{ path: fromRoot(asked.root, file), file, before, after }]);
  const count = entries.reduce((sum, entry) => sum + entry.count, 0);
  if (!asked.options.quiet)
    io.stdout.write(`${fromRoot(asked.root, file)} sets ${count} finding${count === 1 ? "" : "s"} aside.\n`);
  return 0;
}
