/**
 * What GitHub would refuse of texts that are about to be written. The plan's invariants know what can be counted before;
 * how long a file or a script has become, only its text tells. Made to cost nothing: texts are measured, and only long
 * ones are looked through, line by line and without a YAML parser, in the forms that `printWorkflow` writes.
 */
import { inDigits, lengthAsExpression, LIMITS } from "../workflow/limits.ts";
import type { GeneratedFile } from "./compile.ts";

export interface EmittedProblem {
  /** The emitted file. */
  path: string;
  /** From 1. */
  line: number;
  /** A sentence: what is over which limit. */
  message: string;
  /** A sentence: what to change in the config. */
  hint: string;
}

const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/;
const ACTION = /(?:^|\/)action\.ya?ml$/;

/** `body` is the whole text as it will be written. Files that GitHub does not read as workflows or actions are passed over. */
export function limitProblems(files: readonly GeneratedFile[]): EmittedProblem[] {
  return files.flatMap((file) => {
    const isWorkflow = WORKFLOW.test(file.path);
    if (!isWorkflow && !ACTION.test(file.path)) return [];
    return [...(isWorkflow ? [...tooLarge(file), ...tooManyCalls(file)] : []), ...tooLongExpressions(file)];
  });
}

function tooLarge({ path, body }: GeneratedFile): EmittedProblem[] {
  const most = LIMITS.workflowFile.value;
  const MOST_BYTES_A_CHARACTER = 3;
  if (body.length * MOST_BYTES_A_CHARACTER <= most) return [];
  const bytes = new TextEncoder().encode(body).length;
  if (bytes <= most) return [];
  return [
    {
      path,
      line: 1,
      message: `This workflow would have ${inDigits(bytes)} bytes, and GitHub starts no run of one over ${inDigits(most)}.`,
      hint: "Move long commands of the config into files that they run, or declare a part of the builds and consumers as `pipelines` of their own.",
    },
  ];
}

function tooManyCalls({ path, body }: GeneratedFile): EmittedProblem[] {
  const most = LIMITS.calledWorkflows.value;
  const called = new Set<string>();
  for (const { 1: uses = "", index } of body.matchAll(/^ {4}uses: (\S+\.ya?ml(?:@\S+)?)/gm)) {
    called.add(uses);
    if (called.size > most)
      return [
        {
          path,
          line: lineAt(body, index),
          message: `A run of this workflow would call more than ${most} different workflows, and GitHub refuses that.`,
          hint: 'Let one consumer run several tests, by `steps` or a `matrix`, or set `topology: "workflow_run"`.',
        },
      ];
  }
  return [];
}

function tooLongExpressions({ path, body }: GeneratedFile): EmittedProblem[] {
  const most = LIMITS.expression.value;
  return longTexts(body, most / 2).flatMap(({ text, line }) => {
    const expressions = [...text.matchAll(/\$\{\{.*?\}\}/gs)].map(({ 0: whole, index }) => ({
      start: index,
      end: index + whole.length,
    }));
    const length = lengthAsExpression(text, expressions);
    if (length <= most) return [];
    return [
      {
        path,
        line,
        message: `With its \`\${{ }}\` this text has ${inDigits(length)} characters, and GitHub refuses the file over ${inDigits(most)}.`,
        hint: "Move the commands into a file that the config runs, or hand the value to them through `env`.",
      },
    ];
  });
}

/**
 * The scalars of at least so many characters that hold an expression: lines, and literal blocks without their
 * indentation. Doubled quotes and braces can make a text twice as long for GitHub, so a caller asks for half of its limit.
 */
function longTexts(body: string, least: number): { text: string; line: number }[] {
  if (body.length < least || !body.includes("${{")) return [];
  const lines = body.split("\n");
  const found: { text: string; line: number }[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (line.length >= least && line.includes("${{")) found.push({ text: valueIn(line), line: at + 1 });
    if (!opensBlock(line)) continue;
    const block = blockFrom(lines, at + 1);
    at += block.count;
    if (block.text.length >= least && block.text.includes("${{"))
      found.push({ text: block.text, line: at - block.count + 1 });
  }
  return found;
}

const opensBlock = (line: string): boolean => /[|>][+-]?$/.test(line) && /(?:: |- )[|>][+-]?$/.test(line);

/** What stands behind the key; quotes stay, and are two characters. */
const valueIn = (line: string): string => line.replace(/^\s*(?:- )*(?:"[^"]*"|[\w.-]+): /, "");

function blockFrom(lines: readonly string[], from: number): { text: string; count: number } {
  let indent: number | undefined;
  let end = from;
  for (; end < lines.length; end++) {
    const line = lines[end] ?? "";
    if (line === "") continue;
    const own = line.length - line.trimStart().length;
    indent ??= own;
    if (own < indent) break;
  }
  const block = lines.slice(from, end).map((line) => line.slice(indent ?? 0));
  return { text: block.join("\n"), count: end - from };
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split("\n").length;
