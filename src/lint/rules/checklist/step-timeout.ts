import { fixOf, insertKey } from "../../edits.ts";
import { rule } from "../../rule.ts";
import { MINUTES, workOf } from "./work.ts";

export const stepTimeout = rule<{ shortJob: number }>({
  id: "step-timeout",
  family: "checklist",
  levels: { recommended: "off", strict: "warning" },
  checklist: "10.1.1",
  summary: "In a long job, steps that talk to a network, build or test state how long they may run.",
  why: "When one of several long steps hangs, a job's own timeout is spent on it: nothing is left for the steps that upload its logs, and the log does not say which step was slow. A job that ends soon anyway (30 minutes unless the option `shortJob` says otherwise) needs no more than its own timeout.",
  options: { shortJob: { type: "number", default: 30 } },
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 90
    steps:
      - run: docker build -t app .
      - run: npx playwright test
`,
  good: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 90
    steps:
      - run: docker build -t app .
        timeout-minutes: 30
      - run: echo done
      - run: npx playwright test
        timeout-minutes: 45
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 20
    steps:
      - run: docker build -t app .
      - run: npx playwright test
  one-long-step:
    runs-on: ubuntu-latest
    timeout-minutes: 90
    steps:
      - uses: actions/checkout@v4
      - run: make test
`,
  ],
  fixable: true,
  job(job, { report, options }) {
    const minutes = Number(job.timeoutMinutes?.value);
    if (!Number.isFinite(minutes) || minutes <= options.shortJob) return;
    // What an unknown program or an action of the repository does may be short.
    const long = job.steps.filter((step) => workOf(step) !== "unknown" && MINUTES[workOf(step)] >= 30);
    // The job's timeout is that of its one long step.
    if (long.length < 2) return;
    for (const step of long) {
      if (step.timeoutMinutes) continue;
      // Three quarters of the job's time leave the rest for what comes after, and fail nothing that passes today.
      const suggested = Math.min(Math.max(MINUTES[workOf(step)], 5 * Math.round(minutes * 0.15)), minutes);
      const at = step.run ?? step.uses?.node ?? step.node;
      const narrow = step.run ? step.node.pairs.find(({ key }) => key.value === "run")?.key : undefined;
      report(
        narrow ?? at,
        `Nothing but the job's ${minutes} minutes ends this step when it hangs. Set \`timeout-minutes\` on it, such as ${suggested}.`,
        {
          fix: fixOf(
            `Add \`timeout-minutes: ${suggested}\` to the step`,
            insertKey(job.workflow.file, step.node, "timeout-minutes", suggested, { before: ["uses", "run"] }),
          ),
        },
      );
    }
  },
});
