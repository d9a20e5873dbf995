import type { Uses } from "../../../workflow/document/document.ts";
import { knownActionNames } from "../../../actions/catalogue.ts";
import { replaceScalar, fixOf } from "../../edits.ts";
import { rule, type RuleContext } from "../../rule.ts";

const POPULAR = [
  "actions/checkout",
  "actions/cache",
  "actions/setup-node",
  "actions/setup-python",
  "actions/setup-go",
  "actions/setup-java",
  "actions/setup-dotnet",
  "actions/upload-artifact",
  "actions/download-artifact",
  "actions/github-script",
  "actions/labeler",
  "actions/stale",
  "actions/configure-pages",
  "actions/deploy-pages",
  "docker/login-action",
  "docker/build-push-action",
  "docker/setup-buildx-action",
  "docker/setup-qemu-action",
  "docker/metadata-action",
  "github/codeql-action",
  "codecov/codecov-action",
  "softprops/action-gh-release",
  "peaceiris/actions-gh-pages",
  "golangci/golangci-lint-action",
  "pnpm/action-setup",
  "ruby/setup-ruby",
  "shivammathur/setup-php",
  "aws-actions/configure-aws-credentials",
  "azure/login",
  "google-github-actions/auth",
  "hashicorp/setup-terraform",
  "dorny/paths-filter",
  "tj-actions/changed-files",
  "peter-evans/create-pull-request",
  "goreleaser/goreleaser-action",
  "pypa/gh-action-pypi-publish",
  "dtolnay/rust-toolchain",
  "swatinem/rust-cache",
  "astral-sh/setup-uv",
  "sigstore/cosign-installer",
  "aquasecurity/trivy-action",
  "step-security/harden-runner",
  "ossf/scorecard-action",
];
let popular: ReadonlyMap<number, readonly string[]> | undefined;

/** By length: a name of one letter more or less is the nearest that there is. */
function popularByLength(): ReadonlyMap<number, readonly string[]> {
  if (popular) return popular;
  const found = new Map<number, string[]>();
  const repositories = new Set([
    ...POPULAR,
    ...knownActionNames().map((name) => name.toLowerCase().split("/").slice(0, 2).join("/")),
  ]);
  for (const name of repositories) found.set(name.length, [...(found.get(name.length) ?? []), name]);
  return (popular = found);
}

export const typosquattedAction = rule({
  id: "typosquatted-action",
  family: "security",
  levels: { recommended: "error", strict: "error" },
  fixable: true,
  summary: "An action's name is the one that was meant.",
  why: "Whoever registers the misspelt owner runs code in every workflow that names it. Asked of names that are one letter (left out, doubled, swapped or replaced) away from a well-known action of another owner; owners of fewer than five letters are too much alike to compare.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: action/checkout@v4
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: my-actions/checkout@v1
`,
  step: (step, context) => judge(step.uses, context),
});

function judge(uses: Uses | undefined, { document, report }: RuleContext): void {
  if (uses?.kind !== "repository") return;
  const near = nearest(uses.repository);
  if (near === undefined) return;
  const written = uses.written.slice(uses.repository.length);
  report(
    uses.node,
    `\`${uses.repository}\` is one letter away from \`${near}\`, and belongs to somebody else. Did you mean \`${near}\`?`,
    { fix: fixOf(`Use \`${near}\``, replaceScalar(document.file, uses.node, `${near}${written}`)) },
  );
}

const known = new Map<string, string | undefined>();

function nearest(name: string): string | undefined {
  if (known.has(name)) return known.get(name);
  const byLength = popularByLength();
  const owner = name.slice(0, name.indexOf("/"));
  let found: string | undefined;
  const candidates = [-1, 0, 1].flatMap((by) => byLength.get(name.length + by) ?? []);
  if (!candidates.includes(name))
    found = candidates.find(
      (candidate) =>
        candidate.slice(0, candidate.indexOf("/")) !== owner &&
        candidate.slice(candidate.indexOf("/")) === name.slice(name.indexOf("/")) &&
        isOneAway(owner, candidate.slice(0, candidate.indexOf("/"))),
    );
  if (known.size > 5_000) known.clear();
  known.set(name, found);
  return found;
}

/** One letter left out, added or replaced, or two neighbours swapped; short owners differ by a letter too easily. */
function isOneAway(a: string, b: string): boolean {
  if (Math.min(a.length, b.length) < 5) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  return (
    (left.length <= 1 && right.length <= 1) ||
    (left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0])
  );
}
