/** Outputs of published actions that repeat what somebody outside has written, by the actions' own documentation. */
import { inputOf, type Step, type Uses } from "../../workflow/document/document.ts";
import type { TaintKind, Trust } from "./model.ts";

interface EchoingOutputs {
  outputs: RegExp;
  /** What the value is: "the names of changed files". */
  what: string;
  kinds: readonly TaintKind[];
  trust: Trust;
  /** The events on which it is somebody else's. */
  events: readonly string[];
  /** Only then. */
  when?: (step: Step, ref: string) => boolean;
}

const PULL_REQUEST = ["pull_request", "pull_request_target"];
const FILE_NAMES = "the names of changed files";
const ON_COMMENT = ["issue_comment"];

/** The major version of a tag; nothing for a branch or a commit. */
const majorOf = (ref: string): number | undefined => {
  const major = /^v?(\d+)(?:\.|$)/.exec(ref)?.[1];
  return major === undefined ? undefined : Number(major);
};
const below =
  (major: number) =>
  (_step: Step, ref: string): boolean =>
    (majorOf(ref) ?? major) < major;
const written = (step: Step, name: string): string | undefined => inputOf(step, name)?.value.trim();

const changedFiles = (outputs: RegExp, when?: EchoingOutputs["when"]): EchoingOutputs => ({
  outputs,
  what: FILE_NAMES,
  kinds: ["text"],
  trust: "anyone",
  events: PULL_REQUEST,
  ...(when ? { when } : {}),
});
const LISTS = /^(?:all|added|modified|removed|renamed|deleted|files)(?:_[a-z_]+)?$/;
const commentBranch = (outputs: RegExp): EchoingOutputs => ({
  outputs,
  what: "the pull request's branch",
  kinds: ["text", "commit"],
  trust: "anyone",
  events: ON_COMMENT,
});

const KNOWN: Readonly<Record<string, readonly EchoingOutputs[]>> = {
  // Since v41 it escapes what a shell would read (`safe_output`).
  "tj-actions/changed-files": [
    changedFiles(
      /_files$|^all_changed_and_modified/,
      (step, ref) => written(step, "safe_output") === "false" || (majorOf(ref) ?? 41) < 41,
    ),
  ],
  // `shell` and `escape` quote for a shell; `csv` and `json` do not.
  "dorny/paths-filter": [
    changedFiles(/_files$/, (step) => ["csv", "json"].includes(written(step, "list-files") ?? "")),
  ],
  "trilom/file-changes-action": [changedFiles(/^files/)],
  "jitterbit/get-changed-files": [changedFiles(LISTS)],
  "ana06/get-changed-files": [changedFiles(LISTS)],
  "lots0logs/gh-action-get-changed-files": [changedFiles(LISTS)],
  "masesgroup/retrieve-changed-files": [changedFiles(LISTS)],
  "tj-actions/branch-names": [
    {
      outputs: /^(?:current_branch|head_ref_branch|ref_branch)$/,
      what: "the branch's name",
      kinds: ["text", "commit"],
      trust: "anyone",
      events: PULL_REQUEST,
      when: below(9),
    },
  ],
  "xt0rted/pull-request-comment-branch": [
    commentBranch(/^(?:head_ref|ref)$/),
    { ...commentBranch(/^(?:head_sha|sha)$/), kinds: ["commit"] },
  ],
  "alessbell/pull-request-comment-branch": [
    commentBranch(/^head_ref$/),
    { ...commentBranch(/^head_sha$/), kinds: ["commit"] },
  ],
  "gotson/pull-request-comment-branch": [
    commentBranch(/^head_ref$/),
    { ...commentBranch(/^head_sha$/), kinds: ["commit"] },
  ],
  "eficode/resolve-pr-refs": [commentBranch(/^head_ref$/), { ...commentBranch(/^head_sha$/), kinds: ["commit"] }],
  "peter-evans/find-comment": [
    {
      outputs: /^comment-body$/,
      what: "a comment",
      kinds: ["text"],
      trust: "anyone",
      events: [...ON_COMMENT, ...PULL_REQUEST, "issues"],
    },
  ],
  "khan/pull-request-comment-trigger": [
    { outputs: /^comment_body$/, what: "a comment", kinds: ["text"], trust: "anyone", events: ON_COMMENT },
  ],
  "8bitjonny/gh-get-current-pr": [
    {
      outputs: /^(?:pr_title|pr_body|pr)$/,
      what: "the pull request's text",
      kinds: ["text"],
      trust: "anyone",
      events: ["push", ...PULL_REQUEST],
    },
  ],
  "jwalton/gh-find-current-pr": [
    {
      outputs: /^(?:title|body)$/,
      what: "the pull request's text",
      kinds: ["text"],
      trust: "anyone",
      events: ["push", ...PULL_REQUEST],
    },
  ],
  "actions-ecosystem/action-get-merged-pull-request": [
    {
      outputs: /^(?:title|body)$/,
      what: "the merged pull request's text",
      kinds: ["text"],
      trust: "anyone",
      events: ["push"],
    },
  ],
  "amannn/action-semantic-pull-request": [
    {
      outputs: /^error_message$/,
      what: "a message that repeats the pull request's title",
      kinds: ["text"],
      trust: "anyone",
      events: PULL_REQUEST,
    },
  ],
  "stefanbuck/github-issue-parser": [
    {
      outputs: /^(?:jsonString|issueparser_)/i,
      what: "the issue's text",
      kinds: ["text"],
      trust: "anyone",
      events: ["issues"],
    },
  ],
  "potiuk/get-workflow-origin": [
    {
      outputs: /^sourceHeadBranch$/i,
      what: "the branch's name",
      kinds: ["text", "commit"],
      trust: "anyone",
      events: ["workflow_run"],
    },
    {
      outputs: /^sourceHeadSha$/i,
      what: "the pull request's head",
      kinds: ["commit"],
      trust: "anyone",
      events: ["workflow_run"],
    },
  ],
};

/** What an output of a published action repeats, if it does. */
export function echoedBy(step: Step, uses: Uses, output: string, kind: TaintKind): EchoingOutputs | undefined {
  if (uses.kind !== "repository" || !Object.hasOwn(KNOWN, uses.repository)) return undefined;
  return KNOWN[uses.repository]?.find(
    ({ outputs, kinds, when }) => kinds.includes(kind) && outputs.test(output) && (when?.(step, uses.ref) ?? true),
  );
}

/** Actions with an output that is a file's contents. */
export const readsFile = (uses: Uses, output: string): boolean =>
  uses.kind === "repository" &&
  ((uses.repository === "juliangruber/read-file-action" && output === "content") ||
    (uses.repository === "andstor/file-reader-action" && output === "contents") ||
    (uses.repository === "machine-learning-apps/pr-comment" && output === "body"));
