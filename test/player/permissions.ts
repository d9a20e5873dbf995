/**
 * What a job's GITHUB_TOKEN may do (docs.github.com, "GITHUB_TOKEN: How permissions are calculated").
 */
import { type Json, isObject, PlayerError } from "./json.ts";

export type Level = "none" | "read" | "write";
export type TokenPermissions = Readonly<Record<string, Level>>;

export const SCOPES = [
  "actions",
  "artifact-metadata",
  "attestations",
  "checks",
  "contents",
  "deployments",
  "discussions",
  "id-token",
  "issues",
  "models",
  "packages",
  "pages",
  "pull-requests",
  "repository-projects",
  "security-events",
  "statuses",
] as const;

/** New repositories' default: contents and packages can be read. */
const REPOSITORY_DEFAULT: TokenPermissions = { contents: "read", packages: "read", metadata: "read" };

/**
 * The permissions of a job's token: its own, else its workflow's, else what the calling job has (`inherited`, of a called
 * workflow), else the repository's.
 */
export function declaredPermissions(
  workflow: Json | undefined,
  job: Json | undefined,
  inherited?: TokenPermissions,
): TokenPermissions {
  if (job !== undefined) return parse(job);
  if (workflow !== undefined) return parse(workflow);
  return inherited ?? REPOSITORY_DEFAULT;
}

/** What is left of them for a pull request from a fork: nothing can be written. */
export function readOnly(permissions: TokenPermissions): TokenPermissions {
  return Object.fromEntries(
    Object.entries(permissions).map(([scope, level]) => [
      scope,
      scope === "id-token" ? "none" : level === "write" ? "read" : level,
    ]),
  );
}

const LEVELS: readonly Level[] = ["none", "read", "write"];

/** What `requested` asks for beyond `granted`, in GitHub's words; undefined when it asks for nothing more. */
export function excess(
  requested: TokenPermissions,
  granted: TokenPermissions,
): { requested: string; allowed: string } | undefined {
  const beyond = Object.entries(requested).filter(
    ([scope, level]) => scope !== "metadata" && LEVELS.indexOf(level) > LEVELS.indexOf(granted[scope] ?? "none"),
  );
  if (beyond.length === 0) return undefined;
  return {
    requested: beyond.map(([scope, level]) => `${scope}: ${level}`).join(", "),
    allowed: beyond.map(([scope]) => `${scope}: ${granted[scope] ?? "none"}`).join(", "),
  };
}

function parse(value: Json): TokenPermissions {
  if (value === "read-all") return Object.fromEntries(SCOPES.map((scope) => [scope, "read" as const]));
  if (value === "write-all") return Object.fromEntries(SCOPES.map((scope) => [scope, "write" as const]));
  if (value === null) return { metadata: "read" };
  if (!isObject(value)) throw new PlayerError("`permissions` is neither a mapping nor read-all or write-all.");
  const result: Record<string, Level> = { metadata: "read" };
  for (const [scope, level] of Object.entries(value)) {
    if (!SCOPES.some((known) => known === scope)) throw new PlayerError(`GitHub knows no permission \`${scope}\`.`);
    if (level !== "read" && level !== "write" && level !== "none")
      throw new PlayerError(`\`${scope}: ${String(level)}\` is no permission.`);
    result[scope] = level;
  }
  return result;
}

export function allows(permissions: TokenPermissions, scope: string, level: "read" | "write"): boolean {
  const held = permissions[scope] ?? "none";
  return level === "read" ? held !== "none" : held === "write";
}
