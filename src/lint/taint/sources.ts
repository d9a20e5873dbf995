/**
 * The fields of the `github` context that people outside choose. Which fields an event has: GitHub's documentation,
 * "Webhook events and payloads"; which of them are dangerous: "Script injections" in its security hardening guide.
 * Numbers, SHAs, logins, dates, states and addresses made by GitHub are harmless as text and are not here.
 */
import type { TaintKind, Trust } from "./model.ts";

export interface Source {
  /** Below `github`, lower-cased; `*` is an item of a list. */
  path: readonly string[];
  /** On these events the field is set. */
  events: readonly string[];
  trust: Trust;
  kinds: readonly TaintKind[];
}

/** What a source says about a path that names it. */
export interface SourceMatch {
  /** As people write it: `github.event.issue.title`. */
  name: string;
  events: readonly string[];
  trust: Trust;
}

const PULL_REQUEST = ["pull_request", "pull_request_target"];
const ON_PULL_REQUEST = [...PULL_REQUEST, "pull_request_review", "pull_request_review_comment"];
const TEXT: readonly TaintKind[] = ["text"];
const COMMIT: readonly TaintKind[] = ["commit"];
const BOTH: readonly TaintKind[] = ["text", "commit"];

const sources: Source[] = [];
const add = (trust: Trust, kinds: readonly TaintKind[], events: readonly string[], ...paths: string[]): void => {
  for (const path of paths) sources.push({ path: path.split("."), events, trust, kinds });
};

add("anyone", BOTH, PULL_REQUEST, "head_ref");
add("anyone", TEXT, ["issues", "issue_comment"], "event.issue.title", "event.issue.body");
add(
  "anyone",
  TEXT,
  ON_PULL_REQUEST,
  "event.pull_request.title",
  "event.pull_request.body",
  "event.pull_request.head.repo.default_branch",
  "event.pull_request.head.repo.description",
  "event.pull_request.head.repo.homepage",
);
add("anyone", BOTH, ON_PULL_REQUEST, "event.pull_request.head.ref", "event.pull_request.head.label");
add(
  "anyone",
  COMMIT,
  ON_PULL_REQUEST,
  "event.pull_request.head.sha",
  "event.pull_request.merge_commit_sha",
  "event.pull_request.head.repo.full_name",
  "event.pull_request.head.repo.clone_url",
  "event.pull_request.head.repo.html_url",
);
add(
  "anyone",
  TEXT,
  ["issue_comment", "pull_request_review_comment", "discussion_comment", "commit_comment"],
  "event.comment.body",
);
add("anyone", TEXT, ["pull_request_review_comment", "commit_comment"], "event.comment.path");
add("anyone", TEXT, ["pull_request_review"], "event.review.body");
add("anyone", TEXT, ["pull_request_review_comment"], "event.review_comment.body");
add("anyone", TEXT, ["discussion", "discussion_comment"], "event.discussion.title", "event.discussion.body");
add(
  "anyone",
  TEXT,
  ["issues", "issue_comment", ...PULL_REQUEST, "discussion"],
  "event.changes.title.from",
  "event.changes.body.from",
);
add("anyone", TEXT, ["gollum"], "event.pages.*.page_name", "event.pages.*.title", "event.pages.*.summary");
add("anyone", TEXT, ["fork"], "event.forkee.default_branch", "event.forkee.description", "event.forkee.homepage");
// Whoever's pull request is merged has written these; rebasing and merging keep them as they are.
for (const commit of ["event.head_commit", "event.commits.*"])
  add(
    "anyone",
    TEXT,
    ["push"],
    ...["message", "author.name", "author.email", "committer.name", "committer.email"].map(
      (leaf) => `${commit}.${leaf}`,
    ),
  );
