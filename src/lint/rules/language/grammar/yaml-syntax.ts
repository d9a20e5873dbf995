import { rule } from "../../../rule.ts";

/** What is wrong with anchors is told by `yaml-anchor`. */
const ALIAS_CODES = new Set(["unknown-alias", "recursive-alias", "alias-bomb"]);

export const yamlSyntax = rule({
  id: "yaml-syntax",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "The file is YAML that GitHub can read.",
  why: "GitHub shows a file that it cannot read as a failed run without jobs, on every event.",
  bad: `on: push
jobs:
  test:
    runs-on: [ubuntu-latest
    steps:
      - run: make test
`,
  good: `on: push
jobs:
  test:
    runs-on: [ubuntu-latest]
    steps:
      - run: make test
`,
  document(document, { report }) {
    for (const problem of document.file.yaml.problems)
      if (!ALIAS_CODES.has(problem.code)) report(problem, problem.message);
  },
});
