import type { PipelineNode, Statement, SyntaxNode } from "unbash";
import { forEachChild } from "unbash";
import { isHarmless } from "../../../shell/programs.ts";
import { invocationOf } from "../../../shell/invocation.ts";
import { rule } from "../../rule.ts";
import { commandOf, commandsIn, optionsAt, spanOf } from "../../scripts.ts";

export const deadStatusCheck = rule({
  id: "dead-status-check",
  family: "script",
  levels: { recommended: "warning", strict: "warning" },
  summary: "`$?` is read where it can hold a failure of the command that is meant.",
  why: "Steps run under `set -e`: a command that fails ends the script there and then, so that a `$?` on the next line is always 0 and the branch for failures never runs. Behind an `echo` it is the status of `echo`.",
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          make test
          if [ $? -ne 0 ]; then
            echo "::error::The tests failed"
            exit 1
          fi
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          set +e
          make test
          echo "done"
          if [ $? -ne 0 ]; then exit 1; fi
`,
  ],
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          set +e
          make test
          if [ $? -ne 0 ]; then
            echo "::error::The tests failed"
            exit 1
          fi
      - run: |
          status=0
          make test || status=$?
          exit "$status"
      - run: |
          make test && ./publish
          echo "$?"
`,
  script(script, { report }) {
    if (!script.source.includes("$?") && !script.source.includes("${?}")) return;
    // A trap sees the status of what ended the script.
    if (commandsIn(script).some(({ name }) => name === "trap")) return;
    inLists(script.ast, false, (before, statement, inFunction) => {
      const check = statusRead(statement);
      if (!check) return;
      const { errexit } = optionsAt(script, statement.pos);
      const command = simpleCommand(before);
      const found = command && commandOf(script, command);
      if (!found || found.inCondition || found.orElse || found.andThen || found.negated || found.background) return;
      const { name } = found;
      if (name === "echo" || name === "printf")
        report(
          spanOf(script, check),
          `\`$?\` is the status of \`${name}\` here, which is always 0. Keep the status of the command that you mean right behind it: \`status=$?\`.`,
        );
      else if (errexit && !inFunction && name !== undefined && !isStatusless(name) && !isHarmless(invocationOf(found)))
        report(
          spanOf(script, check),
          `\`$?\` is always 0 here: under \`set -e\` the script has ended if \`${name}\` failed. Write \`if ! ${name} ...; then\`, or keep the status with \`${name} ... || status=$?\`.`,
        );
    });
  },
});

/** `set +e` right before, `[ ]` and their like. */
const isStatusless = (name: string): boolean =>
  ["set", "true", ":", "wait", "shopt", "unset", "local", "export", "trap", "read", "let"].includes(name);

const simpleCommand = ({ command, background }: Statement): SyntaxNode | undefined => {
  if (background) return undefined;
  if (command.type === "Pipeline") return command.prefixes.length === 0 ? command.commands.at(-1) : undefined;
  return command.type === "Command" ? command : undefined;
};

/** Neighbouring statements of every list. */
function inLists(
  node: SyntaxNode,
  inFunction: boolean,
  visit: (before: Statement, statement: Statement, inFunction: boolean) => void,
): void {
  if (node.type === "Script" || node.type === "CompoundList") {
    node.commands.forEach((statement, index) => {
      const before = node.commands[index - 1];
      if (before) visit(before, statement, inFunction);
    });
  }
  // A substitution has a status of its own kind; its inside is left alone.
  if (node.type === "Word" || node.type === "Assignment") return;
  forEachChild(node, (child) => inLists(child, inFunction || node.type === "Function", visit));
}

/** `$?` in what the statement does first. */
function statusRead({ command }: Statement): { pos: number; end: number } | undefined {
  const first = firstOf(command);
  return first && expansionIn(first, 0);
}

function firstOf(node: PipelineNode | Statement["command"]): SyntaxNode | undefined {
  if (node.type === "If" || node.type === "While") {
    const [statement] = node.clause.commands;
    return statement && firstOf(statement.command);
  }
  if (node.type === "AndOr" || node.type === "Pipeline") {
    const [command] = node.commands;
    return command && firstOf(command);
  }
  // `echo "status $?"` only tells it.
  if (node.type === "Command")
    return node.name === undefined || node.name.value === "[" || node.name.value === "test" ? node : undefined;
  return node.type === "TestCommand" || node.type === "ArithmeticCommand" ? node : undefined;
}

function expansionIn(node: SyntaxNode, depth: number): { pos: number; end: number } | undefined {
  if (
    (node.type === "SimpleExpansion" && node.text === "$?") ||
    (node.type === "ParameterExpansion" && node.parameter === "?")
  )
    return node;
  if (depth > 20 || node.type === "CommandExpansion" || node.type === "ProcessSubstitution") return undefined;
  let found: { pos: number; end: number } | undefined;
  forEachChild(node, (child) => void (found ??= expansionIn(child, depth + 1)));
  return found;
}
