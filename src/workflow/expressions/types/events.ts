/**
 * The top-level properties of each event's payload ("Webhook events and payloads"). What lies under them is taken as it
 * is written, but for what people often expect and GitHub Actions leaves out.
 */
import { ANY, arrayOf, objectOf, STRING, BOOL, type Type } from "./type.ts";

/** On every payload, and what local runners put in it. */
const COMMON = ["repository", "organization", "enterprise", "sender", "installation", "act"];

const PULL_REQUEST = [
  "action",
  "number",
  "pull_request",
  "before",
  "after",
  "changes",
  "label",
  "assignee",
  "requested_reviewer",
  "requested_team",
  "milestone",
  "reason",
];

const PAYLOADS: Readonly<Record<string, readonly string[]>> = {
  branch_protection_rule: ["action", "rule", "changes"],
  check_run: ["action", "check_run", "requested_action"],
  check_suite: ["action", "check_suite", "actions_meta"],
  create: ["ref", "ref_type", "master_branch", "description", "pusher_type"],
  delete: ["ref", "ref_type", "pusher_type"],
  deployment: ["action", "deployment", "workflow", "workflow_run"],
  deployment_status: [
    "action",
    "deployment",
    "deployment_status",
    "check_run",
    "workflow",
    "workflow_run",
    "target_url",
  ],
  discussion: ["action", "discussion", "answer", "old_answer", "changes", "label", "comment"],
  discussion_comment: ["action", "comment", "discussion", "changes"],
  fork: ["forkee"],
  gollum: ["pages"],
  issue_comment: ["action", "issue", "comment", "changes"],
  issues: ["action", "issue", "changes", "label", "assignee", "milestone", "type"],
  label: ["action", "label", "changes"],
  merge_group: ["action", "merge_group", "reason"],
  milestone: ["action", "milestone", "changes"],
  page_build: ["build", "id"],
  public: [],
  pull_request: PULL_REQUEST,
  pull_request_target: PULL_REQUEST,
  pull_request_review: ["action", "review", "pull_request", "changes"],
  pull_request_review_comment: ["action", "comment", "pull_request", "changes"],
  push: [
    "ref",
    "before",
    "after",
    "base_ref",
    "created",
    "deleted",
    "forced",
    "compare",
    "commits",
    "head_commit",
    "pusher",
    "size",
    "distinct_size",
  ],
  registry_package: ["action", "registry_package", "package"],
  release: ["action", "release", "changes"],
  repository_dispatch: ["action", "branch", "client_payload"],
  schedule: ["schedule", "workflow"],
  status: [
    "id",
    "sha",
    "name",
    "avatar_url",
    "target_url",
    "context",
    "description",
    "state",
    "commit",
    "branches",
    "created_at",
    "updated_at",
  ],
  watch: ["action"],
  workflow_dispatch: ["inputs", "ref", "workflow"],
  workflow_run: ["action", "workflow_run", "workflow", "requested_action"],
};

const PERSON = objectOf({ name: STRING, email: STRING, username: STRING, date: STRING });

/** Actions strips the lists of files that a webhook's own payload has. */
const COMMIT: Type = objectOf(
  {
    id: STRING,
    tree_id: STRING,
    distinct: BOOL,
    message: STRING,
    timestamp: STRING,
    url: STRING,
    author: PERSON,
    committer: PERSON,
  },
  undefined,
  {
    code: "unknown-event-property",
    say: (name) =>
      /^(?:added|modified|removed)$/i.test(name)
        ? `\`${name}\` is not part of a commit in GitHub Actions, though webhooks send it. List changed files with \`git diff\` or the API.`
        : `A commit in \`github.event\` has no property \`${name}\`; it has id, tree_id, distinct, message, timestamp, url, author and committer.`,
  },
);

const TYPES: Readonly<Record<string, Type>> = {
  head_commit: COMMIT,
  commits: arrayOf(COMMIT),
  ref: STRING,
  before: STRING,
  after: STRING,
};

/** All properties of `github.event` for these events, or nothing where one of them is not known. */
export function payloadOf(events: readonly string[]): Map<string, Type> | undefined {
  const properties = new Map<string, Type>(COMMON.map((name) => [name, ANY]));
  for (const event of events) {
    const names = Object.hasOwn(PAYLOADS, event) ? PAYLOADS[event] : undefined;
    if (!names) return undefined;
    for (const name of names) properties.set(name, (Object.hasOwn(TYPES, name) ? TYPES[name] : undefined) ?? ANY);
  }
  return properties;
}

/** Events whose payload has a property. */
export const eventsWith = (property: string): string[] =>
  Object.entries(PAYLOADS)
    .filter(([, names]) => names.some((name) => name === property.toLowerCase()))
    .map(([event]) => event);

export const EVENT_NAMES: readonly string[] = [...Object.keys(PAYLOADS), "workflow_call"];
