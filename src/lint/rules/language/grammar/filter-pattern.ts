import { scalarsOf, type ScalarNode } from "../../../../workflow/yaml/node.ts";
import { sourceSpan } from "../../../../workflow/yaml/scalar-source.ts";
import { rule, type RuleContext } from "../../../rule.ts";
import { patternFault } from "./filter-syntax.ts";

const KINDS: Readonly<Record<string, "ref" | "path">> = {
  branches: "ref",
  "branches-ignore": "ref",
  tags: "ref",
  "tags-ignore": "ref",
  paths: "path",
  "paths-ignore": "path",
};
const FILTERED = new Set(["push", "pull_request", "pull_request_target", "merge_group", "workflow_run"]);

export const filterPattern = rule({
  id: "filter-pattern",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "Filters of branches, tags and paths are patterns that can match.",
  why: "A filter is a glob, not a regular expression; `\\d`, `^` or a leading `./` matches nothing, so the workflow never starts, and nobody is told.",
  bad: [
    `on:
  push:
    branches: [^release-]
    tags: ['v\\d+', 'v[9-0]', 'v*+']
    paths: [./src/**]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
    `on:
  pull_request:
    paths: ['!docs/**']
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  ],
  good: `on:
  push:
    branches: [main, 'release-[0-9]+', '!release-0']
    tags: ['v[0-9]+.[0-9]+.*', 'what\\?']
    paths: ['**', '!**.md', '.github/**', 'a file/*']
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  workflow(workflow, context) {
    for (const { event, config } of workflow.triggers) {
      if (config?.kind !== "mapping" || !FILTERED.has(event)) continue;
      for (const { key, value } of config.pairs) {
        const kind = KINDS[key.value];
        if (kind === undefined || !Object.hasOwn(KINDS, key.value)) continue;
        const patterns = scalarsOf(value).filter(({ value: text }) => !text.includes("${{"));
        for (const pattern of patterns) checkPattern(pattern, kind, context);
        const [first] = patterns;
        if (first && !key.value.endsWith("-ignore")) checkNegation(key, patterns, context);
      }
    }
  },
});

function checkPattern(node: ScalarNode, kind: "ref" | "path", { document, report }: RuleContext): void {
  const fault = patternFault(node.value, kind);
  if (!fault) return;
  const at = fault.end > fault.start ? sourceSpan(document.file.text, node, fault) : node;
  if (fault.mild) report(at, fault.message, { level: "info" });
  else report(at, `The pattern \`${node.value}\` is wrong. ${fault.message}`);
}

function checkNegation(key: ScalarNode, patterns: readonly ScalarNode[], { report }: RuleContext): void {
  const isNegative = ({ value }: ScalarNode): boolean => value.startsWith("!");
  if (patterns.every(isNegative))
    report(
      key,
      `\`${key.value}\` only excludes, so nothing matches. Add a pattern without \`!\` before, or use \`${key.value}-ignore\`.`,
    );
  else if (patterns[0] && isNegative(patterns[0]))
    report(
      patterns[0],
      `\`${patterns[0].value}\` excludes nothing: patterns apply in their order, and none stands before it. Move it behind the pattern that it narrows.`,
      { level: "warning" },
    );
}
