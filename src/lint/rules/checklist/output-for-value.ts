import { stepsOf } from "../../../workflow/document/document.ts";
import { rule } from "../../rule.ts";
import { expressionsOf } from "../../../workflow/document/expression-sites.ts";
import { scriptsOf, spanInScript } from "../../scripts.ts";

export const outputForValue = rule({
  id: "output-for-value",
  family: "checklist",
  levels: { recommended: "off", strict: "info" },
  checklist: "10.5.1",
  summary: "A value that only expressions read is a step's output, not a variable of the job.",
  why: "What is written to `$GITHUB_ENV` becomes a variable of every later step, whoever runs there, and says nothing of where it came from. An output (`$GITHUB_OUTPUT`) is read as `steps.<id>.outputs.<name>`, which this linter and GitHub's editor can check, and other jobs can take it.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: echo "TAG=v1" >> $GITHUB_ENV
      - uses: docker/build-push-action@v6
        with:
          tags: acme/app:\${{ env.TAG }}
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - id: tag
        run: echo "tag=v1" >> "$GITHUB_OUTPUT"
      - uses: docker/build-push-action@v6
        with:
          tags: acme/app:\${{ steps.tag.outputs.tag }}
      - run: echo "NODE_OPTIONS=--max-old-space-size=4096" >> $GITHUB_ENV
      - run: echo "NAME=app" >> $GITHUB_ENV
      - run: make "$NAME" "\${{ env.NAME }}"
`,
  document(document, { report }) {
    const scripts = scriptsOf(document);
    if (!scripts.some(({ source }) => source.includes("GITHUB_ENV"))) return;
    const read = new Map<string, number>();
    for (const { text } of expressionsOf(document))
      for (const [, name = ""] of text.matchAll(/\benv\.([A-Za-z_]\w*)/g)) read.set(name, (read.get(name) ?? 0) + 1);
    if (read.size === 0) return;
    const shells = stepsOf(document)
      .map(({ run }) => run?.value ?? "")
      .join("\n");
    for (const script of scripts)
      for (const match of script.source.matchAll(/\becho\s+["']?([A-Za-z_]\w*)=[^\n]*>>\s*"?\$\{?GITHUB_ENV\b/g)) {
        const name = match[1] ?? "";
        if (
          !read.has(name) ||
          new RegExp(`\\$\\{?${name}\\b|\\$env:${name}\\b|%${name}%|environ|process\\.env`).test(shells)
        )
          continue;
        // A secret is no output: GitHub drops those of jobs that hold one.
        if (/secrets\.|token|password/i.test(script.text.slice(match.index, match.index + match[0].length))) continue;
        const start = match.index + match[0].indexOf(name);
        report(
          spanInScript(script, { start, end: start + name.length }),
          `In this file only expressions read \`env.${name}\`. Give the step an \`id\`, write \`${name.toLowerCase()}\` to \`$GITHUB_OUTPUT\`, and read \`steps.<id>.outputs.${name.toLowerCase()}\`.`,
        );
      }
  },
});