add(
  "anyone",
  TEXT,
  ["merge_group"],
  ...["message", "author.name", "author.email", "committer.name", "committer.email"].map(
    (leaf) => `event.merge_group.head_commit.${leaf}`,
  ),
);
add("anyone", BOTH, ["workflow_run"], "event.workflow_run.head_branch");
add(
  "anyone",
  COMMIT,
  ["workflow_run"],
  "event.workflow_run.head_sha",
  "event.workflow_run.head_commit.id",
  "event.workflow_run.head_repository.full_name",
  "event.workflow_run.head_repository.clone_url",
  "event.workflow_run.head_repository.html_url",
);
add(
  "anyone",
  TEXT,
  ["workflow_run"],
  "event.workflow_run.display_title",
  "event.workflow_run.head_repository.description",
  ...["message", "author.name", "author.email", "committer.name", "committer.email"].map(
    (leaf) => `event.workflow_run.head_commit.${leaf}`,
  ),
);
add(
  "contributor",
  TEXT,
  ["workflow_run"],
  "event.workflow_run.pull_requests.*.head.ref",
  "event.workflow_run.pull_requests.*.base.ref",
);
add("anyone", BOTH, ["check_suite"], "event.check_suite.head_branch");
add("anyone", BOTH, ["check_run"], "event.check_run.check_suite.head_branch");
add(
  "contributor",
  TEXT,
  ["push", "create", "release", "workflow_dispatch", "repository_dispatch", "deployment", "deployment_status"],
  "ref",
  "ref_name",
);
add("contributor", TEXT, ["create", "delete", "push"], "event.ref");
add("contributor", TEXT, ["push"], "event.base_ref");
add(
  "contributor",
  TEXT,
  ["release"],
  "event.release.name",
  "event.release.body",
  "event.release.tag_name",
  "event.release.target_commitish",
);
add("contributor", TEXT, PULL_REQUEST, "base_ref");
add("contributor", TEXT, ON_PULL_REQUEST, "event.pull_request.base.ref");
add("contributor", TEXT, ["milestone"], "event.milestone.title", "event.milestone.description");
add("contributor", TEXT, ["issues", ...PULL_REQUEST, "label"], "event.label.name", "event.label.description");
add(
  "contributor",
  TEXT,
  ["deployment", "deployment_status"],
  "event.deployment.payload",
  "event.deployment.ref",
  "event.deployment.description",
  "event.deployment.environment",
  "event.deployment_status.description",
);
add("contributor", BOTH, ["repository_dispatch"], "event.client_payload");

/** Everything below these is somebody's as well. */
const OPEN = new Set(["event.client_payload", "event.deployment.payload"]);

/**
 * The source that a path below `github` names. `whole`: the value is written out with everything in it, as `toJSON` does,
 * so that naming an object names all that it holds.
 */
export function sourceAt(path: readonly string[], kind: TaintKind, whole: boolean): SourceMatch | undefined {
  const matches = sources.filter((source) => source.kinds.includes(kind) && names(path, source, whole));
  const worst = matches.find(({ trust }) => trust === "anyone") ?? matches[0];
  if (!worst) return undefined;
  const as = matches.filter(({ trust }) => trust === worst.trust);
  return {
    name: `github.${path.join(".")}`,
    trust: worst.trust,
    events: [...new Set(as.flatMap(({ events }) => events))],
  };
}

function names(path: readonly string[], { path: pattern }: Source, whole: boolean): boolean {
  if (path.length > pattern.length)
    return OPEN.has(pattern.join(".")) && pattern.every((part, at) => part === path[at]);
  if (path.length < pattern.length && !whole) return false;
  return path.every((part, at) => part === pattern[at] || part === "*" || pattern[at] === "*");
}

/** Events on which a pull request from a fork, an issue or a comment runs with the repository's own token and secrets. */
export const PRIVILEGED_EVENTS: ReadonlySet<string> = new Set([
  "pull_request_target",
  "workflow_run",
  "issue_comment",
  "issues",
  "discussion",
  "discussion_comment",
  "commit_comment",
  "fork",
  "gollum",
  "check_run",
  "check_suite",
  "watch",
]);
