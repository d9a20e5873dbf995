import type { Uses } from "../../../workflow/document/document.ts";
import { rule, type RuleContext } from "../../rule.ts";

export const movingActionRef = rule({
  id: "moving-action-ref",
  family: "security",
  levels: { recommended: "warning", strict: "error" },
  summary: "An action is named by a version or a commit, not by a branch.",
  why: "A branch is whatever was pushed last, tested or not, by whoever may push there. A commit in short form is no commit to GitHub: it looks for a branch or tag of that name, which somebody else may make.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: some-owner/deploy-action@master
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: dtolnay/rust-toolchain@stable
      - uses: pypa/gh-action-pypi-publish@release/v1
`,
  step: (step, context) => judge(step.uses, context),
  job: (job, context) => judge(job.uses, context),
});

const BRANCH = /^(?:main|master|develop|dev|trunk|HEAD|latest|edge|nightly|next|refs\/heads\/.+)$/;
/** Their documentation names a branch as the way to use them. */
const BY_BRANCH = new Set(["dtolnay/rust-toolchain", "pypa/gh-action-pypi-publish", "haskell-actions/setup", "ad-m/github-push-action", "google/oss-fuzz", "homebrew/actions"]);

function judge(uses: Uses | undefined, { report }: RuleContext): void {
  if (uses?.kind !== "repository" || BY_BRANCH.has(uses.repository)) return;
  const at = { start: uses.node.content.start + uses.node.value.lastIndexOf("@") + 1, end: uses.node.content.end };
  if (BRANCH.test(uses.ref)) report(at, `\`${uses.name}\` runs whatever \`${uses.ref}\` holds that day. Name a released version, or the commit.`);
  else if (/^[0-9a-f]{7,39}$/i.test(uses.ref) && /[a-f]/i.test(uses.ref) && /\d/.test(uses.ref)) report(at, `\`${uses.ref}\` is a commit in short form, which GitHub does not accept: it looks for a branch or tag of that name. Write all 40 characters.`);
}
