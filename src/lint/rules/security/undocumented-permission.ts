import type { Permissions } from "../../../workflow/document/document.ts";
import { scalarOf } from "../../../workflow/yaml/node.ts";
import { rule, type RuleContext } from "../../rule.ts";

export const undocumentedPermission = rule({
  id: "undocumented-permission",
  family: "security",
  levels: { recommended: "off", strict: "info" },
  summary: "A comment says what a write permission is for.",
  why: "Nobody takes away a permission whose reason is forgotten.",
  bad: `on: push
permissions:
  packages: write
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: make publish
`,
  good: `on: push
permissions:
  contents: read
  packages: write # pushes the image
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: make publish
`,
  workflow: (workflow, context) => judge(workflow.permissions, context),
  job: (job, context) => judge(job.permissions, context),
});

function judge(permissions: Permissions | undefined, { document, report }: RuleContext): void {
  const { text } = document.file;
  for (const [scope, { key, value }] of permissions?.scopes ?? []) {
    if (scalarOf(value)?.value !== "write" || text.slice(key.end, value.start).includes("\n")) continue;
    const lineStart = text.lastIndexOf("\n", key.start - 1) + 1;
    const lineEnd = text.indexOf("\n", value.end);
    const before = text.slice(text.lastIndexOf("\n", lineStart - 2) + 1, Math.max(lineStart - 1, 0));
    if (/#/.test(text.slice(value.end, lineEnd === -1 ? undefined : lineEnd)) || /^\s*#/.test(before)) continue;
    report(key, `Nothing says what \`${scope}: write\` is for. Add a comment behind it.`);
  }
}
