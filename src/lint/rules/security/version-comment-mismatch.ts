import type { Uses } from "../../../workflow/document/document.ts";
import { knownAction } from "../../../actions/catalogue.ts";
import { commitOf, isCommit, tagOfCommit } from "../../../actions/versions.ts";
import { rule, type RuleContext } from "../../rule.ts";
import { commentBehind, versionOf } from "./versions.ts";

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
  job: (job, context) => judge(job.uses, context),
});

function judge(uses: Uses | undefined, { document, report }: RuleContext): void {
  if (uses?.kind !== "repository" || !isCommit(uses.ref)) return;
  const comment = commentBehind(document.file.text, uses);
  const word = comment?.text.replace(/^(?:pin|tag)\s*[=:@]?\s*/i, "").split(/[\s,;]/)[0] ?? "";
  const said = versionOf(word);
  if (!comment || !said) return;
  const start = comment.start + comment.text.indexOf(word);
  const at = { start, end: start + word.length };
  const real = tagOf(uses);
  if (real !== undefined) {
    const numbers = versionOf(real);
    // A comment of fewer parts is a moving tag, which was there before.
    if (numbers && !said.every((part, index) => part === numbers[index]))
      report(at, `The commit is \`${real}\`, and the comment says \`${word}\`. Write \`${real}\`.`, {
        fix: { title: `Write \`${real}\``, edits: [{ ...at, text: real }] },
      });
    return;
  }
  const meant = said.length === 3 ? shaOf(uses, word) : undefined;
  if (meant !== undefined && meant.toLowerCase() !== uses.ref.toLowerCase())
    report(
      at,
      `The comment says \`${word}\`, which is the commit \`${meant.slice(0, 12)}\`, not this one. Look at what it is before it runs again.`,
    );
}

type RepositoryUses = Uses & { kind: "repository" };
/** The action's own name, and its repository's. */
const namesOf = ({ name, repository }: RepositoryUses): string[] => [...new Set([name, repository])];

/** The version that a commit is known to be. */
function tagOf(uses: RepositoryUses): string | undefined {
  for (const name of namesOf(uses)) {
    const known = knownAction(name);
    if (known?.sha.toLowerCase() === uses.ref.toLowerCase()) return known.version;
    const tag = tagOfCommit(name, uses.ref);
    if (tag !== undefined) return tag;
  }
  return undefined;
}

/** The commit that a full version is known to be. */
function shaOf(uses: RepositoryUses, version: string): string | undefined {
  for (const name of namesOf(uses)) {
    const known = knownAction(name);
    if (known && versionOf(known.version)?.join(".") === versionOf(version)?.join(".")) return known.sha;
    const sha = commitOf(name, version)?.sha;
    if (sha !== undefined) return sha;
  }
  return undefined;
}
