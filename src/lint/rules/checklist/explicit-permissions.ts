import type { Job, WorkflowDocument } from "../../../workflow/document/document.ts";
import { type Edits, fixOf, insertKey } from "../../edits.ts";
import type { Fix } from "../../finding.ts";
import { leastFor, permissionsNeededByJob, type TokenAccess, type TokenScope } from "../../permissions.ts";
import { rule } from "../../rule.ts";

export const explicitPermissions = rule({
  id: "explicit-permissions",
  family: "checklist",
  levels: { recommended: "warning", strict: "error" },
  checklist: "10.2.1",
  summary: "Every job's token has the permissions that are written down for it.",
  why: "Without `permissions:` the token has what the repository's or organisation's setting gives it, and in those created before February 2023 that is write access to nearly everything. Every action and every dependency that a step runs can use it.",
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: make test
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: make test
  release:
    needs: test
    runs-on: ubuntu-latest
    steps:
      - run: gh release create v1 --repo "$GITHUB_REPOSITORY"
        env:
          GH_TOKEN: \${{ github.token }}
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    permissions: {}
    steps:
      - run: make test
  other:
    runs-on: ubuntu-latest
    steps:
      - run: echo other
`,
  ],
  good: [
    `on: push
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    permissions: {}
    steps:
      - run: make test
`,
    `on: workflow_call
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  ],
  fixable: true,
  workflow(workflow, { report }) {
    if (workflow.permissions || workflow.jobs.length === 0) return;
    // A workflow that is only called has its caller's permissions.
    if (workflow.triggers.length > 0 && workflow.triggers.every(({ event }) => event === "workflow_call")) return;
    const open = workflow.jobs.filter(
      ({ permissions, steps, uses }) => !permissions && (uses !== undefined || steps.length > 0),
    );
    const [first] = open;
    if (!first) return;
    const jobs =
      open.length === workflow.jobs.length
        ? "This workflow"
        : `The job${open.length > 1 ? "s" : ""} ${open
            .slice(0, 3)
            .map(({ id }) => `\`${id}\``)
            .join(", ")}${open.length > 3 ? " and others" : ""}`;
    const known = understood(open);
    report(
      open.length === workflow.jobs.length ? (workflow.on?.key ?? first.key) : first.key,
      `${jobs} ${open.length > 1 && open.length < workflow.jobs.length ? "leave" : "leaves"} the token's permissions to the repository's settings, which may be write access to everything. ${adviceFor(open, known, open.length === workflow.jobs.length)}`,
      {
        fix: known && fixFor(workflow, open, known),
      },
    );
  },
});

type Scopes = Map<TokenScope, TokenAccess>;

/** What each job needs; nothing where a step of one is not understood. */
function understood(jobs: readonly Job[]): Scopes[] | undefined {
  const needed = jobs.map(permissionsNeededByJob);
  return needed.every(({ certain }) => certain) ? needed.map(leastFor) : undefined;
}

function adviceFor(jobs: readonly Job[], known: Scopes[] | undefined, all: boolean): string {
  if (known && allAlike(known))
    return `${all ? "Its" : "Their"} steps need ${inWords(known[0])}: write that as \`permissions:\`${all ? "" : " of each"}.`;
  if (known)
    return `${all ? "Write `permissions: {}` at the top and to each job" : "Write to each"} what its steps need: ${jobs
      .map(({ id }, index) => `\`${id}\` ${inWords(known[index])}`)
      .slice(0, 4)
      .join("; ")}.`;
  return all
    ? "Write `permissions: { contents: read }` at the top, and grant more to the jobs that need it."
    : "Write to each what its steps need.";
}

const inWords = (scopes: Scopes | undefined): string =>
  !scopes || scopes.size === 0
    ? "nothing (`{}`)"
    : [...scopes].map(([scope, access]) => `\`${scope}: ${access}\``).join(", ");

const written = (scopes: Scopes | undefined): Record<string, string> =>
  Object.fromEntries([...(scopes ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)));

const allAlike = (all: readonly Scopes[]): boolean =>
  all.every((scopes) => JSON.stringify(written(scopes)) === JSON.stringify(written(all[0])));

function fixFor(
  { file, root, jobs }: WorkflowDocument,
  open: readonly Job[],
  known: readonly Scopes[],
): Fix | undefined {
  const top = { after: ["on", "run-name", "name"], before: ["jobs"] };
  if (open.length === jobs.length && allAlike(known))
    return fixOf(
      `Add \`permissions\` with ${inWords(known[0])}`,
      insertKey(file, root, "permissions", written(known[0]), top),
    );
  const each: Edits[] = open.map((job, index) =>
    insertKey(file, job.node, "permissions", written(known[index]), {
      after: ["runs-on", "needs", "if", "name"],
      before: ["steps"],
    }),
  );
  if (open.length < jobs.length) return fixOf("Add what each job needs as its `permissions`", ...each);
  return fixOf(
    "Add `permissions: {}` at the top and what each job needs to it",
    insertKey(file, root, "permissions", {}, top),
    ...each,
  );
}
