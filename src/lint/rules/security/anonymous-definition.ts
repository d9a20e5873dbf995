import { rule } from "../../rule.ts";

export const anonymousDefinition = rule({
  id: "anonymous-definition",
  family: "security",
  levels: { recommended: "off", strict: "info" },
  summary: "Workflows and actions have a name.",
  why: "Without `name` the Actions tab shows a path, and a `workflow_run` trigger and a status check have only that to go by.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  good: `name: Test
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  document(document, { report }) {
    if (document.name || !document.root) return;
    const first = document.root.pairs[0]?.key;
    if (first) report(first, `This ${document.kind} has no \`name\`. Add one as its first line.`);
  },
});
