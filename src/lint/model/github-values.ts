/** What GitHub's own names stand for in a run, and which of its commits a name means. */
import type { Run, Scope } from "./model.ts";
import { plainNames } from "../../workflow/filters.ts";
import { join, literal, type Part, symbol, type Value } from "./value.ts";

/** Names that mean the same in every job of a run; the rest means something in its own job only. */
const OF_THE_RUN = new Set(["github", "vars", "secrets"]);
const OF_THE_JOB = new Set(["matrix", "strategy", "runner", "job", "needs"]);

/** A name without a known value stands for itself; one of a single job is told from those of others. */
export function symbolFor(path: readonly string[], scope: Scope): Part {
  const [root = ""] = path;
  const name = path.join(".");
  return {
    kind: "symbol",
    name: OF_THE_RUN.has(root) ? name : `${name}@${OF_THE_JOB.has(root) ? scope.jobPlace : scope.place}`,
  };
}

/** A symbol's name as it is written in a file. */
export const writtenName = (name: string): string => name.split("@", 1)[0] ?? name;

const PULL = new Set(["pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"]);
export const isPullEvent = (event: string): boolean => PULL.has(event);

/** `github.*` in this run. */
export function githubValue(path: readonly string[], run: Run): Value | undefined {
  const key = path.slice(1).join(".");
  switch (key) {
    case "event_name":
      return run.event === "workflow_call" ? undefined : literal(run.event);
    case "ref_type":
      return run.ref === "tag" ? literal("tag") : run.ref === "unknown" ? undefined : literal("branch");
    case "ref_name":
      return refName(run);
    case "ref": {
      const name = refName(run)?.[0];
      if (run.ref === "pull")
        return [
          [
            { kind: "text", text: "refs/pull/" },
            { kind: "symbol", name: "github.event.pull_request.number" },
            { kind: "text", text: "/merge" },
          ],
        ];
      if (run.ref === "unknown") return undefined;
      return [
        join([
          [{ kind: "text", text: run.ref === "tag" ? "refs/tags/" : "refs/heads/" }],
          name ?? [{ kind: "symbol", name: "github.ref_name" }],
        ]),
      ];
    }
    case "head_ref":
    case "base_ref":
      return isPullEvent(run.event) || run.event === "workflow_call" ? undefined : literal("");
    case "event.number":
    case "event.pull_request.number":
      return isPullEvent(run.event) ? symbol("github.event.pull_request.number") : notFor(run, key);
    case "event.workflow_run.event":
      return run.upstream ? literal(run.upstream.event) : notFor(run, key);
    case "event.workflow_run.conclusion":
      return run.event === "workflow_run" ? literal("success") : notFor(run, key);
    case "event.workflow_run.name":
      return run.upstream?.workflow.name ? literal(run.upstream.workflow.name.value) : notFor(run, key);
    case "event.workflow_run.head_branch": {
      const { upstream } = run;
      if (!upstream) return notFor(run, key);
      const names = upstream.ref === "branch" ? plainNames(upstream.branches) : undefined;
      return names?.length === 1 ? literal(names[0] ?? "") : undefined;
    }
    default:
      return notFor(run, key);
  }
}

/** Parts of an event's payload that other events do not have are empty there. */
function notFor(run: Run, key: string): Value | undefined {
  if (run.event === "workflow_call") return undefined;
  if (key.startsWith("event.inputs.")) return run.event === "workflow_dispatch" ? undefined : literal("");
  if (key.startsWith("event.pull_request")) return isPullEvent(run.event) ? undefined : literal("");
  if (key.startsWith("event.workflow_run")) return run.event === "workflow_run" ? undefined : literal("");
  if (key.startsWith("event.merge_group")) return run.event === "merge_group" ? undefined : literal("");
  if (key.startsWith("event.release")) return run.event === "release" ? undefined : literal("");
  if (key.startsWith("event.head_commit")) return run.event === "push" ? undefined : literal("");
  return undefined;
}

function refName(run: Run): Value | undefined {
  if (run.ref === "pull")
    return [
      [
        { kind: "symbol", name: "github.event.pull_request.number" },
        { kind: "text", text: "/merge" },
      ],
    ];
  const names = run.ref === "branch" ? plainNames(run.branches) : run.ref === "tag" ? plainNames(run.tags) : undefined;
  return names?.length === 1 ? literal(names[0] ?? "") : undefined;
}

/** Which commit a name means: of the pushed or proposed branch, GitHub's trial merge, or the default branch's at that moment. */
export type Commit = "head" | "merge" | "default";

export function commitOf(name: string, run: Run): Commit | undefined {
  switch (writtenName(name)) {
    case "github.sha":
    case "github.workflow_sha":
      if (run.event === "pull_request" || run.event.startsWith("pull_request_review")) return "merge";
      if (run.event === "pull_request_target" || run.event === "workflow_run" || run.event === "issue_comment")
        return "default";
      return run.event === "workflow_call" ? undefined : "head";
    case "github.event.pull_request.head.sha":
      return isPullEvent(run.event) ? "head" : undefined;
    case "github.event.pull_request.merge_commit_sha":
      return isPullEvent(run.event) ? "merge" : undefined;
    case "github.event.workflow_run.head_sha":
    case "github.event.workflow_run.head_commit.id":
      return run.event === "workflow_run" ? "head" : undefined;
    case "github.event.after":
    case "github.event.head_commit.id":
      return run.event === "push" ? "head" : undefined;
    default:
      return undefined;
  }
}

/** The shell's own names for GitHub's values ("Variables reference", default environment variables). */
const IN_THE_SHELL: Readonly<Record<string, string>> = {
  GITHUB_SHA: "sha",
  GITHUB_REF: "ref",
  GITHUB_REF_NAME: "ref_name",
  GITHUB_REF_TYPE: "ref_type",
  GITHUB_HEAD_REF: "head_ref",
  GITHUB_BASE_REF: "base_ref",
  GITHUB_REPOSITORY: "repository",
  GITHUB_REPOSITORY_OWNER: "repository_owner",
  GITHUB_RUN_ID: "run_id",
  GITHUB_RUN_NUMBER: "run_number",
  GITHUB_RUN_ATTEMPT: "run_attempt",
  GITHUB_ACTOR: "actor",
  GITHUB_EVENT_NAME: "event_name",
  GITHUB_WORKFLOW: "workflow",
  GITHUB_JOB: "job",
};

/** The expression that a default environment variable repeats. */
export const shellPath = (name: string): readonly string[] | undefined => {
  const key = Object.hasOwn(IN_THE_SHELL, name) ? IN_THE_SHELL[name] : undefined;
  return key === undefined ? undefined : ["github", key];
};
