import { forEachChild, type SyntaxNode } from "unbash";
import { rule } from "../../rule.ts";
import { commandsIn, type Script, type ShellCommand, spanOf } from "../../scripts.ts";
import { holdsPlaceholder } from "../../../shell/words.ts";

const FILES = ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY", "GITHUB_STATE"];

export const fileCommandRedirect = rule({
  id: "file-command-redirect",
  family: "script",
  levels: { recommended: "error", strict: "error" },
  fixable: true,
  summary:
    "Lines are appended to the file that `$GITHUB_OUTPUT`, `$GITHUB_ENV`, `$GITHUB_PATH` or `$GITHUB_STEP_SUMMARY` names.",
  why: "Without the `$` a file of that name is made in the workspace and GitHub never reads it; with `>` in place of `>>` everything is lost that the step has written there before.",
  bad: [
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: echo "version=1.2.3" >> GITHUB_OUTPUT
`,
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo "version=1.2.3" >> "$GITHUB_OUTPUT"
          echo "date=$(date +%F)" > "$GITHUB_OUTPUT"
`,
  ],
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo "version=1.2.3" > "$GITHUB_OUTPUT"
          echo "date=$(date +%F)" >> "$GITHUB_OUTPUT"
          echo "# Built" > "$GITHUB_STEP_SUMMARY"
`,
  script(script, { report }) {
    if (!script.source.includes("GITHUB_")) return;
    const commands = commandsIn(script);
    const written = new Map<string, ShellCommand[]>();
    let branches: Branch[] | undefined;
    const comesAfter = (earlier: ShellCommand, later: ShellCommand): boolean => {
      if (
        earlier.orElse ||
        earlier.andThen ||
        earlier.inFunction !== later.inFunction ||
        commands.some(({ name, node }) => name === "exit" && node.pos > earlier.node.pos && node.pos < later.node.pos)
      )
        return false;
      branches ??= branchesIn(script.ast);
      return branches.every(
        ({ pos, end }) =>
          earlier.node.pos < pos || earlier.node.pos >= end || (later.node.pos >= pos && later.node.pos < end),
      );
    };
    for (const command of commands) {
      for (const { name, at, isVariable, overwrites } of fileCommandsOf(command)) {
        const span = spanOf(script, at);
        if (!isVariable && readsFile(script, name)) continue;
        if (!isVariable)
          report(
            span,
            `This writes to a file called \`${name}\` in the working directory, and GitHub never reads it. Write to \`"$${name}"\`.`,
            { fix: { title: `Write to "$${name}"`, edits: dollarEdit(script, at, name) } },
          );
        else if (
          overwrites &&
          (written.get(name)?.some((earlier) => comesAfter(earlier, command)) ||
            (command.inLoop !== undefined && !command.inCondition && !leavesLoop(script, command)))
        ) {
          const operator = { start: overwrites.pos, end: overwrites.pos + 1 };
          const place = spanOf(script, { pos: operator.start, end: operator.end });
          report(span, `\`>\` throws away what this step has written to \`$${name}\` before. Append with \`>>\`.`, {
            fix: { title: "Append with `>>`", edits: [{ ...place, text: ">>" }] },
          });
        }
        if (isVariable && (written.get(name)?.length ?? 0) < 50)
          written.set(name, [...(written.get(name) ?? []), command]);
      }
    }
  },
});

/** It writes once, and that was the last round. */
const leavesLoop = (script: Script, { node }: ShellCommand): boolean =>
  commandsIn(script).some(
    (later) =>
      later.node.pos > node.pos && later.inLoop !== undefined && /^(?:break|exit|return)$/.test(later.name ?? ""),
  );

/** A file of that name that the script takes up again is meant. */
const readsFile = (script: Script, name: string): boolean =>
  commandsIn(script).some(
    ({ args, redirects }) =>
      args.some((argument) => argument === name || argument === `./${name}`) ||
      redirects.some(
        (redirect) => redirect.type === "Redirect" && redirect.operator === "<" && redirect.target?.value === name,
      ),
  );

interface Branch {
  pos: number;
  end: number;
}

/** The parts of a script of which only one runs: those of `if` and `case`. */
function branchesIn(node: SyntaxNode, found: Branch[] = [], depth = 0): Branch[] {
  if (depth > 300) return found;
  if (node.type === "If") {
    const bodies = [node.then, ...node.elif.map(({ then }) => then), ...(node.else ? [node.else] : [])];
    for (const { pos, end } of bodies) found.push({ pos, end });
  } else if (node.type === "CaseItem") found.push({ pos: node.body.pos, end: node.body.end });
  if (node.type !== "Word" && node.type !== "Command")
    forEachChild(node, (child) => void branchesIn(child, found, depth + 1));
  return found;
}

interface FileCommand {
  name: string;
  at: { pos: number; end: number };
  isVariable: boolean;
  /** The `>` that empties the file. */
  overwrites: { pos: number } | undefined;
}

function fileCommandsOf({ redirects }: ShellCommand): FileCommand[] {
  return redirects.flatMap((redirect) => {
    if (redirect.type !== "Redirect" || (redirect.operator !== ">" && redirect.operator !== ">>") || !redirect.target)
      return [];
    const { value, text } = redirect.target;
    const name = FILES.find((file) => value === file || value === `$${file}` || value === `\${${file}}`);
    if (name === undefined || holdsPlaceholder(text)) return [];
    const isVariable = value !== name && !text.startsWith("'");
    return [
      {
        name,
        at: redirect.target,
        isVariable,
        overwrites: redirect.operator === ">" && redirect.descriptor === undefined ? redirect : undefined,
      },
    ];
  });
}

/** Inside of double quotes that are there already, or with quotes of its own where YAML lets it have them. */
function dollarEdit(
  script: Script,
  at: { pos: number; end: number },
  name: string,
): { start: number; end: number; text: string }[] {
  const { start, end } = spanOf(script, at);
  const quotable = script.node.style !== "double";
  return [{ start, end, text: quotable ? `"$${name}"` : `$${name}` }];
}
