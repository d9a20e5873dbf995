/** Artifacts that are gone before a schedule asks for them. */
import { describe, expect, it } from "vitest";
import { findingsIn, inShort, ruleNamed } from "../../../support/lint.ts";

const files = ({ cron = "0 6 * * 1", days = "1", on = "push", name = "report", more = "" } = {}): Record<
  string,
  string
> => ({
  ".github/workflows/build.yml": `name: Build\non: ${on}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/upload-artifact@v5\n        with:\n          name: report\n          path: out\n          retention-days: ${days}\n`,
  ".github/workflows/weekly.yml": `name: Weekly\non:\n  schedule:\n    - cron: '${cron}'\njobs:\n  send:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: dawidd6/action-download-artifact@v11\n        with:\n          workflow: build.yml\n          name: ${name}\n${more}`,
});
const found = async (example: Record<string, string>): Promise<string[]> =>
  inShort(await findingsIn(example, [ruleNamed("cleanup-before-consumer")]));

describe("a retention against a schedule", () => {
  it("is too short where the schedule waits for longer", async () => {
    expect(await found(files())).toEqual([
      "11:27 cleanup-before-consumer `send` in .github/workflows/weekly.yml takes this artifact every 7 days, and it is kept for one day after a push. Keep it for longer than the schedule's interval.",
    ]);
    expect(await found(files({ cron: "0 6 1 * *", days: "14" }))).toHaveLength(1);
    expect(await found(files({ cron: "0 6 * * mon,thu", days: "2" }))).toHaveLength(1);
  });

  it.each([
    ["a daily schedule", files({ cron: "0 6 * * *" })],
    ["a retention of a week", files({ days: "7" })],
    ["days that are close to each other", files({ cron: "0 6 * * 1,2", days: "1" })],
    ["a schedule that is not plain", files({ cron: "0 6 * * 1-5" })],
    ["a producer with a schedule of its own", files({ on: "{push: null, schedule: [{cron: '0 5 * * 1'}]}" })],
    ["a producer that is no push's", files({ on: "workflow_dispatch" })],
    ["another artifact", files({ name: "other" })],
    ["a taker that goes without", files({ more: "          if_no_artifact_found: warn\n" })],
    ["a taker from another repository", files({ more: "          repo: octo/other\n" })],
    ["a retention that is computed", files({ days: "${{ vars.DAYS }}" })],
  ])("is silent on %s", async (_, example) => {
    expect(await found(example)).toEqual([]);
  });
});
