import { isAction } from "../../../workflow/document/uses.ts";
import { scalarOf } from "../../../workflow/yaml/node.ts";
import { sourceSpan } from "../../../workflow/yaml/scalar-source.ts";
import { rule } from "../../rule.ts";

export const artifactSize = rule({
  id: "artifact-size",
  family: "checklist",
  levels: { recommended: "warning", strict: "warning" },
  checklist: "10.3.4",
  summary: "An artifact holds what is needed later, not the whole workspace or its dependencies.",
  why: "An upload of the workspace or of a dependency folder has hundreds of megabytes in tens of thousands of files: it takes minutes, is billed as storage, and may carry `.git/config` with the checkout's token or other files that nobody meant to publish.",
  bad: [
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/upload-artifact@v4
        with:
          name: all
          path: .
`,
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/upload-artifact@v4
        with:
          name: modules
          path: |
            dist
            node_modules/
`,
  ],
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/upload-artifact@v4
        with:
          name: app
          path: |
            dist
            !dist/**/*.map
            packages/app/node_modules/.cache/report.json
      - uses: actions/upload-artifact@v4
        with:
          path: |
            .
            !node_modules
`,
  step(step, { report, document }) {
    if (!isAction(step.uses, "actions/upload-artifact")) return;
    const path = scalarOf(step.with.get("path")?.value);
    // Who leaves something out has thought about it.
    if (!path || /^\s*!/m.test(path.value)) return;
    for (const { 0: line, index } of path.value.matchAll(/[^\n]+/g)) {
      const entry = line.trim();
      const what = tooMuch(entry);
      if (what === undefined) continue;
      const start = index + line.indexOf(entry);
      report(
        sourceSpan(document.file.text, path, { start, end: start + entry.length }),
        `\`${entry}\` uploads ${what}. Name the files that a later job or a reader needs, and leave the rest out with \`!\` patterns.`,
      );
    }
  },
});

function tooMuch(entry: string): string | undefined {
  if (/^(?:\.|\.\/|\*\*|\.\/\*\*|\*\*\/\*|\$\{\{\s*github\.workspace\s*\}\}\/?)$/.test(entry))
    return "the whole workspace";
  if (/(?:^|\/)(?:node_modules|\.venv|vendor\/bundle)(?:\/(?:\*\*(?:\/\*)?)?)?$/.test(entry))
    return "installed dependencies, which a lock file and a cache bring back";
  return /(?:^|\/)\.git\/?$/.test(entry)
    ? "the repository's `.git`, with the credentials that the checkout left there"
    : undefined;
}
