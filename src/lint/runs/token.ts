/** What a job's `GITHUB_TOKEN` may do ("Workflow syntax", permissions). */
import type { Job, Permissions } from "../../workflow/document/document.ts";
import { scalarOf } from "../../workflow/yaml/node.ts";

export type Level = "none" | "read" | "write";

/** The block that decides: the job's, else the workflow's. Nothing: the repository's settings decide, which no file tells. */
export const permissionsFor = (job: Job): Permissions | undefined => job.permissions ?? job.workflow.permissions;

/** The level of one scope; nothing where no block is there, or where a value is no level. */
export function levelOf(permissions: Permissions | undefined, scope: string): Level | undefined {
  if (!permissions) return undefined;
  if (permissions.all)
    return scope === "id-token" && permissions.all === "read-all"
      ? "none"
      : permissions.all === "write-all"
        ? "write"
        : "read";
  const { value } = permissions.pair;
  if (value.kind !== "mapping") return undefined;
  // A scope that a block leaves out is none.
  const pair = permissions.scopes.get(scope);
  if (!pair) return "none";
  const level = scalarOf(pair.value)?.value;
  return level === "none" || level === "read" || level === "write" ? level : undefined;
}

const ORDER: readonly Level[] = ["none", "read", "write"];

/** Whether a level is enough for another. */
export const covers = (has: Level, wanted: Level): boolean => ORDER.indexOf(has) >= ORDER.indexOf(wanted);
