/** `pipewright explain <rule>`: what a rule looks for, why, what it looks like, and what can be done. */
import type { Command } from "commander";
import { didYouMean } from "../nearest.ts";
import { userError } from "../config/user-error.ts";
import { isWorkflowPath, isActionPath } from "../lint/paths.ts";
import { type ExampleFile, filesOf, listOf } from "../lint/examples.ts";
import { FAMILIES, type Finding } from "../lint/finding.ts";
import { work } from "../lint/pass.ts";
import { EXAMPLE_PATH, type Example, type Rule } from "../lint/rule.ts";
import { optionsOf, type RuleOption } from "../lint/rule-options.ts";
import { wrapped } from "../lint/reporters/terminal-text.ts";
import { RULES } from "../lint/rules/index.ts";
import { DEFAULT_SETTINGS } from "../lint/settings.ts";
import { isShellcheckName } from "../lint/shellcheck-names.ts";
import type { Finish, GlobalOptions } from "./command.ts";
import type { Io } from "./io.ts";
import { type Paint, paintFor } from "./paint.ts";

export function registerExplain(program: Command, io: Io, finish: Finish): void {
  program
    .command("explain")
    .argument("<rule>", "the rule's id, as a finding names it")
    .description(
      "Explain a rule of the lint pass: what is right, why, examples, its options, and how to suppress or configure it.",
    )
    .addHelpText("after", "\nExamples:\n  $ pipewright explain yaml-syntax\n  $ pipewright rules")
    .action(async (id: string, _options: unknown, command: Command) => {
      if (isShellcheckName(id))
        throw userError(`\`${id}\` is a finding of shellcheck, not a rule of Pipewright.`, {
          hint: `Its wiki explains it: https://www.shellcheck.net/wiki/${id.split("/")[1] ?? ""}`,
        });
      const rule = ruleNamed(id);
      const { json } = command.optsWithGlobals<GlobalOptions>();
      io.stdout.write(
        json
          ? `${JSON.stringify(asJson(rule), undefined, 2)}\n`
          : await explanation(rule, paintFor(io.env, io.stdout), Math.min(WIDEST, io.stdout.columns ?? WIDEST)),
      );
      finish(0);
    });
}

/** Longer lines are hard to read. */
const WIDEST = 100;

function ruleNamed(id: string): Rule {
  const rule = RULES.find((candidate) => candidate.id === id);
  if (rule) return rule;
  if (FAMILIES.some((family) => family === id))
    throw userError(`\`${id}\` is a family of rules.`, { hint: `\`pipewright rules ${id}\` lists them.` });
  throw userError(`There is no rule \`${id}\`.`, {
    hint:
      didYouMean(
        id,
        RULES.map((candidate) => candidate.id),
      ) ?? "`pipewright rules` lists them.",
  });
}

function asJson(rule: Rule): object {
  const { id, family, levels, checklist, summary, why, bad, good, fixable } = rule;
  const examples = (given: Example | readonly Example[]): object[] =>
    listOf(given).map((example) => Object.fromEntries(filesOf(example).map(({ path, text }) => [path, text])));
  return {
    id,
    family,
    levels,
    ...(checklist !== undefined && { checklist }),
    summary,
    why,
    fixable: fixable === true,
    options: optionsOf(rule),
    bad: examples(bad),
    good: examples(good),
  };
}

