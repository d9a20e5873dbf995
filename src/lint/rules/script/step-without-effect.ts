import { rule } from "../../rule.ts";
import { commandsIn, spanOf } from "../../scripts.ts";

const CHANGING = new Set([
  "cd",
  "export",
  "source",
  ".",
  "alias",
  "pushd",
  "popd",
  "umask",
  "ulimit",
  "set",
  "shopt",
  "unset",
  "declare",
  "readonly",
]);

export const stepWithoutEffect = rule({
  id: "step-without-effect",
  family: "script",
  levels: { recommended: "warning", strict: "warning" },
  summary: "What a step changes in its shell, it uses itself.",
  why: "Every step starts a new shell in the workspace: a `cd`, an `export` or an activated environment ends with its step.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: cd backend
      - run: |
          export NODE_ENV=production
          export PATH="$HOME/bin:$PATH"
      - run: npm test
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          cd backend
          npm test
      - run: echo "NODE_ENV=production" >> "$GITHUB_ENV"
      - run: npm test
        working-directory: backend
      - run: cd backend && npm ci
`,
  script(script, { report }) {
    const commands = commandsIn(script);
    const [first] = commands;
    // The last step of a composite action is not followed by what is meant, and `test -d` may be the point of a lone `cd`.
    if (!first || script.ast.errors || script.step.id || commands.length > 40) return;
    if (script.step.owner.steps.findLastIndex(({ run }) => run) <= script.step.index) return;
    for (const { name, inSubstitution, redirects, orElse, inCondition, node, assignments } of commands) {
      if (inSubstitution || redirects.length > 0 || orElse || inCondition) return;
      if (name === undefined ? assignments.length === 0 || node.name !== undefined : !CHANGING.has(name)) return;
    }
    if (script.ast.commands.some(({ command }) => command.type !== "Command" && command.type !== "AndOr")) return;
    // A sourced script does what it does; only an activated environment is known to be lost.
    if (
      commands.some(
        ({ name, args }) =>
          (name === "source" || name === ".") &&
          !/(?:^|\/)activate$|\.(?:bashrc|profile|bash_profile|zshrc|env)$|\/env$/.test(args[0] ?? ""),
      )
    )
      return;
    if (
      commands.every(
        ({ name }) => name === "set" || name === "shopt" || name === "unset" || name === "umask" || name === "ulimit",
      )
    )
      return;
    const last = commands.at(-1) ?? first;
    const kind = commands.find(({ name }) => name === "cd" || name === "pushd")
      ? "`working-directory:` on the steps that need it, or `cd` in their scripts"
      : '`env:`, or `echo "NAME=value" >> "$GITHUB_ENV"` (`$GITHUB_PATH` for folders of programs)';
    report(
      spanOf(script, { pos: first.node.pos, end: last.node.end }),
      `This changes the shell of this step only, and nothing else is in it: the next step starts afresh. Use ${kind}.`,
    );
  },
});
