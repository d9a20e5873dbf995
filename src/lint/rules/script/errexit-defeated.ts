import type { AndOr, Statement, SyntaxNode } from "unbash";
import { invocationOf } from "../../../shell/invocation.ts";
import { isHarmless, workOf } from "../../../shell/programs.ts";
import { rule } from "../../rule.ts";
import { commandOf, commandsIn, optionsAt, type Script, type ShellCommand, spanOf } from "../../scripts.ts";
import { shown } from "./masked-pipeline.ts";

export const errexitDefeated = rule({
  id: "errexit-defeated",
  family: "script",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A failing command ends the step, as `set -e` promises.",
  why: "Bash ignores `set -e` for every command of an `&&` list but the last, inside of a function that is called in a condition or before `||`, and for the command in `local x=$(...)` and `export x=$(...)`, whose status is that of `local` or `export`.",
  bad: [
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          npm ci && npm run build
          echo "built"
`,
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          export TAG=$(gh release view --json tagName --jq .tagName)
          docker build --tag "app:$TAG" .
`,
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          build() {
            npm ci
            npm run build
            echo "built"
          }
          build || echo "not built"
`,
  ],
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          npm ci
          npm run build
          export NOW=$(date +%s)
          TAG=$(gh release view --json tagName --jq .tagName)
          export TAG
          [ -d dist ] && echo "built"
      - run: npm ci && npm test
      - run: |
          build() {
            npm ci && npm run build
          }
          if build; then echo "built"; else exit 1; fi
`,
  script(script, { report }) {
    for (const { statement, list } of listsThatGoOn(script)) {
      for (const command of list.commands.slice(0, -1)) {
        const found = commandOf(script, command);
        const invocation = found && invocationOf(found);
        if (!found || !invocation || !workOf(invocation) || !optionsAt(script, statement.pos).errexit) continue;
        report(
          spanOf(script, command),
          `When \`${shown(invocation.name, invocation.args)}\` fails, this \`&&\` list ends and the script goes on with the next line: \`set -e\` does not count before \`&&\`. Put each command on a line of its own.`,
          list.commands.every((each) => installs(script, each)) ? { level: "info" } : {},
        );
        break;
      }
    }
    const commands = commandsIn(script);
    for (const [index, command] of commands.entries()) {
      maskedBy(script, index, command, (at, what, declared) =>
        report(
          spanOf(script, at),
          `The status of \`${what}\` is lost: \`${command.name} ${declared}=$(...)\` succeeds whatever happens inside. Assign first, then ${command.name === "export" ? "export" : `declare it with \`${command.name}\` on a line before`}.`,
        ),
      );
      const weakened = functionThatGoesOn(script, command);
      if (weakened)
        report(
          spanOf(script, command.node),
          `Inside of \`${command.name}\` \`set -e\` does not count here, since its status is tested: when \`${weakened}\` fails, the function goes on with its next line. Call it on a line of its own, or end its lines with \`|| return 1\`.`,
        );
    }
  },
});

/** `a && b` as a statement behind which others follow: not the last of the script, whose status is the step's. */
function listsThatGoOn(script: Script): { statement: Statement; list: AndOr }[] {
  const { commands } = script.ast;
  return commands.slice(0, -1).flatMap((statement) => {
    const { command } = statement;
    return command.type === "AndOr" && !statement.background && command.operators.every((operator) => operator === "&&")
      ? [{ statement, list: command }]
      : [];
  });
}

const INSTALLERS = new Set(["apt", "apt-get", "yum", "dnf", "apk", "brew", "zypper", "pacman"]);

/** `apt-get update && apt-get install x`: what is missing afterwards says so itself. */
function installs(script: Script, node: SyntaxNode): boolean {
  const command = commandOf(script, node);
  return command !== undefined && INSTALLERS.has(invocationOf(command).name ?? "");
}

/** Those behind an index that stand within a word; they come right behind the command whose word it is. */
function commandsWithin(
  commands: readonly ShellCommand[],
  from: number,
  { pos, end }: { pos: number; end: number },
): ShellCommand[] {
  const inside: ShellCommand[] = [];
  for (let at = from; at < commands.length; at++) {
    const command = commands[at];
    if (!command || command.node.pos > end) break;
    if (command.inSubstitution && command.node.pos >= pos && command.node.end <= end) inside.push(command);
  }
  return inside;
}

const DECLARING = new Set(["local", "export", "readonly", "declare", "typeset"]);

function maskedBy(
  script: Script,
  index: number,
  command: ShellCommand,
  found: (at: { pos: number; end: number }, what: string, variable: string) => void,
): void {
  if (command.name === undefined || !DECLARING.has(command.name) || command.orElse || command.inCondition) return;
  for (const word of command.argWords) {
    if (word.type !== "Assignment" || word.value.type !== "Word") continue;
    const { value } = word;
    const inner = commandsWithin(commandsIn(script), index + 1, value);
    // With an alternative inside, the failure is provided for.
    if (inner.length === 0 || inner.some(({ orElse }) => orElse)) continue;
    const risky = inner
      .map(invocationOf)
      .find((invocation) => !isHarmless(invocation) && workOf(invocation) !== undefined);
    if (risky && optionsAt(script, command.node.pos).errexit) found(word, shown(risky.name, risky.args), word.name);
  }
}

const MOST_COMMANDS = 200;

const bodies = new WeakMap<Script, Map<string, ShellCommand[]>>();

/** The commands of every function of a script. */
function bodiesOf(script: Script): Map<string, ShellCommand[]> {
  let known = bodies.get(script);
  if (!known) {
    known = new Map();
    for (const command of commandsIn(script)) {
      if (command.inFunction === undefined) continue;
      const body = known.get(command.inFunction);
      if (body) body.push(command);
      else known.set(command.inFunction, [command]);
    }
    bodies.set(script, known);
  }
  return known;
}

/** The first command of a called function whose failure would be ignored, where others follow it. */
function functionThatGoesOn(script: Script, command: ShellCommand): string | undefined {
  const { name } = command;
  if (
    name === undefined ||
    command.inSubstitution ||
    (!command.inCondition && !command.orElse && !command.negated && !command.andThen)
  )
    return undefined;
  const body = bodiesOf(script).get(name) ?? [];
  const last = body.at(-1);
  if (!last || !optionsAt(script, command.node.pos).errexit) return undefined;
  for (const [index, inner] of body.entries()) {
    // A function that is longer says what it has to in its first lines.
    if (index >= MOST_COMMANDS) return undefined;
    const isAsked = inner.orElse || inner.andThen || inner.inCondition || inner.negated;
    const isLast = inner === last || inner.pipeline?.node.commands.includes(last.node) === true;
    if (isAsked || isLast || inner.inSubstitution || inner.inLoop) continue;
    const invocation = invocationOf(inner);
    const following = body
      .slice(index + 1, index + MOST_COMMANDS)
      .find(({ node, inSubstitution }) => !inSubstitution && node.pos > inner.node.end);
    // `x; return $?` hands the status on.
    if (!following || following.name === "return" || !workOf(invocation)) continue;
    return shown(invocation.name, invocation.args);
  }
  return undefined;
}
