/**
 * What a job's GITHUB_TOKEN may do (docs.github.com, "GITHUB_TOKEN: How permissions are calculated").
 */
import { type Json, isObject, PlayerError } from "./json.ts";

export type Level = "none" | "read" | "write";
export type TokenPermissions = Readonly<Record<string, Level>>;

export const SCOPES = [
  "actions", "attestations", "checks", "contents", "deployments", "discussions", "id-token", "issues", "models", "packages", "pages",
  "pull-requests", "repository-projects", "security-events", "statuses",
] as const;

/** New repositories' default: contents and packages can be read. */
const REPOSITORY_DEFAULT: TokenPermissions = { contents: "read", packages: "read", metadata: "read" };

/** The permissions of a job's token: its own, else the workflow's, else the repository's; read-only for forks. */
export function tokenPermissions(workflow: Json | undefined, job: Json | undefined, readOnly: boolean): TokenPermissions {
  const declared = job !== undefined ? parse(job) : workflow !== undefined ? parse(workflow) : REPOSITORY_DEFAULT;
  if (!readOnly) return declared;
  return Object.fromEntries(Object.entries(declared).map(([scope, level]) => [scope, scope === "id-token" ? "none" : level === "write" ? "read" : level]));
}

function parse(value: Json): TokenPermissions {
  if (value === "read-all") return Object.fromEntries(SCOPES.map((scope) => [scope, "read" as const]));
  if (value === "write-all") return Object.fromEntries(SCOPES.map((scope) => [scope, "write" as const]));
  if (value === null) return { metadata: "read" };
  if (!isObject(value)) throw new PlayerError("`permissions` is neither a mapping nor read-all or write-all.");
  const result: Record<string, Level> = { metadata: "read" };
  for (const [scope, level] of Object.entries(value)) {
    if (!SCOPES.some((known) => known === scope)) throw new PlayerError(`GitHub knows no permission \`${scope}\`.`);
    if (level !== "read" && level !== "write" && level !== "none") throw new PlayerError(`\`${scope}: ${String(level)}\` is no permission.`);
    result[scope] = level;
  }
  return result;
}

export function allows(permissions: TokenPermissions, scope: string, level: "read" | "write"): boolean {
  const held = permissions[scope] ?? "none";
  return level === "read" ? held !== "none" : held === "write";
}
