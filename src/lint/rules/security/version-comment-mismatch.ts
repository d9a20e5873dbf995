import type { Uses } from "../../../workflow/document/document.ts";
import { knownAction } from "../../../actions/catalogue.ts";
import { rule, type RuleContext } from "../../rule.ts";
import { commentBehind, isCommit, versionOf } from "./versions.ts";

export const versionCommentMismatch = rule({
  id: "version-comment-mismatch",
  family: "security",
  levels: { recommended: "warning", strict: "warning" },
  fixable: true,
  summary: "The comment behind a pinned commit names the version that the commit is.",
  why: "People and Dependabot read the comment. One that says another version hides what runs, and keeps updates away. Asked of commits that Pipewright's catalogue knows.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: Swatinem/rust-cache@6323deb102c322ba6fcbdcafc7e3dddab59af2b6 # v2.7.0
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: Swatinem/rust-cache@6323deb102c322ba6fcbdcafc7e3dddab59af2b6 # v2.9.2
      - uses: Swatinem/rust-cache@6323deb102c322ba6fcbdcafc7e3dddab59af2b6 # v2
`,
  step: (step, context) => judge(step.uses, context),
});

function judge(uses: Uses | undefined, { document, report }: RuleContext): void {
  if (uses?.kind !== "repository" || !isCommit(uses.ref)) return;
  const known = knownAction(uses.name) ?? knownAction(uses.name.split("/").slice(0, 2).join("/"));
  const comment = commentBehind(document.file.text, uses);
  const word = comment?.text.split(/\s/)[0] ?? "";
  const said = versionOf(word);
  if (!known || !comment || !said) return;
  const real = versionOf(known.version);
  const same = real !== undefined && said.every((part, index) => part === real[index]);
  const at = { start: comment.start, end: comment.start + word.length };
  if (known.sha.toLowerCase() === uses.ref.toLowerCase() && !same) report(at, `The commit is \`${known.version}\`, and the comment says \`${word}\`. Write \`${known.version}\`.`, { fix: { title: `Write \`${known.version}\``, edits: [{ ...at, text: known.version }] } });
  else if (known.sha.toLowerCase() !== uses.ref.toLowerCase() && real?.length === 3 && said.length === 3 && same) report(at, `The comment says \`${word}\`, which is the commit \`${known.sha.slice(0, 12)}\`, not this one. Look at what it is before it runs again.`);
}
