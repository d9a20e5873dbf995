import { rule } from "../../rule.ts";
import { commandsIn } from "../../scripts.ts";

export const logGroups = rule<{ lines: number }>({
  id: "log-groups",
  family: "checklist",
  levels: { recommended: "off", strict: "info" },
  checklist: "10.1.6",
  summary: "A long script folds its log into groups.",
  why: 'The log of a step is one long list. `echo "::group::Build"` and `echo "::endgroup::"` fold its parts, so that whoever looks for the failure sees at once which part it is in.',
  options: { lines: { type: "number", integer: true, default: 60 } },
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - name: Everything
        run: |
${Array.from({ length: 32 }, (_, index) => `          make part-${index}\n          ./check.sh part-${index}`).join("\n")}
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - name: Everything
        run: |
          echo "::group::Parts"
${Array.from({ length: 32 }, (_, index) => `          make part-${index}\n          ./check.sh part-${index}`).join("\n")}
          echo "::endgroup::"
`,
  script(script, { report, options }) {
    if (script.source.length < options.lines || /::(?:(?:end)?group|notice|error|warning|debug|%s)/.test(script.source))
      return;
    const lines = script.source.split("\n").filter((line) => /^\s*[^#\s]/.test(line)).length;
    if (lines < options.lines) return;
    // Many lines of one heredoc, or of one function, are no long log.
    const talking = commandsIn(script).filter(
      ({ name, inSubstitution, inCondition, inFunction }) =>
        name !== undefined && !inSubstitution && !inCondition && inFunction === undefined && !QUIET.has(name),
    );
    if (talking.length < 8) return;
    const key = script.step.node.pairs.find(({ key: { value } }) => value === "run")?.key ?? script.node;
    report(
      key,
      `This script has ${lines} lines and one flat log. Fold its parts with \`echo "::group::<title>"\` and \`echo "::endgroup::"\`, or make them steps.`,
    );
  },
});

const QUIET = new Set([
  "[",
  "[[",
  "test",
  "cd",
  "export",
  "local",
  "set",
  "shift",
  "return",
  "exit",
  "mkdir",
  "rm",
  "cp",
  "mv",
  "true",
  ":",
  "read",
  "declare",
  "source",
  ".",
  "unset",
  "trap",
  "break",
  "continue",
]);
