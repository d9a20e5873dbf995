import { rule } from "../../../rule.ts";

const PROBLEMS = new Set(["unknown-alias", "recursive-alias", "alias-bomb"]);

export const yamlAnchor = rule({
  id: "yaml-anchor",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "Every alias names an anchor that stands before it, and every anchor is used.",
  why: "GitHub cannot read a file whose alias names no anchor or the node that it stands in. An anchor that nothing uses is what is left of an edit.",
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    env: *settings
    steps:
      - run: make test
`,
    `on: push
jobs:
  test: &test
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  ],
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    env: &settings
      LEVEL: 1
    steps:
      - run: make test
  lint:
    runs-on: ubuntu-latest
    env: *settings
    steps:
      - run: make lint
`,
  document(document, { report }) {
    const { problems, anchors, aliases } = document.file.yaml;
    for (const problem of problems) if (PROBLEMS.has(problem.code)) report(problem, problem.message);
    const used = new Set(aliases.map(({ target }) => target));
    for (const { name, span, node } of anchors)
      if (!used.has(node)) report(span, `Nothing uses the anchor \`&${name}\`. Remove it.`, { level: "warning" });
  },
});
