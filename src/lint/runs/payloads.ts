/** Which events fill which fields of `github` ("Events that trigger workflows", "Contexts reference", "Webhook events and payloads"). */
import type { Known } from "../model/model.ts";

const PULL_REQUEST = new Set([
  "pull_request",
  "pull_request_target",
  "pull_request_review",
  "pull_request_review_comment",
]);
const NUMBERED = new Set(["pull_request", "pull_request_target"]);

const BY_FIELD: readonly (readonly [RegExp, ReadonlySet<string>])[] = [
  [/^github\.(?:head_ref|base_ref)$/, NUMBERED],
  [/^github\.event\.number$/, NUMBERED],
  [/^github\.event\.pull_request(?:\.|$)/, PULL_REQUEST],
  [/^github\.event\.workflow_run(?:\.|$)/, new Set(["workflow_run"])],
  [/^github\.event\.issue(?:\.|$)/, new Set(["issues", "issue_comment"])],
  [
    /^github\.event\.comment(?:\.|$)/,
    new Set(["issue_comment", "pull_request_review_comment", "commit_comment", "discussion_comment"]),
  ],
  [/^github\.event\.release(?:\.|$)/, new Set(["release"])],
  [/^github\.event\.head_commit(?:\.|$)/, new Set(["push"])],
  [/^github\.event\.merge_group(?:\.|$)/, new Set(["merge_group"])],
  [/^(?:github\.event\.)?inputs\./, new Set(["workflow_dispatch", "workflow_call"])],
  [/^github\.event\.client_payload(?:\.|$)/, new Set(["repository_dispatch"])],
  [/^github\.event\.deployment(?:\.|$)/, new Set(["deployment", "deployment_status"])],
  [/^github\.event\.check_suite(?:\.|$)/, new Set(["check_suite", "check_run"])],
];

/** Whether the event fills the field; nothing for fields that are not listed here, and in called workflows, whose event is their caller's. */
export function isFieldOf(name: string, event: string): Known {
  if (event === "workflow_call") return undefined;
  for (const [field, events] of BY_FIELD) if (field.test(name)) return events.has(event);
  return undefined;
}
