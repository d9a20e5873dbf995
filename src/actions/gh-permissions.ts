/**
 * What commands of the GitHub CLI and requests to the REST API ask of `GITHUB_TOKEN`. Sources: the manual of `gh`, and
 * "Permissions required for GitHub Apps" of the REST reference, which names a permission for each endpoint.
 */
import { type TokenAccess, tokenNeeds, type TokenNeeds, type TokenScope } from "./permissions.ts";

const needs = (certain: boolean, ...scopes: [TokenScope, TokenAccess][]): TokenNeeds =>
  tokenNeeds(Object.fromEntries(scopes), certain);
const NOTHING = needs(true);

/** By command; its subcommands that only read, and the scopes of both. */
const COMMANDS: Readonly<Record<string, { reads: ReadonlySet<string>; scope: TokenScope }>> = {
  cache: { scope: "actions", reads: new Set(["list", "ls"]) },
  issue: { scope: "issues", reads: new Set(["list", "ls", "view", "status"]) },
  label: { scope: "issues", reads: new Set(["list", "ls"]) },
  pr: { scope: "pull-requests", reads: new Set(["list", "ls", "view", "status", "diff", "checks", "checkout"]) },
  release: { scope: "contents", reads: new Set(["list", "ls", "view", "download", "verify", "verify-asset"]) },
  run: { scope: "actions", reads: new Set(["list", "ls", "view", "download", "watch"]) },
  workflow: { scope: "actions", reads: new Set(["list", "ls", "view"]) },
};

/** Options of `gh` that take no value; another option's next word is its value. */
const SWITCHES =
  /^(?:--(?:web|paginate|slurp|silent|include|verbose|draft|fill|squash|merge|rebase|auto|admin|delete-branch|latest|prerelease|clobber|yes|all|log|log-failed|exit-status|failed|debug|force|comments|help|version)|-[wdDsmrhia]|--[a-z-]+=.*)$/;

/** What `gh <args>` needs; nothing for what is not understood, such as an extension. */
export function permissionsOfGh(args: readonly string[]): TokenNeeds | undefined {
  const [command = "", subcommand = ""] = args.filter(
    (arg, index) => !arg.startsWith("-") && !takesValue(args[index - 1]),
  );
  if (command === "api") return permissionsOfApiCall(args);
  if (
    command === "auth" ||
    command === "version" ||
    command === "help" ||
    command === "config" ||
    command === "extension" ||
    command === "alias" ||
    command === "completion"
  )
    return NOTHING;
  if (command === "search" || args.includes("--help")) return NOTHING;
  // Another repository: the token's permissions are those for its own.
  if (args.some((arg) => /^(?:-R|--repo(?:=|$))/.test(arg)) && !isOwnRepository(repositoryOption(args)))
    return undefined;
  if (command === "attestation")
    return subcommand === "verify" || subcommand === "download" ? needs(true, ["attestations", "read"]) : undefined;
  if (command === "repo")
    return subcommand === "view" || subcommand === "clone" ? needs(false, ["contents", "read"]) : undefined;
  const known = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (!known || subcommand === "") return undefined;
  if (!known.reads.has(subcommand)) {
    if (command === "pr" && subcommand === "merge")
      return needs(true, ["contents", "write"], ["pull-requests", "write"]);
    if (command === "pr" && subcommand === "create")
      return needs(true, ["contents", "read"], ["pull-requests", "write"]);
    // A comment on a pull request is one on its issue; either scope will do, and which number this is only the run knows.
    return needs(true, [known.scope, "write"]);
  }
  if (command === "pr" && subcommand === "checks")
    return needs(true, ["pull-requests", "read"], ["checks", "read"], ["statuses", "read"]);
  if (command === "pr" && subcommand === "checkout")
    return needs(true, ["pull-requests", "read"], ["contents", "read"]);
  return needs(true, [known.scope, "read"]);
}

const takesValue = (option: string | undefined): boolean =>
  option !== undefined && /^--?[A-Za-z]/.test(option) && !SWITCHES.test(option);

function repositoryOption(args: readonly string[]): string {
  const at = args.findIndex((arg) => /^(?:-R|--repo(?:=|$))/.test(arg));
  const option = args[at] ?? "";
  return option.includes("=")
    ? option.slice(option.indexOf("=") + 1)
    : /^-R./.test(option)
      ? option.slice(2)
      : (args[at + 1] ?? "");
}

