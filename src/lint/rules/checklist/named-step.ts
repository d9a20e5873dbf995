import { rule } from "../../rule.ts";

export const namedStep = rule({
  id: "named-step",
  family: "checklist",
  levels: { recommended: "off", strict: "info" },
  checklist: "10.4.1",
  summary: "A script of several lines has a name that says what it is for.",
  why: "The run's page shows a step without a name as `Run` and its first line, which is `set -e` or a comment as often as not. A script of one line, or an action, names itself.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          set -euo pipefail
          make build
          make test
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: make lint
      - name: Build and test
        run: |
          set -euo pipefail
          make build
          make test
`,
  step(step, { report }) {
    if (!step.run || step.name) return;
    const lines = step.run.value.split("\n").filter((line) => /^\s*[^#\s]/.test(line)).length;
    const key = step.node.pairs.find(({ key: { value } }) => value === "run")?.key;
    if (lines < 3 || !key) return;
    report(
      key,
      `This script of ${lines} lines shows up in the log as "Run ${firstLine(step.run.value)}". Give the step a \`name\` that says what it is for.`,
    );
  },
});

const firstLine = (script: string): string => {
  const line = script.trimStart().split("\n", 1)[0]?.trim() ?? "";
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
};
