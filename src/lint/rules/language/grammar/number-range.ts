import type { Job } from "../../../../workflow/document/document.ts";
import { LIMITS } from "../../../../workflow/limits.ts";
import { type ScalarNode, scalarOf, scalarType, valueOf } from "../../../../workflow/yaml/node.ts";
import { rule } from "../../../rule.ts";
import { isHosted } from "./hosted-runners.ts";
import { requestsOf } from "./runner-labels.ts";

const HOSTED_MINUTES = LIMITS.jobMinutes.value;
const SELF_HOSTED_MINUTES = LIMITS.selfHostedJobMinutes.value;

export const numberRange = rule({
  id: "number-range",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "`timeout-minutes` and `max-parallel` are numbers that GitHub can keep to.",
  why: "A time limit of nothing ends a job at once, and `max-parallel` counts whole jobs. GitHub ends a job on its own runners after six hours and on others after five days, whatever `timeout-minutes` says.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 0
    strategy:
      max-parallel: 1.5
    steps:
      - run: make test
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 360
    strategy:
      max-parallel: 2
    steps:
      - run: make test
        timeout-minutes: 0.5
`,
  job(job, { report }) {
    const parallel = scalarOf(valueOf(valueOf(job.node, "strategy"), "max-parallel"));
    const count = numberOf(parallel);
    if (parallel && count !== undefined && (count < 1 || !Number.isInteger(count)))
      report(parallel, `\`max-parallel\` counts jobs and must be a whole number above 0, not \`${parallel.value}\`.`);
    const minutes = numberOf(job.timeoutMinutes);
    if (!job.timeoutMinutes || minutes === undefined) return;
    if (minutes <= 0) report(job.timeoutMinutes, "`timeout-minutes` must be above 0.");
    const most = isOnHostedRunner(job) ? HOSTED_MINUTES : SELF_HOSTED_MINUTES;
    if (minutes > most)
      report(
        job.timeoutMinutes,
        most === HOSTED_MINUTES
          ? `GitHub ends a job on its own runners after ${HOSTED_MINUTES} minutes. Write at most that.`
          : `GitHub ends every job after five days (${SELF_HOSTED_MINUTES} minutes). Write at most that.`,
        { level: "warning" },
      );
  },
  step({ timeoutMinutes }, { report }) {
    const minutes = numberOf(timeoutMinutes);
    if (timeoutMinutes && minutes !== undefined && minutes <= 0)
      report(timeoutMinutes, "`timeout-minutes` must be above 0.");
  },
});

const numberOf = (node: ScalarNode | undefined): number | undefined =>
  node && scalarType(node) === "number" ? finite(node.value) : undefined;

/** YAML's `.inf` is more than any limit, and `.nan` is no time. */
function finite(text: string): number {
  const number = Number(text);
  return Number.isNaN(number) ? (/inf$/i.test(text) && !text.startsWith("-") ? Number.POSITIVE_INFINITY : 0) : number;
}

function isOnHostedRunner(job: Job): boolean {
  const requests = requestsOf(job);
  return (
    requests.length > 0 &&
    requests.every(
      ({ labels, computed }) => !computed && labels.length === 1 && labels.every(({ value }) => isHosted(value)),
    )
  );
}
