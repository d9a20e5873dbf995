import type { CommandExpansionPart, SyntaxNode } from "unbash";
import { forEachChild } from "unbash";
import { hasOption, type Invocation, invocationOf } from "../../../shell/invocation.ts";
import { rule } from "../../rule.ts";
import { commandOf, commandsIn, type Script, type ShellCommand, spanOf } from "../../scripts.ts";

export const multilineOutput = rule({
  id: "multiline-output",
  family: "script",
  levels: { recommended: "warning", strict: "error" },
  summary: "A value of several lines is written to `$GITHUB_OUTPUT` or `$GITHUB_ENV` with a delimiter.",
  why: '`name=value` ends at the line\'s end. What follows is read as another line, and the step fails with "Invalid format" as soon as the command prints a second line.',
  bad: [
    `on: push
jobs:
  list:
    runs-on: ubuntu-latest
    steps:
      - run: echo "files=$(git diff --name-only HEAD^)" >> "$GITHUB_OUTPUT"
`,
    `on: push
jobs:
  list:
    runs-on: ubuntu-latest
    steps:
      - run: |
          MATRIX=$(jq '[.[] | {name}]' builds.json)
          echo "matrix=$MATRIX" >> "$GITHUB_OUTPUT"
`,
  ],
  good: `on: push
jobs:
  list:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo "version=$(jq .version package.json)" >> "$GITHUB_OUTPUT"
          echo "matrix=$(jq --compact-output '[.[] | {name}]' builds.json)" >> "$GITHUB_OUTPUT"
          echo "files=$(git diff --name-only HEAD^ | tr '\\n' ' ')" >> "$GITHUB_OUTPUT"
          {
            echo "files<<END"
            git diff --name-only HEAD^
            echo "END"
          } >> "$GITHUB_OUTPUT"
          FILES=$(git diff --name-only HEAD^)
          echo "files="\${FILES//$'\\n'/ } >> "$GITHUB_OUTPUT"
          echo "count=$(git diff --name-only HEAD^ | wc -l)" >> "$GITHUB_OUTPUT"
          echo files=$FILES >> "$GITHUB_OUTPUT"
`,
  script(script, { report }) {
    if (!/GITHUB_(?:OUTPUT|ENV)/.test(script.source)) return;
    const assigned = new Map<string, { at: SyntaxNode; shown: string }>();
    for (const command of commandsIn(script)) {
      if (command.name === undefined && !command.inSubstitution)
        for (const { name, value } of command.assignments) {
          const several =
            value.type === "Word"
              ? substitutionsIn(value)
                  .map((part) => severalLines(script, part))
                  .find((found) => found !== undefined)
              : undefined;
          const [part] = value.type === "Word" ? substitutionsIn(value) : [];
          if (several !== undefined && part) assigned.set(name, { at: part, shown: several });
          else assigned.delete(name);
        }
      if (command.name !== "echo" || !writesFile(command)) continue;
      const [word] = command.argWords.filter(({ text }) => !/^-[neE]+$/.test(text));
      if (word?.type !== "Word" || !/^["']?[\w-]+=/.test(word.text)) continue;
      // Without quotes, blanks stand in place of the line breaks.
      for (const part of word.parts ?? []) {
        if (part.type !== "DoubleQuoted") continue;
        for (const inner of part.parts) {
          const direct = inner.type === "CommandExpansion" ? severalLines(script, inner) : undefined;
          const variable =
            inner.type === "SimpleExpansion"
              ? inner.text.slice(1)
              : inner.type === "ParameterExpansion" && inner.operation === undefined && inner.prefix === undefined
                ? inner.parameter
                : undefined;
          const shown = direct ?? (variable === undefined ? undefined : assigned.get(variable)?.shown);
          if (shown !== undefined)
            report(
              spanOf(script, inner),
              `\`${shown}\` may print several lines, and \`name=value\` holds one: the step then fails with "Invalid format". ${shown.startsWith("jq") ? "Add `--compact-output`." : "Join the lines, or write the value between `name<<DELIMITER` and `DELIMITER`."}`,
            );
        }
      }
    }
  },
});

const writesFile = ({ redirects }: ShellCommand): boolean =>
  redirects.some(
    (redirect) =>
      redirect.type === "Redirect" &&
      (redirect.operator === ">>" || redirect.operator === ">") &&
      /^\$\{?GITHUB_(?:OUTPUT|ENV)\}?$/.test(redirect.target?.value ?? ""),
  );

function substitutionsIn(node: SyntaxNode, found: CommandExpansionPart[] = []): CommandExpansionPart[] {
  if (node.type === "CommandExpansion") found.push(node);
  else if (node.type === "Word" || node.type === "DoubleQuoted")
    forEachChild(node, (child) => void substitutionsIn(child, found));
  return found;
}

/** The command inside that prints more than one line, where it is the last that touches the text. */
function severalLines(script: Script, { script: inner }: CommandExpansionPart): string | undefined {
  const statement = inner?.source === undefined ? inner?.commands.at(-1) : undefined;
  const node = statement?.command.type === "Pipeline" ? statement.command.commands.at(-1) : statement?.command;
  const command = commandOf(script, node);
  return command && linesOf(invocationOf(command));
}

function linesOf({ name, args }: Invocation): string | undefined {
  switch (name) {
    case "jq": {
      if (
        hasOption(args, "compact-output", "join-output", "exit-status") ||
        args.some((argument) => /^-[a-zA-Z]*[cj]/.test(argument))
      )
        return undefined;
      const filter = args.find((argument) => !argument.startsWith("-")) ?? "";
      // Only what surely makes a list or an object of more than one line.
      const last = filter.split("|").at(-1)?.trim() ?? "";
      return (/^(?:\[|\{)/.test(filter.trim()) && !/\]\s*\|/.test(filter)) ||
        /^(?:split\(|map\(|keys\b|unique\b|to_entries|with_entries|\{|group_by)/.test(last)
        ? "jq"
        : undefined;
    }
    case "git": {
      const [verb] = args;
      if ((verb === "diff" || verb === "diff-tree" || verb === "show") && hasOption(args, "name-only", "name-status"))
        return `git ${verb} --name-only`;
      return verb === "ls-files" ? "git ls-files" : undefined;
    }
    case "find":
      return args.some(
        (argument) => argument === "-quit" || argument === "-printf" || argument === "-print0" || argument === "-exec",
      )
        ? undefined
        : "find";
    default:
      return undefined;
  }
}
