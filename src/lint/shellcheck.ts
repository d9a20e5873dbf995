/**
 * What shellcheck says of the scripts in `run:`, at the places of the YAML file. Pure: which scripts it is given, and what
 * its answer means; `cli/lint/shellcheck.ts` calls it. See docs/decisions/shellcheck.md.
 */
import { z } from "zod";
import { linesOf, offsetAt, type Lines } from "../workflow/yaml/position.ts";
import { positionAt } from "../workflow/yaml/position.ts";
import type { Document } from "../workflow/document/document.ts";
import type { Finding, Level } from "./finding.ts";
import { expressionsInside, optionsAt, type Script, scriptsOf, spanInScript } from "./scripts.ts";
import { type LintSettings, settingsFor } from "./settings.ts";

/** A text for shellcheck, and every script that reads so. */
export interface CheckedScript {
  shell: "bash" | "sh";
  text: string;
  scripts: Script[];
}

/** Every script once, however many jobs it stands in; those whose shell nobody knows are left out. */
export function scriptsToCheck(documents: readonly Document[]): CheckedScript[] {
  const byText = new Map<string, CheckedScript>();
  for (const script of documents.flatMap(scriptsOf)) {
    if (script.shellFrom === "unknown" || script.source.trim() === "") continue;
    const key = `${script.shell}\n${script.source}`;
    const known = byText.get(key);
    if (known) known.scripts.push(script);
    else byText.set(key, { shell: script.shell, text: script.source, scripts: [script] });
  }
  return [...byText.values()];
}

/**
 * Codes that say nothing of a step: a file that is sourced is not there (1090, 1091), there is no line that names the
 * shell (2148), and variables come from `env:` (2153, 2154), which shellcheck cannot see.
 */
export const LEFT_OUT: readonly number[] = [1090, 1091, 2148, 2153, 2154];

/** About constants, which an expression looks like and is not. */
const ABOUT_CONSTANTS = new Set([2043, 2050, 2066, 2078, 2157, 2158, 2159, 2160, 2161, 2170, 2194, 2195, 2309]);

/** What POSIX does not have (3000 to 3999). A container's `sh` may be bash: `bashism-under-sh` knows the images. */
const isAboutPosix = (code: number): boolean => code >= 3000 && code < 4000;

/** `cd x || exit`: `set -e` sees to that. */
const ENDS_BY_ERREXIT = 2164;

const commentSchema = z.object({
  file: z.string(),
  line: z.number(),
  endLine: z.number(),
  column: z.number(),
  endColumn: z.number(),
  level: z.enum(["error", "warning", "info", "style"]),
  code: z.number(),
  message: z.string(),
});
const answerSchema = z.object({ comments: z.array(commentSchema) });
export type ShellcheckComment = z.infer<typeof commentSchema>;

/** The answer of `shellcheck --format=json1`; nothing where it is something else. */
export function readAnswer(output: string): ShellcheckComment[] | undefined {
  try {
    return answerSchema.parse(JSON.parse(output)).comments;
  } catch {
    return undefined;
  }
}

const LEVELS: Readonly<Record<ShellcheckComment["level"], Level>> = {
  error: "error",
  warning: "warning",
  info: "info",
  style: "info",
};

/** The findings of one text, in every place where it stands. */
export function findingsFrom(
  { text, scripts }: CheckedScript,
  comments: readonly ShellcheckComment[],
  settings: LintSettings,
): Finding[] {
  const lines = linesOf(text);
  return comments.flatMap((comment) => {
    if (LEFT_OUT.includes(comment.code)) return [];
    const start = placeOf(text, lines, comment.line, comment.column);
    const end = Math.max(start, placeOf(text, lines, comment.endLine, comment.endColumn));
    return scripts.flatMap((script) => {
      const finding = findingAt(script, comment, { start, end }, settings);
      return finding ? [finding] : [];
    });
  });
}

/** shellcheck counts characters, offsets count UTF-16 code units. */
function placeOf(text: string, lines: Lines, line: number, column: number): number {
  const lineStart = offsetAt(lines, { line, column: 1 });
  const lineBreak = text.indexOf("\n", lineStart);
  const written = text.slice(lineStart, lineBreak === -1 ? text.length : lineBreak);
  return lineStart + [...written].slice(0, column - 1).join("").length;
}

function findingAt(
  script: Script,
  { code, level, message }: ShellcheckComment,
  within: { start: number; end: number },
  settings: LintSettings,
): Finding | undefined {
  const { file } = script.document;
  const rule = `shellcheck/SC${code}`;
  const own = settingsFor(settings, file.path).rules;
  const configured = own[rule]?.level ?? own["shellcheck"]?.level;
  if (configured === "off") return undefined;
  if (isAboutPosix(code) && script.shellFrom === "container") return undefined;
  if (code === ENDS_BY_ERREXIT && optionsAt(script, within.start).errexit) return undefined;
  // The line, since shellcheck often points at the bracket and not at the operand.
  if (ABOUT_CONSTANTS.has(code) && expressionsInside(script, lineAround(script.source, within)).length > 0)
    return undefined;
  const length = Math.max(1, within.end - within.start);
  const span = spanInScript(script, {
    start: Math.min(within.start, Math.max(0, script.source.length - 1)),
    end: within.start + length,
  });
  return {
    rule,
    family: "script",
    level: configured ?? LEVELS[level],
    file: file.path,
    span,
    start: positionAt(file.lines, span.start),
    end: positionAt(file.lines, span.end),
    message: sentence(message),
    related: [],
  };
}

function lineAround(source: string, { start, end }: { start: number; end: number }): { pos: number; end: number } {
  const lineEnd = source.indexOf("\n", end);
  return { pos: source.lastIndexOf("\n", Math.max(0, start - 1)) + 1, end: lineEnd === -1 ? source.length : lineEnd };
}

/** Some of its messages do not end. */
const sentence = (message: string): string => {
  const line = message.replace(/\s*\n\s*/g, " ").trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
};
