import type { Job, Permissions } from "../../../../workflow/document/document.ts";
import type { Span } from "../../../../workflow/yaml/node.ts";
import { permissionsNeededByJob, type TokenScope } from "../../../permissions.ts";
import type { Repository } from "../../../repository.ts";
import { workflowAt, workflowsOf } from "../../../repository.ts";
import { type RepositoryContext, repositoryRule } from "../../../rule.ts";
import { covers, type Level, levelOf, permissionsFor } from "../../../runs/token.ts";

const CALLED = `on: workflow_call
jobs:
  publish:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      packages: write
    steps:
      - run: make publish
`;
const CALLER = `on: push
permissions:
  contents: read
jobs:
  publish:
    uses: ./.github/workflows/publish.yml
`;

export const permissionNotGranted = repositoryRule({
  id: "permission-not-granted",
  family: "pipeline",
  levels: { recommended: "error", strict: "error" },
  summary: "A called workflow asks for no more than its caller holds.",
  why: "A called workflow's token can only be weaker than its caller's. If a called job asks for more, GitHub refuses the whole run before any job starts (\"The workflow is requesting ..., but is only allowed ...\").",
  bad: { ".github/workflows/ci.yml": CALLER, ".github/workflows/publish.yml": CALLED },
  good: {
    ".github/workflows/ci.yml": `${CALLER}    permissions:
      contents: read
      packages: write
`,
    ".github/workflows/publish.yml": CALLED,
  },
  repository({ repository, report }) {
    for (const workflow of workflowsOf(repository)) {
      // What a workflow that is only called may hold depends on its own callers; it is looked at from there.
      for (const job of workflow.jobs) if (job.uses) visit(job, permissionsFor(job), job, repository, report, []);
    }
  },
});

/** Without a block the token has at most these, whatever the repository's settings say ("Permissions for the GITHUB_TOKEN"). */
const NEVER_BY_DEFAULT: readonly TokenScope[] = ["id-token"];

function visit(
  call: Job,
  held: Permissions | undefined,
  top: Job,
  repository: Repository,
  report: RepositoryContext["report"],
  path: readonly Job[],
): void {
  if (call.uses?.kind !== "local" || path.length > 8 || path.includes(call)) return;
  const called = workflowAt(repository, call.uses.path);
  if (!called || called === call.workflow) return;
  const at: Span = top.uses?.node ?? top.key;
  for (const job of called.jobs) {
    const asked = permissionsFor(job);
    const lacking: string[] = [];
    for (const [scope, level] of asked ? askedFor(asked) : []) {
      const has = held
        ? levelOf(held, scope)
        : NEVER_BY_DEFAULT.includes(scope as TokenScope) && !startsCalled(top)
          ? "none"
          : undefined;
      if (has !== undefined && !covers(has, level)) lacking.push(`${scope}: ${level}`);
    }
    if (lacking.length > 0)
      report(
        top.workflow,
        at,
        `The job \`${job.id}\` of \`${called.file.path}\` asks for ${list(lacking)}, which this job's token does not hold, so GitHub refuses the run. Grant ${lacking.length === 1 ? "it" : "them"} in this job's \`permissions\`.`,
        {
          related: [{ in: called, at: asked?.pair.key ?? job.key, message: "Asks for it here." }],
        },
      );
    else if (!asked && held && !job.uses) inherits(job, held, top, at, report);
    visit(job, asked ?? held, top, repository, report, [...path, call]);
  }
}

/** A job without a block has its caller's token; what its steps surely need is then missing there. */
function inherits(job: Job, held: Permissions, top: Job, at: Span, report: RepositoryContext["report"]): void {
  const needs = permissionsNeededByJob(job);
  if (!needs.certain) return;
  const lacking = [...needs.scopes]
    .filter(
      ([scope, access]) =>
        access === "write" &&
        scope !== "issues" &&
        scope !== "pull-requests" &&
        !covers(levelOf(held, scope) ?? "write", access),
    )
    .map(([scope, access]) => `${scope}: ${access}`);
  if (lacking.length > 0)
    report(
      top.workflow,
      at,
      `The job \`${job.id}\` of \`${job.workflow.file.path}\` runs with this job's token and needs ${list(lacking)}, which it does not hold. Grant ${lacking.length === 1 ? "it" : "them"} in this job's \`permissions\`.`,
      { related: [{ in: job.workflow, at: job.key, message: "Needs it here." }] },
    );
}

function askedFor(permissions: Permissions): [string, Level][] {
  if (permissions.all) {
    const level = permissions.all === "write-all" ? "write" : "read";
    return [
      "actions",
      "checks",
      "contents",
      "deployments",
      "issues",
      "packages",
      "pages",
      "pull-requests",
      "security-events",
      "statuses",
    ].map((scope) => [scope, level]);
  }
  return [...permissions.scopes.keys()].flatMap((scope): [string, Level][] => {
    const level = levelOf(permissions, scope);
    return level === undefined ? [] : [[scope, level]];
  });
}

const startsCalled = ({ workflow }: Job): boolean => workflow.triggers.some(({ event }) => event === "workflow_call");
const list = (scopes: readonly string[]): string => scopes.map((scope) => `\`${scope}\``).join(" and ");
