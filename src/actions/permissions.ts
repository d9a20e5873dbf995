/**
 * What an action asks of `GITHUB_TOKEN`, at least: each line is the "Permissions" part of the action's README, or the REST
 * endpoints that it calls ("Permissions required for GitHub Apps"). An action that is not here is not understood.
 */

/** Scopes of `permissions:` ("Workflow syntax", `permissions`). */
export type TokenScope =
  | "actions"
  | "artifact-metadata"
  | "attestations"
  | "checks"
  | "contents"
  | "deployments"
  | "discussions"
  | "id-token"
  | "issues"
  | "models"
  | "packages"
  | "pages"
  | "pull-requests"
  | "security-events"
  | "statuses";

export type TokenAccess = "read" | "write";

/** What a step needs of the token. */
export interface TokenNeeds {
  /** Without these the step fails. */
  scopes: ReadonlyMap<TokenScope, TokenAccess>;
  /** Only private repositories need these, or only a part of the step's work does: without them it warns. */
  optional: ReadonlyMap<TokenScope, TokenAccess>;
  /** Nothing else can be needed. Without it the step may need more, or less. */
  certain: boolean;
}

/** The value of an input; nothing where it is not set. Its expressions stand as they are written. */
export type Inputs = (name: string) => string | undefined;

/** `read?` and `write?` are the optional ones. */
type Scopes = Partial<Record<TokenScope, TokenAccess | `${TokenAccess}?`>>;
/** `major` where the action is used by a version. */
type Needs = Scopes | ((inputs: Inputs, major: number | undefined) => Scopes | undefined);

const NOTHING: Scopes = {};

