/** Which workflows an event starts (docs.github.com, "Workflow syntax: on"). */
import { matchesPattern, passesFilter } from "../../src/workflow/filters.ts";
import type { GitHubEvent } from "./events.ts";
import { type Json, type JsonObject, isObject, objectAt, PlayerError, stringAt, stringsAt } from "./json.ts";
import type { WorkflowFile } from "./workflow-file.ts";

/** GitHub follows a chain of workflow_run events for three levels after the first workflow. */
export const LONGEST_CHAIN = 3;

const DEFAULT_TYPES: Partial<Record<GitHubEvent["name"], readonly string[]>> = {
  pull_request: ["opened", "synchronize", "reopened"],
  merge_group: ["checks_requested"],
};

const KNOWN_EVENTS = [
  "push",
  "pull_request",
  "merge_group",
  "workflow_run",
  "schedule",
  "workflow_dispatch",
  "workflow_call",
];

/** Whether `event` starts a run of `workflow`. The caller has read the file from the commit that GitHub reads it from. */
export function triggers(workflow: WorkflowFile, event: GitHubEvent): boolean {
  for (const name of Object.keys(workflow.on)) {
    if (!KNOWN_EVENTS.includes(name))
      throw new PlayerError(`${workflow.path}: the player does not know the trigger \`${name}\`.`);
  }
  if (!(event.name in workflow.on)) return false;
  const trigger = workflow.on[event.name] ?? null;
  if (event.name === "schedule") return schedules(trigger, workflow.path).includes(event.cron ?? "");
  const filter = objectAt(trigger, `${workflow.path}: on.${event.name}`);
  for (const key of ["paths", "paths-ignore"])
    if (key in filter) throw new PlayerError(`${workflow.path}: the player does not play \`${key}\`.`);
  if (event.action !== undefined && !matchesType(filter, event)) return false;
  switch (event.name) {
    case "push":
      return matchesPush(filter, event.ref);
    case "pull_request":
      return matchesBranch(filter, event.baseRef);
    case "merge_group":
      return matchesBranch(
        filter,
        String(objectAt(event.payload["merge_group"], "merge_group")["base_ref"]).replace("refs/heads/", ""),
      );
    case "workflow_run": {
      if (event.depth > LONGEST_CHAIN) return false;
      const run = objectAt(event.payload["workflow_run"], "workflow_run");
      const names = stringsAt(filter["workflows"], `${workflow.path}: on.workflow_run.workflows`);
      return (
        names.some((name) => matchesPattern(name, stringAt(run["name"], "workflow_run.name") ?? "")) &&
        matchesBranch(filter, stringAt(run["head_branch"], "workflow_run.head_branch") ?? "")
      );
    }
    case "workflow_dispatch":
      return workflow.path === event.workflowPath;
  }
}

function matchesType(filter: JsonObject, event: GitHubEvent): boolean {
  const types = "types" in filter ? stringsAt(filter["types"], "types") : DEFAULT_TYPES[event.name];
  return types === undefined || types.includes(event.action ?? "");
}

function matchesPush(filter: JsonObject, ref: string): boolean {
  const tag = ref.startsWith("refs/tags/");
  const name = ref.replace(/^refs\/(heads|tags)\//, "");
  const kind = tag ? "tags" : "branches";
  const other = tag ? ["branches", "branches-ignore"] : ["tags", "tags-ignore"];
  // A filter for one kind alone leaves the other kind out.
  if (!(kind in filter) && !(`${kind}-ignore` in filter)) return !other.some((key) => key in filter);
  return passes(filter, kind, name);
}

const matchesBranch = (filter: JsonObject, branch: string): boolean => passes(filter, "branches", branch);

function passes(filter: JsonObject, kind: "branches" | "tags", name: string): boolean {
  if (kind in filter && `${kind}-ignore` in filter)
    throw new PlayerError(`GitHub refuses \`${kind}\` and \`${kind}-ignore\` together.`);
  for (const [key, ignore] of [
    [kind, false],
    [`${kind}-ignore`, true],
  ] as const)
    if (key in filter) return passesFilter({ patterns: stringsAt(filter[key], key), ignore }, name);
  return true;
}

/** The cron lines of a `schedule` trigger. */
export function schedules(trigger: Json, path: string): string[] {
  if (!Array.isArray(trigger)) throw new PlayerError(`${path}: on.schedule is not a list.`);
  return trigger.map((entry) => (isObject(entry) ? (stringAt(entry["cron"], "cron") ?? "") : ""));
}

/**
 * The inputs of a dispatch, with their defaults; booleans stay booleans, as in the `inputs` context. Throws what the
 * API answers with 422: an unknown input, or a required one that is missing.
 */
export function dispatchInputs(workflow: WorkflowFile, given: JsonObject): JsonObject {
  const declared = objectAt(objectAt(workflow.on["workflow_dispatch"], "on.workflow_dispatch")["inputs"], "inputs");
  for (const name of Object.keys(given))
    if (!(name in declared)) throw new DispatchRefused(`Unexpected inputs provided: ["${name}"]`);
  const inputs: JsonObject = {};
  for (const [name, value] of Object.entries(declared)) {
    const input = objectAt(value, `input ${name}`);
    const chosen = given[name] ?? input["default"] ?? (input["type"] === "boolean" ? false : "");
    if (input["required"] === true && chosen === "") throw new DispatchRefused(`Required input '${name}' not provided`);
    inputs[name] = input["type"] === "boolean" ? chosen === true || chosen === "true" : chosen;
  }
  return inputs;
}

export class DispatchRefused extends Error {}
