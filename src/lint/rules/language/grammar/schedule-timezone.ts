import { nearest } from "../../../../nearest.ts";
import { rule } from "../../../rule.ts";
import { schedulesOf } from "./schedules.ts";

export const scheduleTimezone = rule({
  id: "schedule-timezone",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A schedule's time zone is one of the IANA database.",
  why: "GitHub refuses a `timezone` that is no name of the IANA time zone database, such as `Europe/Berlin`.",
  bad: `on:
  schedule:
    - cron: '0 9 * * 1'
      timezone: Europe/Munich
jobs:
  weekly:
    runs-on: ubuntu-latest
    steps:
      - run: make weekly
`,
  good: `on:
  schedule:
    - cron: '0 9 * * 1'
      timezone: Asia/Tokyo
    - cron: '0 9 * * 2'
      timezone: UTC
jobs:
  weekly:
    runs-on: ubuntu-latest
    steps:
      - run: make weekly
`,
  workflow(workflow, { report }) {
    for (const { timezone } of schedulesOf(workflow)) {
      if (!timezone || timezone.value === "" || isTimezone(timezone.value)) continue;
      const near = nearest(timezone.value, Intl.supportedValuesOf("timeZone"));
      report(
        timezone,
        `\`${timezone.value}\` is no time zone. ${near === undefined ? "Write an IANA name such as `Europe/Berlin`." : `Did you mean \`${near}\`?`}`,
      );
    }
  },
});

function isTimezone(name: string): boolean {
  // Offsets are zones to newer JavaScript, not to the database.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
