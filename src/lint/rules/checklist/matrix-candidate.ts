import { isGenerated } from "../../generated.ts";
import type { Job } from "../../../workflow/document/document.ts";
import type { YamlNode } from "../../../workflow/yaml/node.ts";
import { rule } from "../../rule.ts";

export const matrixCandidate = rule({
  id: "matrix-candidate",
  family: "checklist",
  levels: { recommended: "off", strict: "info" },
  checklist: "10.3.3",
  summary: "Jobs that differ in a value or two are one job with a matrix.",
  why: "Copies of a job drift apart: the fix to one is forgotten in the others. `strategy.matrix` writes the steps once and runs them for each value, side by side.",
  bad: `on: push
jobs:
  chrome:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npm ci
      - run: npx playwright test --project chrome
  firefox:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npm ci
      - run: npx playwright test --project firefox
  safari:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npm ci
      - run: npx playwright test --project safari
`,
  good: `on: push
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npm ci
      - run: npm test
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npm ci
      - run: npx eslint --max-warnings 0 src
  browser:
    strategy:
      matrix:
        browser: [chrome, firefox]
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npm ci
      - run: npx playwright test --project \${{ matrix.browser }}
`,
  workflow(workflow, { report }) {
    if (isGenerated(workflow.file.text)) return;
    // Same keys in the same order first: only those are worth comparing value by value.
    const byShape = new Map<string, { job: Job; values: string[] }[]>();
    for (const job of workflow.jobs) {
      if (job.steps.length < 3 || job.matrix || job.uses) continue;
      const values: string[] = [];
      const shape = shapeOf(job, values);
      const alike = byShape.get(shape);
      if (alike) alike.push({ job, values });
      else byShape.set(shape, [{ job, values }]);
    }
    for (const alike of byShape.values()) {
      const [first, ...others] = alike;
      if (!first || others.length === 0) continue;
      const copies = others.flatMap((other) => {
        const differences = differencesOf(first.values, other.values);
        return differences ? [{ ...other, differences }] : [];
      });
      const [copy] = copies;
      // Two of a kind are often clearer as they are.
      if (copies.length < 2 || !copy) continue;
      report(
        copy.job.key,
        `${[first.job, ...copies.map(({ job }) => job)]
          .map(({ id }) => `\`${id}\``)
          .slice(0, 6)
          .join(", ")} do the same and differ in ${copy.differences
          .slice(0, 2)
          .map(([a, b]) => `\`${a}\`/\`${b}\``)
          .join(" and ")}. Make them one job with a \`strategy.matrix\` over that.`,
        {
          related: [{ at: first.job.key, message: "The first of these jobs." }],
        },
      );
    }
  },
});

/** Keys whose values name the job and say nothing of what it does. */
const LABELS = new Set(["name", "id"]);

function shapeOf(job: Job, values: string[]): string {
  const visit = (node: YamlNode, depth: number): string => {
    if (node.kind === "scalar") {
      values.push(node.value);
      return "s";
    }
    if (depth > 8) return "…";
    if (node.kind === "sequence") return `[${node.items.map((item) => visit(item, depth + 1)).join()}]`;
    return `{${node.pairs
      .filter(({ key }) => !LABELS.has(key.value))
      .map(({ key, value }) => `${key.value}:${visit(value, depth + 1)}`)
      .join()}}`;
  };
  return visit(job.node, 0);
}

/** The words in which two jobs differ, the same pair of words counted once; nothing where they differ in more than two, or in what steps run. */
function differencesOf(a: readonly string[], b: readonly string[]): [string, string][] | undefined {
  const pairs = new Map<string, [string, string]>();
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? "";
    if (left === right) continue;
    const words = left.split(/\s+/);
    const others = right.split(/\s+/);
    if (words.length !== others.length) return undefined;
    for (const [place, word] of words.entries()) {
      const other = others[place] ?? "";
      if (word !== other) pairs.set(`${word} ${other}`, [word, other]);
    }
    if (pairs.size > 2) return undefined;
  }
  return [...pairs.values()].filter(([left, right]) => left.length < 60 && right.length < 60);
}
