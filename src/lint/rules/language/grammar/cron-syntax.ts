import { rule } from "../../../rule.ts";
import { neverComes, parseCron } from "./cron.ts";
import { schedulesOf } from "./schedules.ts";

export const cronSyntax = rule({
  id: "cron-syntax",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A schedule is a cron expression of five fields, on a day that exists.",
  why: "GitHub refuses a schedule that it cannot read, without seconds, years, `@daily`, `L` or `?`. The 30th of February never comes.",
  bad: `on:
  schedule:
    - cron: '0 */3 * *'
    - cron: '0 25 * * *'
    - cron: '0 0 30 2 *'
jobs:
  nightly:
    runs-on: ubuntu-latest
    steps:
      - run: make nightly
`,
  good: `on:
  schedule:
    - cron: '30 5,17 * * MON-FRI'
    - cron: '0 0 29 FEB *'
    - cron: '*/15 8-18/2 1 * *'
jobs:
  nightly:
    runs-on: ubuntu-latest
    steps:
      - run: make nightly
`,
  workflow(workflow, { report }) {
    for (const { cron } of schedulesOf(workflow)) {
      if (!cron || cron.value.trim() === "") continue;
      const parsed = parseCron(cron.value);
      if (typeof parsed === "string") report(cron, `\`${cron.value}\` is no schedule. ${parsed}`);
      else if (neverComes(parsed))
        report(cron, `\`${cron.value}\` never comes: no such day is in that month. Change the day or the month.`);
    }
  },
});
