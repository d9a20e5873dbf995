import { fixOf, insertKey } from "../../edits.ts";
import { rule } from "../../rule.ts";
import { minutesFor } from "./work.ts";

export const jobTimeout = rule({
  id: "job-timeout",
  family: "checklist",
  levels: { recommended: "warning", strict: "error" },
  checklist: "10.1.1",
  summary: "Every job states how long it may run.",
  why: "A job without `timeout-minutes` may run for 360 minutes: one that hangs holds a runner, a concurrency group and the minutes of the account for six hours.",
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
    `on: push
jobs:
  test:
    steps:
      - uses: actions/github-script@v7
        with:
          script: return 1
  build: { runs-on: ubuntu-latest, steps: [{ run: docker build . }] }
`,
  ],
  good: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
      - run: make test
  called:
    uses: ./.github/workflows/called.yml
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        timeout-minutes: 10
`,
  ],
  fixable: true,
  job(job, { report }) {
    if (job.uses || job.timeoutMinutes || job.steps.length === 0) return;
    // Every step is bounded, and so is the job.
    if (job.steps.every(({ timeoutMinutes }) => timeoutMinutes !== undefined)) return;
    const minutes = minutesFor(job);
    report(
      job.key,
      `The job \`${job.id}\` may run for 360 minutes, GitHub's default. Set \`timeout-minutes\`: ${minutes} gives steps like these room to spare.`,
      {
        fix: fixOf(
          `Add \`timeout-minutes: ${minutes}\``,
          insertKey(job.workflow.file, job.node, "timeout-minutes", minutes, {
            after: ["runs-on", "needs", "if", "name"],
            before: ["steps"],
          }),
        ),
      },
    );
  },
});
