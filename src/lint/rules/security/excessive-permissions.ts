import type { Permissions } from "../../../workflow/document/document.ts";
import { scalarOf } from "../../../workflow/yaml/node.ts";
import { rule } from "../../rule.ts";

export const excessivePermissions = rule({
  id: "excessive-permissions",
  family: "security",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A job's token can do what the job does, and no more.",
  why: "`write-all` hands every scope to every step, and scopes of the whole workflow go to jobs that need none of them: whatever runs in one of them, a dependency's install script among it, pushes code, releases and packages.",
  bad: [
    `on: push
permissions: write-all
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
    `on: push
permissions:
  contents: read
  packages: write
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
  publish:
    needs: test
    runs-on: ubuntu-latest
    steps:
      - run: make publish
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
      - run: make test
  publish:
    needs: test
    runs-on: ubuntu-latest
    permissions:
      contents: read
      packages: write
    steps:
      - run: make publish
`,
    `on: push
permissions:
  packages: write
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: make publish
`,
  ],
  workflow(workflow, { report, settings }) {
    reportAll(workflow.permissions, report, settings.preset === "strict");
    // Jobs with permissions of their own, and called workflows that state theirs, take none of these.
    const heirs = workflow.jobs.filter(({ permissions }) => permissions === undefined);
    if (settings.preset !== "strict" || !workflow.permissions || workflow.jobs.length < 2 || heirs.length === 0) return;
    for (const [scope, { key, value }] of workflow.permissions.scopes)
      if (scalarOf(value)?.value === "write")
        report(
          key,
          `\`${scope}: write\` goes to ${heirs.length === 1 ? `the job \`${heirs[0]?.id}\`` : `all ${heirs.length} jobs without \`permissions\` of their own`}. Grant it in the jobs that need it.`,
        );
  },
  job(job, { report, settings }) {
    reportAll(job.permissions, report, settings.preset === "strict");
  },
});

function reportAll(
  permissions: Permissions | undefined,
  report: (at: { start: number; end: number }, message: string) => void,
  strict: boolean,
): void {
  if (!permissions) return;
  if (permissions.all === "write-all")
    report(
      permissions.pair.value,
      "`write-all` gives the token every scope there is. List the scopes that are needed.",
    );
  if (permissions.all === "read-all" && strict)
    report(
      permissions.pair.value,
      "`read-all` lets the token read what no step needs, security alerts among it. List the scopes that are needed.",
    );
}
