/** What an event's trigger says of refs, filters and activity types ("Events that trigger workflows"). */
import type { Trigger } from "../../workflow/document/document.ts";
import { pairOf, scalarsOf, valueOf } from "../../workflow/yaml/node.ts";
import type { Filter, Run } from "./model.ts";

/** Events that always run on the default branch ("Events that trigger workflows"). */
const ON_THE_DEFAULT_BRANCH = new Set([
  "branch_protection_rule",
  "check_run",
  "check_suite",
  "discussion",
  "discussion_comment",
  "fork",
  "gollum",
  "image_version",
  "issue_comment",
  "issues",
  "label",
  "milestone",
  "page_build",
  "project",
  "project_card",
  "project_column",
  "public",
  "pull_request_target",
  "registry_package",
  "repository_dispatch",
  "schedule",
  "status",
  "watch",
  "workflow_run",
]);
const PULLS = new Set(["pull_request", "pull_request_review", "pull_request_review_comment"]);
/** Of the pull-request events, when no types are written. */
const DEFAULT_PULL_TYPES = ["opened", "synchronize", "reopened"];

/** Which kinds of ref the event may come with; two for a push of branches and tags. */
export function refsOf({ event, config }: Trigger): Run["ref"][] {
  if (event === "push") {
    const branches = valueOf(config, "branches") !== undefined || valueOf(config, "branches-ignore") !== undefined;
    const tags = valueOf(config, "tags") !== undefined || valueOf(config, "tags-ignore") !== undefined;
    if (branches === tags) return ["branch", "tag"];
    return branches ? ["branch"] : ["tag"];
  }
  if (PULLS.has(event)) return ["pull"];
  if (event === "release") return ["tag"];
  if (event === "merge_group") return ["branch"];
  return ON_THE_DEFAULT_BRANCH.has(event) ? ["default"] : ["unknown"];
}

/** `branches` or `branches-ignore`, and their like. */
export function filterOf({ config }: Trigger, key: "branches" | "tags" | "paths"): Filter | undefined {
  const pair = pairOf(config, key) ?? pairOf(config, `${key}-ignore`);
  if (!pair) return undefined;
  const patterns = scalarsOf(pair.value).map(({ value }) => value);
  return { patterns, ignore: pair.key.value !== key, at: { start: pair.key.start, end: pair.key.end } };
}

/** Activity types, GitHub's default ones where none are written; nothing for events that have none. */
export function typesOf({ event, config }: Trigger): string[] | undefined {
  const node = valueOf(config, "types");
  if (node) return scalarsOf(node).map(({ value }) => value);
  if (event === "pull_request" || event === "pull_request_target") return DEFAULT_PULL_TYPES;
  return event === "workflow_run" ? ["requested", "completed"] : undefined;
}