async function explanation(rule: Rule, paint: Paint, columns: number): Promise<string> {
  const { id, family, levels, checklist, summary, why, fixable, optInFix } = rule;
  const options = optionsOf(rule);
  const heading = (text: string): string => `\n${paint.bold(text)}\n`;
  const [bad = ""] = listOf(rule.bad);
  const [good = ""] = listOf(rule.good);
  return [
    `${paint.bold(paint.cyan(id))}  ${paint.dim(`${family}${checklist === undefined ? "" : family === "checklist" ? ` ${checklist}` : `, checklist ${checklist}`}`)}\n${wrapped(summary, "", columns)}\n`,
    heading("Why"),
    `${why
      .split("\n")
      .map((paragraph) => wrapped(paragraph, "  ", columns))
      .join("\n")}\n`,
    heading("Level"),
    `  ${levels.recommended} under recommended, ${levels.strict} under strict\n`,
    ...(options.length > 0
      ? [
          heading("Options"),
          ...options.map(
            ({ name, type, default: fallback, description }) =>
              `${wrapped(`${name}  ${type}${fallback === undefined ? "" : `, ${JSON.stringify(fallback)} by default`}${description === undefined ? "" : `: ${description}`}`, "  ", columns).replace(name, paint.cyan(name))}\n`,
          ),
        ]
      : []),
    heading("Found in"),
    ...example(bad, await marksIn(rule, bad), paint, paint.red),
    heading("Not in"),
    ...example(good, new Map(), paint, paint.green),
    heading("What to do"),
    row("Mend it", fixable ? paint.cyan(`pipewright lint --fix=${id}`) : 'by hand, as below "Not in"'),
    ...(optInFix ? [row("", "done only when it is named, since not everyone can use what it writes")] : []),
    row("Ignore it here", `${paint.cyan(`# pipewright-ignore: ${id} -- <reason>`)}, behind it or above it`),
    row("Ignore it in a file", paint.cyan(`# pipewright-ignore-file: ${id} -- <reason>`)),
    row("Configure it", `${paint.cyan(configured(id, options))} in pipewright.lint.yaml,`),
    row("", "or under `lint` in ci.config.ts; a level is error, warning, info or off"),
  ].join("");
}

const row = (label: string, text: string): string => `  ${label.padEnd(20)} ${text}\n`;

/** A line of configuration that can be copied: the first option as it is by default. */
function configured(id: string, [option]: readonly RuleOption[]): string {
  if (!option) return `rules: { ${id}: off }`;
  return `rules: { ${id}: { level: warning, options: { ${option.name}: ${JSON.stringify(option.default ?? null)} } } }`;
}

/** The lines of an example that the rule points at, by file. */
async function marksIn(rule: Rule, example: Example): Promise<Map<string, Set<number>>> {
  const sources = filesOf(example).filter(({ path }) => isWorkflowPath(path) || isActionPath(path));
  const level = rule.levels.strict === "off" ? { [rule.id]: { level: "warning" as const } } : {};
  const settings = {
    ...DEFAULT_SETTINGS,
    preset: "strict" as const,
    ...rule.exampleSettings,
    rules: { ...rule.exampleSettings?.rules, ...level },
  };
  const paths = sources.map(({ path }) => path);
  const { each, together } = await work(
    { sources, each: paths, together: [{ paths, complete: true }] },
    () => exampleFiles(filesOf(example)),
    [rule],
    settings,
  );
  const marks = new Map<string, Set<number>>();
  for (const { file, start } of [...each, ...together].flat() satisfies Finding[])
    marks.set(file, (marks.get(file) ?? new Set()).add(start.line));
  return marks;
}

const exampleFiles = (files: readonly ExampleFile[]): import("../lint/repository.ts").RepositoryFiles => ({
  read: (path) => files.find((file) => file.path === path)?.text,
  exists: (path) => files.some((file) => file.path === path || file.path.startsWith(`${path}/`)),
  list: (folder) => files.filter(({ path }) => path.startsWith(`${folder}/`)).map(({ path }) => path),
});

function example(
  given: Example,
  marks: ReadonlyMap<string, ReadonlySet<number>>,
  paint: Paint,
  colour: (text: string) => string,
): string[] {
  return filesOf(given).flatMap(({ path, text }) => [
    ...(path === EXAMPLE_PATH ? [] : [`  ${paint.dim(path)}\n`]),
    ...text
      .trimEnd()
      .split("\n")
      .map((line, index) =>
        marks.get(path)?.has(index + 1)
          ? `  ${colour(">")} ${colour(line)}\n`
          : `    ${highlighted(line, paint)}\n`.trimEnd() + "\n",
      ),
  ]);
}

/** Keys and comments, as far as a line tells. */
function highlighted(line: string, paint: Paint): string {
  const comment = /^(\s*)(#.*)$/.exec(line);
  if (comment) return `${comment[1]}${paint.dim(comment[2] ?? "")}`;
  return line.replace(
    /^(\s*(?:- )?)([\w.$-]+)(:)(?=\s|$)/,
    (_, before: string, key: string, colon: string) => `${before}${paint.cyan(key)}${colon}`,
  );
}
