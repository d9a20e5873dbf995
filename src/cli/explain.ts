/** `pipewright explain <rule>`: what a rule looks for, why, what it looks like, and what can be done. */
import type { Command } from "commander";
import { didYouMean } from "../config/nearest.ts";
import { userError } from "../config/user-error.ts";
import { isWorkflowPath, isActionPath } from "../lint/paths.ts";
import { type ExampleFile, filesOf, listOf } from "../lint/examples.ts";
import type { Finding } from "../lint/finding.ts";
import { work } from "../lint/pass.ts";
import { EXAMPLE_PATH, type Example, type PresetLevel, type Rule } from "../lint/rule.ts";
import { optionsOf } from "../lint/rule-options.ts";
import { RULES } from "../lint/rules/index.ts";
import { DEFAULT_SETTINGS } from "../lint/settings.ts";
import type { Finish, GlobalOptions } from "./command.ts";
import type { Io } from "./io.ts";
import { type Paint, paintFor } from "./paint.ts";

export function registerExplain(program: Command, io: Io, finish: Finish): void {
  program
    .command("explain")
    .argument("<rule>", "the rule's id, as a finding names it")
    .description("Explain a rule of the lint pass: what is right, why, examples, its options, and how to suppress or configure it.")
    .addHelpText("after", "\nExamples:\n  $ pipewright explain yaml-syntax\n  $ pipewright rules")
    .action(async (id: string, _options: unknown, command: Command) => {
      const rule = ruleNamed(id);
      const { json } = command.optsWithGlobals<GlobalOptions>();
      io.stdout.write(json ? `${JSON.stringify(asJson(rule), undefined, 2)}\n` : await explanation(rule, paintFor(io.env, io.stdout)));
      finish(0);
    });
}

function ruleNamed(id: string): Rule {
  const rule = RULES.find((candidate) => candidate.id === id);
  if (rule) return rule;
  throw userError(`There is no rule \`${id}\`.`, { hint: didYouMean(id, RULES.map((candidate) => candidate.id)) ?? "`pipewright rules` lists them." });
}

function asJson(rule: Rule): object {
  const { id, family, levels, checklist, summary, why, bad, good, fixable } = rule;
  const examples = (given: Example | readonly Example[]): object[] => listOf(given).map((example) => Object.fromEntries(filesOf(example).map(({ path, text }) => [path, text])));
  return { id, family, levels, ...(checklist !== undefined && { checklist }), summary, why, fixable: fixable === true, options: optionsOf(rule), bad: examples(bad), good: examples(good) };
}

const described = (level: PresetLevel): string => (level === "off" ? "off" : level);

async function explanation(rule: Rule, paint: Paint): Promise<string> {
  const { id, family, levels, checklist, summary, why, fixable, optInFix } = rule;
  const options = optionsOf(rule);
  const heading = (text: string): string => `\n${paint.bold(text)}\n`;
  const [bad = ""] = listOf(rule.bad);
  const [good = ""] = listOf(rule.good);
  return [
    `${paint.bold(paint.cyan(id))}  ${paint.dim(`${family}${checklist === undefined ? "" : `, item ${checklist} of the checklist`}`)}\n${summary}\n`,
    heading("Why"),
    `${indented(why)}\n`,
    heading("Level"),
    `  ${described(levels.recommended)} under recommended, ${described(levels.strict)} under strict\n`,
    ...(options.length > 0 ? [heading("Options"), ...options.map(({ name, type, default: fallback, description }) => `  ${paint.cyan(name)}  ${type}${fallback === undefined ? "" : `, ${JSON.stringify(fallback)} by default`}${description === undefined ? "" : `: ${description}`}\n`)] : []),
    heading("Found in"),
    ...example(bad, await marksIn(rule, bad), paint, paint.red),
    heading("Not in"),
    ...example(good, new Map(), paint, paint.green),
    heading("What to do"),
    fixable ? `  \`pipewright lint --fix=${id}\` mends it${optInFix ? "; it is done only when it is named, since not everyone can use what it writes" : ""}.\n` : "  There is no mechanical fix.\n",
    `  Set one finding aside: ${paint.cyan(`# pipewright-ignore: ${id} -- <reason>`)}\n`,
    `  Set a file's aside:    ${paint.cyan(`# pipewright-ignore-file: ${id} -- <reason>`)}\n`,
    `  Turn it off:           ${paint.cyan(`rules: { "${id}": "off" }`)} in pipewright.lint.json, or under \`lint\` in ci.config.ts\n`,
  ].join("");
}

const indented = (text: string): string => text.split("\n").map((line) => `  ${line}`).join("\n");

/** The lines of an example that the rule points at, by file. */
async function marksIn(rule: Rule, example: Example): Promise<Map<string, Set<number>>> {
  const sources = filesOf(example).filter(({ path }) => isWorkflowPath(path) || isActionPath(path));
  const level = rule.levels.strict === "off" ? { [rule.id]: { level: "warning" as const } } : {};
  const settings = { ...DEFAULT_SETTINGS, preset: "strict" as const, ...rule.exampleSettings, rules: { ...rule.exampleSettings?.rules, ...level } };
  const paths = sources.map(({ path }) => path);
  const { each, together } = await work({ sources, each: paths, together: [{ paths, complete: true }] }, () => exampleFiles(filesOf(example)), [rule], settings);
  const marks = new Map<string, Set<number>>();
  for (const { file, start } of [...each, ...together].flat() satisfies Finding[]) marks.set(file, (marks.get(file) ?? new Set()).add(start.line));
  return marks;
}

const exampleFiles = (files: readonly ExampleFile[]): import("../lint/repository.ts").RepositoryFiles => ({
  read: (path) => files.find((file) => file.path === path)?.text,
  exists: (path) => files.some((file) => file.path === path || file.path.startsWith(`${path}/`)),
  list: (folder) => files.filter(({ path }) => path.startsWith(`${folder}/`)).map(({ path }) => path),
});

function example(given: Example, marks: ReadonlyMap<string, ReadonlySet<number>>, paint: Paint, colour: (text: string) => string): string[] {
  return filesOf(given).flatMap(({ path, text }) => [
    ...(path === EXAMPLE_PATH ? [] : [`  ${paint.dim(path)}\n`]),
    ...text
      .trimEnd()
      .split("\n")
      .map((line, index) => (marks.get(path)?.has(index + 1) ? `  ${colour(">")} ${colour(line)}\n` : `    ${highlighted(line, paint)}\n`.trimEnd() + "\n")),
  ]);
}

/** Keys and comments, as far as a line tells. */
function highlighted(line: string, paint: Paint): string {
  const comment = /^(\s*)(#.*)$/.exec(line);
  if (comment) return `${comment[1]}${paint.dim(comment[2] ?? "")}`;
  return line.replace(/^(\s*(?:- )?)([\w.$-]+)(:)(?=\s|$)/, (_, before: string, key: string, colon: string) => `${before}${paint.cyan(key)}${colon}`);
}
