import { LIMITS } from "../../../../workflow/limits.ts";
import { rule } from "../../../rule.ts";
import { parseCron, shortestInterval } from "./cron.ts";
import { schedulesOf } from "./schedules.ts";

const SHORTEST = LIMITS.scheduleInterval.value;

export const scheduleInterval = rule({
  id: "schedule-interval",
  family: "language",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A schedule starts at most every five minutes.",
  why: "GitHub starts scheduled workflows once in five minutes at most. A `*` for the minute is often meant to be a `0`.",
  bad: `on:
  schedule:
    - cron: '* */3 * * *'
jobs:
  nightly:
    runs-on: ubuntu-latest
    steps:
      - run: make nightly
`,
  good: `on:
  schedule:
    - cron: '*/5 * * * *'
    - cron: '0,59 */2 * * *'
jobs:
  nightly:
    runs-on: ubuntu-latest
    steps:
      - run: make nightly
`,
  workflow(workflow, { report }) {
    for (const { cron } of schedulesOf(workflow)) {
      const parsed = cron && parseCron(cron.value);
      if (!cron || !parsed || typeof parsed === "string") continue;
      const interval = shortestInterval(parsed);
      if (interval < SHORTEST)
        report(
          cron,
          `\`${cron.value}\` asks for a run every ${interval === 1 ? "minute" : `${interval} minutes`}, GitHub starts one in five minutes at most. ${cron.value.trim().startsWith("* ") ? "Write a minute in place of the first `*`." : "Leave five minutes between two runs."}`,
        );
    }
  },
});