/** The job's token by either of its names. */
export const NAMES_TOKEN = /\bsecrets\.GITHUB_TOKEN\b|\bgithub\.token\b|\bsecrets\[['"]GITHUB_TOKEN/i;
/** A token of one's own in place of `GITHUB_TOKEN`. */
export const isOwnToken = (value: string | undefined): boolean =>
  value !== undefined && value.trim() !== "" && !NAMES_TOKEN.test(value);
const isOn = (value: string | undefined): boolean => value?.trim().toLowerCase() === "true";
const isUnknown = (value: string | undefined): boolean => value !== undefined && value.includes("${{");

/** These scopes with `GITHUB_TOKEN`, none with a token of one's own in any of these inputs. */
const unlessOwn =
  (scopes: Scopes, ...names: string[]) =>
  (inputs: Inputs): Scopes =>
    names.some((name) => isOwnToken(inputs(name))) ? NOTHING : scopes;

const attestation = (inputs: Inputs): Scopes | undefined => {
  const push = inputs("push-to-registry");
  if (isUnknown(push)) return undefined;
  const [host = ""] = (inputs("subject-name") ?? "ghcr.io").split("/");
  // Another registry takes what Docker has logged in with.
  const isGithubs = host === "ghcr.io" || isUnknown(host);
  return {
    "id-token": "write",
    attestations: "write",
    ...(isOn(push) ? { ...(isGithubs && { packages: "write" as const }), "artifact-metadata": "write?" } : {}),
  };
};

/** By `owner/repo` or `owner/repo/path`, in lower case. */
const NEEDS: Readonly<Record<string, Needs>> = {
  "actions/attest": attestation,
  "actions/attest-build-provenance": attestation,
  "actions/attest-sbom": attestation,
  "actions/checkout": (inputs) => {
    const repository = inputs("repository")?.replaceAll(/\s/g, "");
    if (inputs("ssh-key") !== undefined || isOwnToken(inputs("token"))) return NOTHING;
    // Another repository that the token can read is public: that needs no permission.
    return repository === undefined || repository === "" || repository.includes("${{")
      ? { contents: "read?" }
      : NOTHING;
  },
  "actions/configure-pages": unlessOwn({ pages: "read" }, "token"),
  "actions/create-release": { contents: "write" },
  "actions/delete-package-versions": unlessOwn({ packages: "write" }, "token"),
  "actions/dependency-review-action": (inputs) => {
    const comment = inputs("comment-summary-in-pr");
    return isUnknown(comment)
      ? undefined
      : {
          contents: "read?",
          ...(comment === undefined || comment === "never" || comment === "false" ? {} : { "pull-requests": "write" }),
        };
  },
  "actions/deploy-pages": { pages: "write", "id-token": "write" },
  "actions/download-artifact": (inputs) =>
    inputs("run-id") === undefined || isOwnToken(inputs("github-token")) ? NOTHING : { actions: "read" },
  "actions/first-interaction": unlessOwn({ issues: "write", "pull-requests": "write" }, "repo-token", "repo_token"),
  "actions/labeler": unlessOwn({ contents: "read?", "pull-requests": "write" }, "repo-token"),
  // `actions: write`: from version 9 it keeps its state in the cache and deletes the old one.
  "actions/stale": (inputs, major) => {
    if (isOwnToken(inputs("repo-token"))) return NOTHING;
    const branches = inputs("delete-branch");
    return isUnknown(branches)
      ? undefined
      : {
          ...(major === undefined || major >= 9 ? { actions: "write?" } : {}),
          ...(isOn(branches) ? { contents: "write" } : {}),
          issues: "write",
          "pull-requests": "write",
        };
  },
  "actions/upload-release-asset": { contents: "write" },
  "amannn/action-semantic-pull-request": { "pull-requests": "read" },
  "aws-actions/configure-aws-credentials": (inputs) =>
    inputs("role-to-assume") === undefined || inputs("aws-access-key-id") !== undefined
      ? NOTHING
      : { "id-token": "write" },
  "azure/login": (inputs) => (inputs("creds") === undefined ? { "id-token": "write" } : NOTHING),
  "changesets/action": { contents: "write", "pull-requests": "write" },
  "codecov/codecov-action": (inputs) =>
    isUnknown(inputs("use_oidc")) ? undefined : isOn(inputs("use_oidc")) ? { "id-token": "write" } : NOTHING,
  "dessant/lock-threads": unlessOwn(
    { issues: "write", "pull-requests": "write", discussions: "write?" },
    "github-token",
  ),
  "dorny/paths-filter": unlessOwn({ contents: "read?", "pull-requests": "read" }, "token"),
  "dorny/test-reporter": unlessOwn({ contents: "read?", actions: "read?", checks: "write" }, "token"),
  "endbug/add-and-commit": { contents: "write" },
  "enricomi/publish-unit-test-result-action": unlessOwn({ checks: "write", "pull-requests": "write" }, "github_token"),
  // Private repositories need the two that read, and others lose nothing by them.
  "github/codeql-action/analyze": { actions: "read?", contents: "read?", "security-events": "write" },
  "github/codeql-action/autobuild": NOTHING,
  "github/codeql-action/init": { actions: "read?", contents: "read?", "security-events": "write" },
  "github/codeql-action/upload-sarif": { actions: "read?", contents: "read?", "security-events": "write" },
  "golangci/golangci-lint-action": (inputs) => {
    const onlyNew = inputs("only-new-issues");
    return isUnknown(onlyNew)
      ? undefined
      : { contents: "read?", ...(isOn(onlyNew) ? { "pull-requests": "read" } : {}) };
  },
  "google-github-actions/auth": (inputs) =>
    inputs("workload_identity_provider") === undefined ? NOTHING : { "id-token": "write" },
  "googleapis/release-please-action": unlessOwn(
    { contents: "write", issues: "write", "pull-requests": "write" },
    "token",
  ),
  "gradle/actions/dependency-submission": { contents: "write" },
  "gradle/actions/setup-gradle": (inputs) => {
    const graph = inputs("dependency-graph");
    const comment = inputs("add-job-summary-as-pr-comment");
    if (isUnknown(graph) || isUnknown(comment)) return undefined;
    return {
      ...(graph?.includes("submit") ? { contents: "write" } : {}),
      ...(comment === undefined || comment === "never" ? {} : { "pull-requests": "write" }),
    };
  },
  "jamesives/github-pages-deploy-action": (inputs) =>
    inputs("ssh-key") !== undefined || isOwnToken(inputs("token")) ? NOTHING : { contents: "write" },
  "marocchino/sticky-pull-request-comment": unlessOwn({ "pull-requests": "write" }, "GITHUB_TOKEN"),
  "mikepenz/action-junit-report": unlessOwn({ checks: "write" }, "token"),
  "ncipollo/release-action": unlessOwn({ contents: "write" }, "token"),
  "ossf/scorecard-action": (inputs) =>
    isUnknown(inputs("publish_results"))
      ? undefined
      : { actions: "read?", contents: "read?", ...(isOn(inputs("publish_results")) ? { "id-token": "write" } : {}) },
  "peaceiris/actions-gh-pages": (inputs) =>
    inputs("deploy_key") !== undefined || inputs("personal_token") !== undefined ? NOTHING : { contents: "write" },
  "peter-evans/create-issue-from-file": unlessOwn({ issues: "write" }, "token"),
  "peter-evans/create-or-update-comment": unlessOwn({ issues: "write", "pull-requests": "write" }, "token"),
  "peter-evans/create-pull-request": unlessOwn({ contents: "write", "pull-requests": "write" }, "token"),
  // With a token version 2 pushes what the hooks have mended.
  "pre-commit/action": (inputs) =>
    inputs("token") === undefined || isOwnToken(inputs("token")) ? NOTHING : { contents: "write" },
  "pypa/gh-action-pypi-publish": (inputs) => (inputs("password") === undefined ? { "id-token": "write" } : NOTHING),
  "release-drafter/release-drafter": { contents: "write", "pull-requests": "write" },
  "softprops/action-gh-release": unlessOwn({ contents: "write" }, "token"),
  "stefanzweifel/git-auto-commit-action": { contents: "write" },
  "styfle/cancel-workflow-action": unlessOwn({ actions: "write" }, "access_token"),
  "thollander/actions-comment-pull-request": unlessOwn({ "pull-requests": "write" }, "github-token"),
  "wagoid/commitlint-github-action": { contents: "read?", "pull-requests": "read" },
};

/** Actions that need nothing of the token: they set up a tool, use the runner's own services, or read what is public. */
const NEED_NOTHING: ReadonlySet<string> = new Set(
  `actions-rust-lang/setup-rust-toolchain actions/cache actions/cache/restore actions/cache/save actions/create-github-app-token actions/setup-dotnet actions/setup-go
  actions/setup-java actions/setup-node actions/setup-python actions/upload-artifact actions/upload-artifact/merge actions/upload-pages-artifact anchore/scan-action
  anchore/sbom-action/download-syft anchore/scan-action/download-grype aquasecurity/trivy-action aquasecurity/setup-trivy arduino/setup-protoc arduino/setup-task astral-sh/setup-uv
  aws-actions/amazon-ecr-login azure/setup-helm azure/setup-kubectl coursier/setup-action denoland/setup-deno docker/metadata-action
  docker/setup-buildx-action docker/setup-compose-action docker/setup-docker-action docker/setup-qemu-action dtolnay/rust-toolchain erlef/setup-beam extractions/setup-just
  github/codeql-action/setup-codeql google-github-actions/setup-gcloud gradle/actions/wrapper-validation gradle/wrapper-validation-action hadolint/hadolint-action
  hashicorp/setup-terraform haskell-actions/setup helm/chart-testing-action helm/kind-action ilammy/msvc-dev-cmd jdx/mise-action jlumbroso/free-disk-space julia-actions/setup-julia
  maxim-lobanov/setup-xcode mlugg/setup-zig msys2/setup-msys2 microsoft/setup-msbuild nixbuild/nix-quick-install-action nttld/setup-ndk
  opentofu/setup-opentofu oven-sh/setup-bun pnpm/action-setup ruby/setup-ruby seanmiddleditch/gha-setup-ninja shivammathur/setup-php
  sigstore/cosign-installer slackapi/slack-github-action slackapi/slack-github-action/cli step-security/harden-runner superfly/flyctl-actions/setup-flyctl
  subosito/flutter-action swatinem/rust-cache taiki-e/cache-cargo-install-action taiki-e/install-action tj-actions/branch-names`.split(
    /\s+/,
  ),
);

/** What an action needs of `GITHUB_TOKEN` with these inputs at this ref; nothing for one that is not understood. */
export function permissionsOfAction(name: string, inputs: Inputs, ref: string): TokenNeeds | undefined {
  const key = name.toLowerCase();
  if (NEED_NOTHING.has(key)) return tokenNeeds({});
  const needs = Object.hasOwn(NEEDS, key) ? NEEDS[key] : undefined;
  const scopes = typeof needs === "function" ? needs(inputs, majorOf(ref)) : needs;
  return scopes && tokenNeeds(scopes);
}

function majorOf(ref: string): number | undefined {
  const digits = /^v?(\d{1,3})(?:\.|$)/.exec(ref)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function tokenNeeds(wanted: Scopes, certain = true): TokenNeeds {
  const scopes = new Map<TokenScope, TokenAccess>();
  const optional = new Map<TokenScope, TokenAccess>();
  for (const [scope, access] of Object.entries(wanted) as [TokenScope, TokenAccess | `${TokenAccess}?`][])
    if (access === "read" || access === "write") scopes.set(scope, access);
    else optional.set(scope, access === "read?" ? "read" : "write");
  return { scopes, optional, certain };
}
