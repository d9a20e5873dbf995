import type { Step } from "../../../../workflow/document/document.ts";
import { sourceSpan } from "../../../../workflow/yaml/scalar-source.ts";
import type { Fix } from "../../../finding.ts";
import { rule } from "../../../rule.ts";
import { scriptsOf } from "../../../scripts.ts";

interface Successor {
  file: string;
  /** GitHub answers with an error instead of a warning. */
  disabled: boolean;
}

/** GitHub's changelog, "Deprecating set-env and add-path commands" (2020) and "Deprecating save-state and set-output commands" (2022). */
const SUCCESSORS: Readonly<Record<string, Successor>> = {
  "set-output": { file: "GITHUB_OUTPUT", disabled: false },
  "save-state": { file: "GITHUB_STATE", disabled: false },
  "set-env": { file: "GITHUB_ENV", disabled: true },
  "add-path": { file: "GITHUB_PATH", disabled: true },
};

const COMMAND = /::(set-output|save-state|set-env|add-path)(?=[ :])/g;

/** One whole line that prints one command: the quote, the command, its name, its value. */
const PRINTED =
  /^([ \t]*)echo[ \t]+(["']?)::(set-output|save-state|set-env|add-path)(?:[ \t]+name=([A-Za-z_][\w-]*))?::([^\n]*?)\2[ \t]*$/;

export const deprecatedCommand = rule({
  id: "deprecated-command",
  family: "language",
  levels: { recommended: "warning", strict: "error" },
  summary: "Scripts write outputs, variables and paths to the files that GitHub gives them.",
  why: "`::set-env` and `::add-path` are disabled: the step fails. `::set-output` and `::save-state` are deprecated and warn in every run. Their successors are the files `$GITHUB_OUTPUT`, `$GITHUB_STATE`, `$GITHUB_ENV` and `$GITHUB_PATH`.",
  fixable: true,
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - id: version
        run: |
          echo "::set-output name=version::$(cat VERSION)"
          echo '::add-path::/opt/bin'
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - id: version
        run: |
          echo "version=$(cat VERSION)" >> "$GITHUB_OUTPUT"
          echo '/opt/bin' >> "$GITHUB_PATH"
          echo "::debug::done"
`,
  step(step, { document, report }) {
    const { run } = step;
    if (!run || !run.value.includes("::")) return;
    const { text } = document.file;
    for (const match of run.value.matchAll(COMMAND)) {
      const [written, command = ""] = match;
      const successor = SUCCESSORS[command];
      if (!successor || isComment(run.value, match.index)) continue;
      report(
        sourceSpan(text, run, { start: match.index, end: match.index + written.length }),
        `The workflow command \`${command}\` is ${successor.disabled ? "disabled, and the step fails" : "deprecated"}. ${command === "add-path" ? `Append the path to \`$${successor.file}\`` : `Append \`name=value\` to \`$${successor.file}\``}.`,
        {
          ...(successor.disabled ? { level: "error" as const } : {}),
          fix: scriptsOf(document).some((script) => script.step === step) ? fixFor(text, step, match.index) : undefined,
        },
      );
    }
  },
});

const isComment = (script: string, at: number): boolean =>
  script
    .slice(script.lastIndexOf("\n", at) + 1, at)
    .trimStart()
    .startsWith("#");

function fixFor(text: string, { run }: Step, at: number): Fix | undefined {
  if (!run) return undefined;
  const { value } = run;
  const start = value.lastIndexOf("\n", at) + 1;
  const lineEnd = value.indexOf("\n", at);
  const end = lineEnd === -1 ? value.length : lineEnd;
  // A line that goes on from the one before, or into the next, is part of more.
  if (value.slice(0, start).endsWith("\\\n")) return undefined;
  const [, indentation = "", quote = "", command = "", name, content = ""] =
    PRINTED.exec(value.slice(start, end)) ?? [];
  const successor = SUCCESSORS[command];
  if (!successor || (name === undefined) !== (command === "add-path") || !isOneWord(content, quote)) return undefined;
  const printed = name === undefined ? content : `${name}=${content}`;
  const style = run.style;
  const replacement = `${indentation}echo ${quote}${printed}${quote} >> "$${successor.file}"`;
  // In a quoted scalar the new quotes would need escapes.
  if (style === "double" || style === "single" || (style === "plain" && replacement.includes(": "))) return undefined;
  return {
    title: `Write to \`$${successor.file}\``,
    edits: [{ ...sourceSpan(text, run, { start, end }), text: replacement }],
  };
}

/** Escaped line breaks mean another thing in the file, and quotes or operators inside may end the text early. */
function isOneWord(content: string, quote: string): boolean {
  if (/%0[AD]/i.test(content) || content.endsWith("\\")) return false;
  if (quote === "'") return !content.includes("'");
  if (quote === '"')
    return !/(?<!\\)"/.test(content.replace(/\$\((?:[^()]|\([^()]*\))*\)/g, "")) && !content.includes("`");
  return /^(?:[\w./:@%+=,-]|\$\w+|\$\{[^{}"'`\s]+\}|"(?:[^"\\`$]|\$\w|\$\{[^{}"'`]+\})*"|\$\((?:[^()"'`]|\([^()]*\))*\)|\$\{\{[^}]*\}\})*$/.test(
    content,
  );
}