/** `$GITHUB_REPOSITORY`, `${{ github.repository }}` (which stands as underscores in a script), gh's own `{owner}/{repo}`. */
const isOwnRepository = (repository: string): boolean =>
  /^["']?(?:\$\{?(?:GITHUB_REPOSITORY|GH_REPO|REPO(?:SITORY)?)\}?|_{5,}|\{owner\}\/\{repo\}|:owner\/:repo|_{5,}\/_{5,})["']?$/.test(
    repository,
  );

/** What `gh api <path>` needs. */
function permissionsOfApiCall(args: readonly string[]): TokenNeeds | undefined {
  const path = args
    .slice(args.indexOf("api") + 1)
    .find((arg, index, rest) => !arg.startsWith("-") && !takesValue(rest[index - 1]));
  if (path === undefined) return undefined;
  const given = args.findIndex((arg) => /^(?:-X|--method)/.test(arg));
  const option = args[given] ?? "";
  const method =
    given === -1
      ? undefined
      : option.includes("=")
        ? option.split("=")[1]
        : /^-X./.test(option)
          ? option.slice(2)
          : args[given + 1];
  const hasBody = args.some((arg) => /^(?:-[fF]|--(?:raw-)?field|--input)/.test(arg));
  return permissionsOfRequest(method?.toUpperCase() ?? (hasBody ? "POST" : "GET"), path);
}

/** What follows `/repos/{owner}/{repo}/`, to a scope. The first that matches counts. */
const ENDPOINTS: readonly [RegExp, TokenScope][] = [
  [/^actions(?:\/|$)/, "actions"],
  [/^attestations(?:\/|$)/, "attestations"],
  [/^(?:check-runs|check-suites)(?:\/|$)|^commits\/.+\/check-(?:runs|suites)/, "checks"],
  [/^statuses\/|^commits\/.+\/status(?:es)?$/, "statuses"],
  [/^deployments(?:\/|$)/, "deployments"],
  [/^pages(?:\/|$)/, "pages"],
  [/^code-scanning\//, "security-events"],
  [/^(?:issues|labels|milestones)(?:\/|$)/, "issues"],
  [/^pulls\/[^/]+\/(?:merge|update-branch)$/, "contents"],
  [/^pulls(?:\/|$)/, "pull-requests"],
  [
    /^(?:releases|git|contents|compare|tags|merges|tarball|zipball|dispatches|readme|commits|merge-upstream)(?:\/|$)|^branches(?:$|\/[^/]+$)/,
    "contents",
  ],
];

/** What a request to the REST API needs; nothing where that is not known, or where another repository is asked. */
export function permissionsOfRequest(method: string, url: string): TokenNeeds | undefined {
  const path = url
    .replace(/^["']|["']$/g, "")
    .replace(/^https:\/\/api\.github\.com\//, "")
    .replace(/^(?:\$\{?GITHUB_API_URL\}?|_{5,})\//, "")
    .replace(/^\//, "")
    .replace(/[?#].*$/, "");
  const access: TokenAccess = method === "GET" || method === "HEAD" ? "read" : "write";
  // The owner may be spelled in two ways; a package belongs to an owner, not to a repository.
  if (/^(?:orgs\/[^/]+|users\/[^/]+|user)\/packages(?:\/|$)/.test(path)) return needs(true, ["packages", access]);
  if (/^(?:rate_limit|meta|zen|octocat)$/.test(path)) return NOTHING;
  const own =
    /^repos\/(?:\{owner\}\/\{repo\}|:owner\/:repo|\$\{?GITHUB_REPOSITORY\}?|\$\{?(?:GH_)?REPO(?:SITORY)?\}?|\$\{?GITHUB_REPOSITORY_OWNER\}?\/[^/]+|_{5,}(?:\/_{5,})?)(?:\/(.*))?$/.exec(
      path,
    );
  if (!own) return undefined;
  const rest = (own[1] ?? "").replace(/\/$/, "");
  if (rest === "") return access === "read" ? NOTHING : undefined;
  if (/^actions\/(?:secrets|variables|runners|permissions|oidc)/.test(rest)) return undefined;
  const scope = ENDPOINTS.find(([pattern]) => pattern.test(rest))?.[1];
  if (scope === undefined) return undefined;
  // Comments, labels and assignees of a pull request go through its issue, and either scope opens them.
  return needs(!(scope === "issues" && /^issues\/[^/]+\//.test(rest)), [scope, access]);
}
