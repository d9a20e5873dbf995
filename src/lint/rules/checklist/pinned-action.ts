import { knownAction } from "../../../actions/catalogue.ts";
import { retiredVersion } from "../../../actions/retired-versions.ts";
import { commitOf } from "../../../actions/versions.ts";
import { type Document, jobsOf, stepsOf, type Uses } from "../../../workflow/document/document.ts";
import { appendComment, fixOf, replaceScalar } from "../../edits.ts";
import type { Fix } from "../../finding.ts";
import { type RuleContext, rule } from "../../rule.ts";

type Repository = Extract<Uses, { kind: "repository" }>;

interface Options {
  /** Owners or repositories (`owner/repo`) whose branches and tags are as good as one's own. */
  trusted: readonly string[];
}

export const pinnedAction = rule<Options>({
  id: "pinned-action",
  family: "checklist",
  levels: { recommended: "warning", strict: "error" },
  checklist: "10.2.2",
  summary:
    "Actions and reusable workflows of other repositories are pinned: to a commit under `strict`, at least to a version under `recommended`.",
  why: "A branch runs whatever was pushed to it last, with this job's token and secrets, and a tag can be moved: that is how the users of tj-actions/changed-files were robbed in March 2025. A commit cannot change, its version stands in a comment behind it, and Dependabot and Renovate update both.",
  options: { trusted: { type: "texts", default: [] } },
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@main
      - uses: docker/login-action@master # log in
      - uses: somebody/action@develop
`,
    `on: push
jobs:
  call:
    uses: somebody/workflows/.github/workflows/test.yml@main
`,
  ],
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - uses: ./.github/actions/own
      - uses: docker://alpine@sha256:0000000000000000000000000000000000000000000000000000000000000000
`,
  fixable: true,
  document(document, context) {
    for (const { uses } of stepsOf(document)) judge(uses, context);
    for (const { uses } of jobsOf(document)) judge(uses, context);
  },
});

function judge(uses: Uses | undefined, { settings, options, document, report }: RuleContext<Options>): void {
  if (uses?.kind !== "repository" || /^[0-9a-f]{40}$|^[0-9a-f]{64}$/i.test(uses.ref)) return;
  const strict = settings.preset === "strict";
  const [owner = ""] = uses.repository.split("/");
  if (options.trusted.some((name) => name.toLowerCase() === owner || name.toLowerCase() === uses.repository)) return;
  // Who can push there can push here.
  if (!strict && (isVersion(uses) || owner === (settings.owner?.toLowerCase() ?? ownerOf(document)))) return;
  const from = uses.node.start + uses.node.value.lastIndexOf("@") + (uses.node.style === "plain" ? 1 : 2);
  const at =
    uses.node.style === "plain" || uses.node.style === "single" || uses.node.style === "double"
      ? { start: from, end: from + uses.ref.length }
      : uses.node;
  const pin = pinFor(uses.name, uses.ref);
  const what = isVersion(uses)
    ? `The tag \`${uses.ref}\` can be moved to other code`
    : /^[0-9a-f]{7,39}$/.test(uses.ref)
      ? `\`${uses.ref}\` is a shortened commit, which GitHub does not accept`
      : `\`${uses.ref}\` is a branch or a moving tag: it runs what was pushed to it last`;
  const advice = pin
    ? strict
      ? `Pin it: \`@${pin.sha} # ${pin.version}\`.`
      : `Use a version (\`@${pin.version.split(".")[0] ?? pin.version}\`) or a commit (\`@${pin.sha} # ${pin.version}\`).`
    : strict
      ? `Pin ${uses.path.startsWith(".github/workflows/") ? "the workflow" : "the action"} to the full commit of the version that you have reviewed, and write the version in a comment behind it.`
      : "Use a released version, or a full commit with the version in a comment behind it.";
  // Of a version that no longer works, every commit fails.
  report(at, `${what}. ${advice}`, {
    fix: pin && !retiredVersion(uses.name, pin.version) ? pinned(uses, pin) : undefined,
  });

  function pinned({ node, written }: Repository, { sha, version }: { sha: string; version: string }): Fix | undefined {
    return fixOf(
      `Pin to the commit of ${version}`,
      replaceScalar(document.file, node, `${written.slice(0, written.lastIndexOf("@"))}@${sha}`),
      appendComment(document.file, node, version, /(?:tag=|ratchet:\S+@)?v?\d+(?:\.\d+)*/),
    );
  }
}

/** The owner of this repository, where a condition of the file names it. */
const ownerOf = ({ file }: Document): string | undefined =>
  /\bgithub\.(?:repository|repository_owner)\s*==\s*'([^'/]+)/.exec(file.text)?.[1]?.toLowerCase();

/** The commit that a tag stands for today; of a branch, the newest release's. Nothing where it was not recorded. */
function pinFor(name: string, ref: string): { version: string; sha: string } | undefined {
  if (/^(?:main|master|latest)$/.test(ref)) return knownAction(name);
  const found = commitOf(name, ref);
  return found && { version: found.tag, sha: found.sha };
}

/** A released version, or a name that the action's page gives in its place. */
function isVersion({ ref, repository }: Repository): boolean {
  if (/^(?:[A-Za-z][\w-]*[-/@])?v?\d+(?:[._+-][\w.+-]+)*$/.test(ref)) return true;
  // The ref is the toolchain, or the tool, that is installed.
  if (repository === "dtolnay/rust-toolchain" || repository === "taiki-e/install-action")
    return !/^(?:main|master)$/.test(ref) || repository === "dtolnay/rust-toolchain";
  // They have no releases, and their pages tell everybody to use this branch.
  if (ref === "master" && (repository === "google/oss-fuzz" || repository === "homebrew/actions")) return true;
  // `release/v1` is the branch of a major version.
  return /^releases?\/v?\d/.test(ref);
}
