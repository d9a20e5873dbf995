/** The metrics of a pipeline that was really played: they find its runs, jobs, steps and images by their names. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inOneRun } from "../../support/systems.ts";
import { describe, expect, test, vi } from "vitest";
import { missing } from "../../support/tools.ts";
import { change, CROWDSEC, playCharon, troubles, WAF } from "./charon.ts";

vi.setConfig({ testTimeout: 240_000 });

const METRICS = "CI Performance Metrics";
interface Report {
  readonly figures: Record<string, number | null>;
  readonly stages: readonly { readonly name: string }[];
  readonly images: Record<string, number>;
  readonly history: readonly { readonly since: string; readonly totals: Record<string, number> }[];
}

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git"))("the metrics", () => {
  test("measure what was played, and go on from what they measured before", async () => {
    const world = await playCharon();
    await world.push("main", change("one"));
    await world.settle();
    // Nothing that the image is made of has changed.
    await world.push("main", { "docs/page.md": "Read me.\n" });
    await world.settle();
    await world.schedule("0 0 * * *");
    await world.settle();

    expect(troubles(world)).toBe("");
    const read = (file: string): string =>
      readFileSync(
        join(world.run(METRICS).artifacts.find(({ name }) => name === "ci-metrics")?.folder ?? "", file),
        "utf8",
      );
    const first: Report = JSON.parse(read("ci-metrics.json"));
    expect(first.figures).toMatchObject({
      reusePercent: 50,
      buildsPerCommit: 1,
      buildFailurePercent: 0,
      testFailurePercent: 0,
      pullSuccessPercent: 100,
    });
    expect(first.figures["pipelineMinutes"]).toBeGreaterThan(0);
    expect(Object.keys(first.images)).toEqual(["charon"]);
    expect(first.history).toHaveLength(1);
    expect(read("ci-report.md")).toContain("| Image reuse rate |");

    // A second measurement of a day takes the first one's place, and counts from where that one began.
    await world.schedule("0 0 * * *");
    await world.settle();
    expect(troubles(world)).toBe("");
    const second: Report = JSON.parse(read("ci-metrics.json"));
    expect(second.history.map(({ since }) => since)).toEqual(first.history.map(({ since }) => since));
    expect(second.history[0]?.totals).toMatchObject({ asked: 2, reused: 1 });
    expect(read("ci-report.md")).toContain("| Image reuse rate | 50 % | 50 % |");
  });

  test("find the tests that the build's own run calls", async () => {
    const world = await playCharon({ change: inOneRun });
    await world.push("main", change("one"));
    await world.settle();
    await world.schedule("0 0 * * *");
    await world.settle();

    expect(troubles(world)).toBe("");
    const folder = world.run(METRICS).artifacts.find(({ name }) => name === "ci-metrics")?.folder ?? "";
    const { figures, stages }: Report = JSON.parse(readFileSync(join(folder, "ci-metrics.json"), "utf8"));
    expect(figures).toMatchObject({ reusePercent: 0, testFailurePercent: 0, pullSuccessPercent: 100 });
    expect(figures["pipelineMinutes"]).toBeGreaterThan(0);
    expect(stages.map(({ name }) => name)).toEqual(["Build charon", CROWDSEC, WAF]);
  });
});
