/** What the code of a github-script asks of `GITHUB_TOKEN`, read from the methods of Octokit that it names. */
import { permissionsOfRequest } from "./gh-permissions.ts";
import type { TokenAccess, TokenNeeds, TokenScope } from "./permissions.ts";

const BY_NAMESPACE: Readonly<Record<string, TokenScope>> = {
  actions: "actions",
  activity: "contents",
  checks: "checks",
  codeScanning: "security-events",
  git: "contents",
  issues: "issues",
  packages: "packages",
  pulls: "pull-requests",
  reactions: "issues",
};

/** Methods of `repos` whose scope is not `contents`. */
const OF_REPOS: readonly [RegExp, TokenScope | "unknown"][] = [
  [/Deployment/, "deployments"],
  [/CommitStatus|CombinedStatus/, "statuses"],
  [/Pages/, "pages"],
  [
    /Protection|Collaborator|Webhook|DeployKey|Topics|Autolink|Ruleset|Environment|^(?:update|delete|create\w*Repo|transfer)$/,
    "unknown",
  ],
];

const READS = /^(?:get|list|compare|check|download)/;

/** Octokit's methods of a script with the scope that each needs; `certain` where nothing else of `github` is used. */
export function permissionsOfOctokit(code: string): TokenNeeds {
  const scopes = new Map<TokenScope, TokenAccess>();
  let certain = true;
  const need = (scope: TokenScope, access: TokenAccess): void => {
    if (access === "write" || !scopes.has(scope)) scopes.set(scope, access);
  };
  // `core`, `context`, `exec`, `glob` and `io` have no token; `require` and `import` may hand `github` on.
  if (/\brequire\s*\(\s*[^"'\s]|\brequire\s*\(\s*["'][^"']*[./]|\bimport\s*\(|\bgetOctokit\b|\bfetch\s*\(/.test(code))
    certain = false;
  const uses = /\bgithub\b(?!\.com|-)\s*(?:\.\s*(?:rest\s*\.\s*)?(\w+)(?:\s*\.\s*(\w+))?)?/g;
  for (const [, namespace = "", method = ""] of withoutComments(code).matchAll(uses)) {
    if (namespace === "paginate") continue; // what it pages through is named as its argument
    if (namespace === "event" || namespace === "context") continue;
    const access = READS.test(method) ? "read" : "write";
    if (namespace === "request" || namespace === "graphql" || namespace === "hook" || method === "") certain = false;
    else if (
      namespace === "rateLimit" ||
      namespace === "meta" ||
      namespace === "search" ||
      (namespace === "users" && access === "read")
    )
      continue;
    else if (namespace === "repos") {
      const special = OF_REPOS.find(([pattern]) => pattern.test(method))?.[1];
      if (special === "unknown") certain = false;
      else if (special !== undefined) need(special, access);
      else if (method !== "get") need("contents", access);
    } else if (namespace === "pulls" && (method === "merge" || method === "updateBranch")) {
      need("contents", "write");
      need("pull-requests", "write");
    } else {
      const scope = Object.hasOwn(BY_NAMESPACE, namespace) ? BY_NAMESPACE[namespace] : undefined;
      if (scope === undefined) certain = false;
      else need(scope, access);
    }
  }
  for (const [, method = "GET", path = ""] of code.matchAll(
    /\bgithub\.request\(\s*["'`](GET|POST|PUT|PATCH|DELETE)\s+\/([^"'`\s]*)/g,
  )) {
    const found = permissionsOfRequest(method, path);
    for (const [scope, access] of found?.scopes ?? []) need(scope, access);
  }
  return { scopes, optional: new Map(), certain };
}

const withoutComments = (code: string): string =>
  code.replaceAll(/(^|\s)\/\/[^\n]*/g, "$1").replaceAll(/\$\{\{[^}]*\}\}/g, "");
