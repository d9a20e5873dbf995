import type { Uses } from "../../../workflow/document/document.ts";
import { fixOf, replaceScalar } from "../../edits.ts";
import { rule, type RuleContext } from "../../rule.ts";

export const obfuscatedUses = rule({
  id: "obfuscated-uses",
  family: "security",
  levels: { recommended: "warning", strict: "warning" },
  fixable: true,
  summary: "What a step uses is written in one way.",
  why: "`owner/repo/./path/../` is the same action as `owner/repo`, and reviews, allow lists and scanners that compare names pass it by.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/cache/./restore/../save@v4
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/cache/save@v4
      - uses: ./.github/actions/build
`,
  step: (step, context) => judge(step.uses, context),
  job: (job, context) => judge(job.uses, context),
});

function judge(uses: Uses | undefined, { document, report }: RuleContext): void {
  if (uses?.kind !== "repository") return;
  const parts = uses.written.slice(0, uses.written.indexOf("@")).split("/").slice(2);
  if (!parts.some((part) => part === "" || part === "." || part === "..")) return;
  const plain: string[] = [];
  for (const part of parts) {
    if (part === "..") plain.pop();
    else if (part !== "" && part !== ".") plain.push(part);
  }
  const [owner, repository] = uses.name.split("/");
  const name = [owner, repository, ...plain].join("/");
  report(uses.node, `\`${uses.name}\` is \`${name}\` written in a way that hides it. Write \`${name}\`.`, {
    fix: fixOf(`Write \`${name}\``, replaceScalar(document.file, uses.node, `${name}@${uses.ref}`)),
  });
}
