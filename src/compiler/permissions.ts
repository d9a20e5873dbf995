import {
  callsWorkflow,
  type Commented,
  isCommented,
  type PermissionLevel,
  type Permissions,
  type PermissionScope,
  withComment,
  type Workflow,
} from "../workflow/model.ts";

/** What each grant is for. A permission that nobody can explain is one too many. */
const REASONS: Readonly<Partial<Record<`${PermissionScope}: ${PermissionLevel}`, string>>> = {
  "actions: read": "read runs, their jobs and their artifacts",
  "actions: write": "start the tests of this commit",
  "attestations: write": "store the attestation",
  "checks: read": "read the results of check runs",
  "contents: read": "read the code and its commits",
  "contents: write": "create the release",
  "id-token: write": "sign as this workflow",
  "issues: write": "keep an issue for each flaky test",
  "packages: read": "pull images",
  "packages: write": "push, tag or delete images",
  "pull-requests: read": "find the pull request of a commit",
  "pull-requests: write": "comment on the pull request",
  "security-events: write": "report to code scanning",
  "statuses: read": "read the verdicts on a commit",
  "statuses: write": "post the verdict on the commit",
};

/** The least that a job needs, each with its reason: the usual one, or a comment of its own. */
export function grant(
  levels: Partial<Record<PermissionScope, PermissionLevel | Commented | false | undefined>>,
): Permissions {
  const granted = Object.entries(levels) as [PermissionScope, PermissionLevel | Commented | false | undefined][];
  return Object.fromEntries(
    granted.flatMap(([scope, level]): [PermissionScope, PermissionLevel | Commented][] => {
      if (!level) return [];
      if (isCommented(level)) return [[scope, level]];
      const reason = REASONS[`${scope}: ${level}`];
      return [[scope, reason === undefined ? level : withComment(level, reason)]];
    }),
  );
}

/** A called workflow gets at most what its caller holds: the most that any of its jobs asks for. */
export function permissionsOf({ jobs }: Workflow): Permissions {
  const granted: Permissions = {};
  for (const job of Object.values(jobs)) {
    if (callsWorkflow(job)) continue;
    for (const [scope, level] of Object.entries(job.permissions) as [PermissionScope, PermissionLevel | Commented][]) {
      const isWider = String(isCommented(level) ? level.value : level) === "write" || granted[scope] === undefined;
      if (isWider) granted[scope] = level;
    }
  }
  return granted;
}
