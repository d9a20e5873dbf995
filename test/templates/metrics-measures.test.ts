/** What the metrics say of reuse, caches, deployments, budgets, images and flaky tests, and whom they alert, on runs made by hand. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packageVersion } from "../support/github-api/packages.ts";
import type { Job, Run, Step } from "../support/github-api/state.ts";
import { type Measured, stageOf, startMetrics } from "../support/metrics.ts";

const NOW = Date.now();
/** So many minutes after one hour ago. */
const at = (minute: number): string => new Date(NOW - 3_600_000 + minute * 60_000).toISOString();
const sha = (letter: string): string => letter.repeat(40);
const digest = (n: number): string => `sha256:${n.toString(16).padStart(64, "0")}`;

let nextId = 1;
const step = (name: string, conclusion: string, from?: number, to?: number): Step => ({
  name,
  status: "completed",
  conclusion,
  ...(from !== undefined && to !== undefined && { started_at: at(from), completed_at: at(to) }),
});
const job = (
  name: string,
  from: number,
  to: number,
  {
    steps = [],
    conclusion = "success",
    queued,
  }: { steps?: readonly Step[]; conclusion?: string; queued?: number } = {},
): Job => ({
  id: nextId++,
  name,
  status: "completed",
  conclusion,
  started_at: at(from),
  completed_at: at(to),
  steps,
  ...(queued !== undefined && { created_at: at(queued) }),
});
const WORKFLOWS = { CI: 10, E2E: 20, "Cache Warm-up": 30, Release: 40 } as const;
const run = (workflow: keyof typeof WORKFLOWS, jobs: Job[], values: Partial<Run> = {}): Run => ({
  id: nextId++,
  workflow_id: WORKFLOWS[workflow],
  name: workflow,
  event: "pull_request",
  status: "completed",
  conclusion: "success",
  head_branch: "x",
  head_sha: sha("a"),
  created_at: at(0),
  updated_at: at(59),
  jobs,
  ...values,
});
const plan = (conclusion = "success"): Job => job("Plan", 0, 1, { conclusion });

interface Report {
  readonly figures: Record<string, number | null>;
  readonly history: readonly { since: string; until: string; totals: Record<string, number> }[];
  readonly images: Record<string, number>;
  readonly caches: readonly object[];
}

describe("CI metrics", () => {
  const image = stageOf({ name: "Build app", kind: "image", workflow: "CI", job: "Build app" });
  const called = stageOf({ name: "E2E Tests", kind: "test", workflow: "CI", job: "Run E2E Tests / Test" });
  const own = stageOf({ name: "E2E", kind: "test", workflow: "E2E", job: "Test" });
  let metrics: Measured;
  beforeEach(async () => {
    metrics = await startMetrics({
      build: "CI",
      consumers: ["E2E Tests", "E2E"],
      latest: "latest",
      stages: [image, called, own],
      verdicts: ["E2E Tests"],
    });
  });
  afterEach(() => metrics.stop());
  const written = (): Report => metrics.written() as unknown as Report;

  const built = (minutes: number): Job[] => [
    plan(),
    job("Build app (amd64)", 1, 1 + minutes, { steps: [step("Build", "success")] }),
  ];
  const found = (): Job[] => [plan(), job("Build app (amd64)", 1, 2, { steps: [step("Build", "skipped")] })];
  const unchanged = (): Job[] => [
    plan(),
    job("Build app (${{ matrix.name }})", 1, 1, { conclusion: "skipped" }),
    job("Build ready", 2, 3),
  ];

  describe("reuse", () => {
    it("counts what was unchanged or found; not what nobody asked for, nor a failure", async () => {
      metrics.api.state.runs.push(
        run("CI", built(6)),
        run("CI", found()),
        run("CI", unchanged()),
        run("CI", [plan("failure"), job("Build app (${{ matrix.name }})", 1, 1, { conclusion: "skipped" })], {
          conclusion: "failure",
        }),
        run(
          "CI",
          [
            plan(),
            job("Build app (amd64)", 1, 2, {
              conclusion: "failure",
              steps: [step("Set up", "failure"), step("Build", "skipped")],
            }),
          ],
          { conclusion: "failure" },
        ),
        run("CI", [plan(), job("Build app (amd64)", 1, 2, { conclusion: "cancelled" })], { conclusion: "cancelled" }),
      );
      await metrics.measure({ thresholds: { reusePercent: 80, failurePercent: 2, buildSuccessPercent: 99.5 } });
      expect(written().figures).toMatchObject({ reusePercent: 50, failurePercent: 40, buildSuccessPercent: 60 });
      expect(metrics.alerts().map(({ text }) => text)).toEqual([
        "Image reuse rate is 50 %, under the threshold of 80 %.",
        "Build success rate is 60 %, under the threshold of 99.5 %.",
        "Workflow failure rate is 40 %, over the threshold of 2 %.",
      ]);
    });

    it("estimates what it saved, for the week and the month", async () => {
      metrics.api.state.runs.push(
        run("CI", built(90)),
        run("CI", built(90)),
        run("CI", built(6)),
        run("CI", found()),
        run("CI", unchanged(), { updated_at: at(-30 * 60) }),
      );
      await metrics.measure();
      expect(written().history.at(-1)?.totals).toEqual({ runs: 4, failed: 0, asked: 4, reused: 1, savedMinutes: 90 });
      expect(metrics.report()).toContain("| Build time saved (estimate) | 1.5 h | 1.5 h |");
    });
  });

  describe("caches", () => {
    const restore = (cache: string, seconds: number, note: string): Step[] => [
      step(`Restore the cache ${cache}`, "success", 0, seconds / 60),
      step(`Note that the cache ${cache} missed`, note),
    ];

    it("tells hits from misses by the step that runs on a miss only", async () => {
      metrics.api.state.runs.push(
        run("E2E", [
          job("Test (1)", 0, 5, { steps: [...restore("npm", 12, "skipped"), ...restore("browsers", 30, "success")] }),
          job("Test (2)", 0, 5, { steps: restore("npm", 18, "skipped") }),
          job("Test (3)", 0, 5, {
            steps: [step("Restore the cache npm", "failure"), step("Note that the cache npm missed", "skipped")],
          }),
          job("Test (4)", 0, 5, { steps: [step("Restore the cache npm", "success")] }),
        ]),
      );
      metrics.api.state.caches.push({
        id: 1,
        ref: "refs/heads/main",
        key: "npm",
        created_at: at(0),
        last_accessed_at: at(0),
        size_in_bytes: 4_500_000_000,
      });
      const result = await metrics.measure({
        thresholds: { cacheHitPercent: 98, cacheRestoreSeconds: 10, cacheGigabytes: 5 },
      });
      expect(written().figures).toMatchObject({ cacheHitPercent: 66.67, cacheRestoreSeconds: 15, cacheGigabytes: 4.5 });
      expect(written().caches).toEqual([
        { name: "browsers", hitPercent: 0, restoreSeconds: null, sample: 1 },
        { name: "npm", hitPercent: 100, restoreSeconds: 15, sample: 2 },
      ]);
      expect(result.summary).toContain("| npm | 100 % | 15 s | 2 |");
      expect(metrics.alerts().map(({ tier, event }) => `${tier} ${event}`)).toEqual([
        "warning cache",
        "warning cache",
        "info storage",
      ]);
      expect(result.log).not.toContain("::warning::Cache size");
    });

    it("has no figure where GitHub tells no use", async () => {
      metrics.api.fault({ status: 404, path: /cache\/usage/ });
      expect(await metrics.measure({ thresholds: { cacheGigabytes: 5 } })).toMatchObject({
        code: 0,
        log: expect.stringContaining("Not measured: GitHub answered"),
      });
      expect(written().figures["cacheGigabytes"]).toBeNull();
    });
  });

  describe("budgets", () => {
    const tests = (...minutes: number[]): void =>
      void metrics.api.state.runs.push(
        run(
          "E2E",
          minutes.map((minute, n) => job(`Test (${n})`, 0, minute)),
        ),
      );
    const budgeted = (targetMinutes: number, maximumMinutes: number) => ({
      stages: [image, called, { ...own, targetMinutes, maximumMinutes }],
    });

    it("a job within its target is no alert", async () => {
      tests(4, 5, 6);
      expect(await metrics.measure(budgeted(5, 8))).toMatchObject({
        code: 0,
        summary: expect.stringContaining("| E2E | 5 min | 6 min | 5 min | 8 min | ✅ | 3 |"),
      });
      expect(metrics.alerts()).toEqual([]);
    });

    it("over the target by half is a warning", async () => {
      tests(4, 8, 9);
      expect((await metrics.measure(budgeted(5, 10))).code).toBe(0);
      expect(metrics.alerts()).toEqual([
        {
          tier: "warning",
          event: "budget",
          text: "E2E takes 8 min in the median, more than 50 % over the target of 5 min.",
        },
      ]);
    });

    it("over the maximum is critical, and fails the run after everything is written", async () => {
      tests(4, 5, 9);
      const result = await metrics.measure(budgeted(5, 8));
      expect(result).toMatchObject({
        code: 1,
        outputs: { told: "true", regressions: "0" },
        log: expect.stringContaining(
          "::error::E2E: one job in twenty takes 9 min or longer, over the maximum of 8 min.",
        ),
      });
      expect(JSON.parse(result.outputs["alerts"] ?? "")).toEqual({
        critical: ["E2E: one job in twenty takes 9 min or longer, over the maximum of 8 min."],
        warning: [],
        info: [],
      });
      expect(metrics.report()).toBeDefined();
    });

    it("measures a job from its first step on, since GitHub sets its start when it is queued; failures do not count", async () => {
      metrics.api.state.runs.push(
        run(
          "E2E",
          [
            job("Test", 0, 20, { queued: 0, steps: [step("Set up", "success", 15, 16)] }),
            job("Test (2)", 0, 1, { conclusion: "failure" }),
          ],
          { conclusion: "failure" },
        ),
      );
      await metrics.measure({ thresholds: { testMinutes: 8, queueMinutes: 10 } });
      expect(written().figures).toMatchObject({ testMinutes: 5, queueMinutes: 15 });
      expect(metrics.alerts()).toEqual([
        { tier: "info", event: "queue", text: "Queue wait is 15 min, over the threshold of 10 min." },
      ]);
    });

    it("a build that found its image took no time that was planned", async () => {
      metrics.api.state.runs.push(run("CI", built(4)), run("CI", found()), run("CI", found()));
      expect((await metrics.measure()).summary).toContain("| Build app | 4 min | 4 min |  |  |  | 1 |");
    });
  });

  it("finds the tests that the build's own run calls, and when they had their verdict", async () => {
    const test = (conclusion: string): Job[] => [
      ...built(4),
      job("Run E2E Tests / Test (1, chromium)", 5, 12, {
        conclusion,
        steps: [step("Deploy the image", "success", 5, 5.5), step("Take the image", "success")],
      }),
      job("E2E Tests", 12, 13, { conclusion }),
    ];
    metrics.api.state.runs.push(
      run("CI", test("success")),
      run("CI", test("failure"), { conclusion: "failure", head_sha: sha("b"), event: "push" }),
      run(
        "CI",
        [
          ...built(4),
          job("Run E2E Tests / Test", 5, 5, { conclusion: "skipped" }),
          job("E2E Tests", 5, 6, { conclusion: "skipped" }),
        ],
        { head_sha: sha("c") },
      ),
    );
    const result = await metrics.measure({
      stages: [image, called],
      consumers: ["E2E Tests"],
      thresholds: { deployMinutes: 1 },
      baseline: { totalMinutes: 26 },
    });
    expect(written().figures).toMatchObject({
      totalMinutes: 13,
      pipelineMinutes: 13,
      testMinutes: 7,
      testFailurePercent: 50,
      deployMinutes: 0.5,
      pullSuccessPercent: 100,
      timeReductionPercent: 50,
    });
    expect(result.summary).toContain("| Deployment time | at most 1 min | 0.5 min | ✅ yes |");
    expect(metrics.api.requests.filter(({ path }) => path.includes("/status"))).toEqual([]);
  });

  it("weighs each image by the platform that takes most, without its attestations, against what it was and may be", async () => {
    const blob = (n: number, size: number): object => ({ digest: digest(n), size });
    Object.assign(metrics.manifests, {
      [digest(1)]: { config: blob(11, 1000), layers: [blob(12, 40_000_000)] },
      [digest(2)]: { config: blob(21, 1000), layers: [blob(12, 40_000_000), blob(22, 15_000_000)] },
      [digest(3)]: { config: blob(31, 900_000_000), layers: [] },
      [digest(4)]: {
        manifests: [
          { digest: digest(1) },
          { digest: digest(2) },
          { digest: digest(3), platform: { os: "unknown", architecture: "unknown" } },
        ],
      },
      [digest(5)]: { config: blob(51, 1000), layers: [blob(52, 700_000_000)] },
    });
    metrics.api.state.packages[0]?.versions.push(
      ...[1, 2, 3].map((n) => packageVersion(n, digest(n), [], new Date())),
      packageVersion(4, digest(4), ["latest"], new Date()),
      packageVersion(5, digest(5), ["pr-1-abc1234"], new Date()),
    );
    const result = await metrics.measure({
      imageLimits: { app: 50 },
      imagesBefore: { app: 100 },
      thresholds: { imageReductionPercent: 30 },
    });
    expect(written()).toMatchObject({
      images: { app: 55 },
      figures: { imageMegabytes: 55, imageReductionPercent: 45 },
    });
    expect(result.summary).toContain("| app | 100 MB | 55 MB | -45 MB (-45.0 %) | at most 50 MB |");
    expect(metrics.alerts()).toEqual([
      { tier: "warning", event: "threshold", text: "The image app takes 55 MB, over the threshold of 50 MB." },
    ]);
  });

  describe("flaky tests", () => {
    const reports = (text: string): void => metrics.keep("flakes", "flakes.json", text);

    it("are read from the newest report, whatever they are called", async () => {
      reports(
        JSON.stringify({
          overall: { ratePercent: 0.25 },
          flaky: [
            { suite: "unit", test: "::error::<!-- `x` | \n @everyone" },
            { suite: "unit", test: 5 },
          ],
        }),
      );
      const result = await metrics.measure({ thresholds: { flakePercent: 0.1 }, flakes: "flakes" });
      expect(written().figures["flakePercent"]).toBe(0.25);
      expect(metrics.alerts().map(({ event }) => event)).toEqual(["flakes", "flakes"]);
      expect(result.log).not.toMatch(/^::error/m);
      expect(result.summary).not.toContain("<!--");
    });

    it.each([["not JSON"], ["null"], ["[]"], ['{"flakePercent":"<b>"}']])(
      "a report that is none costs this figure only: %s",
      async (text) => {
        reports(text);
        expect((await metrics.measure({ flakes: "flakes" })).code).toBe(0);
        expect(written().figures["flakePercent"]).toBeNull();
      },
    );
  });

  describe("the history", () => {
    const before = (days: number, buildMinutes: number): object => ({
      since: new Date(NOW - (days + 1) * 86_400_000).toISOString(),
      until: new Date(NOW - days * 86_400_000).toISOString(),
      figures: { buildMinutes },
      totals: { runs: 10, reused: 5, savedMinutes: 60 },
    });

    it("goes on from the run before, and is shown with its trend", async () => {
      metrics.keep("ci-metrics", "ci-metrics.json", JSON.stringify({ history: [] }));
      const history = [before(20, 20), before(3, 10), before(2, 10)];
      metrics.keep("ci-metrics", "ci-metrics.json", JSON.stringify({ history }));
      metrics.api.state.runs.push(run("CI", built(6), { updated_at: new Date(NOW - 86_400_000).toISOString() }));
      const result = await metrics.measure();
      expect(written().history).toHaveLength(4);
      expect(written().history.at(-1)).toMatchObject({
        since: new Date(NOW - 2 * 86_400_000).toISOString(),
        totals: { runs: 1 },
      });
      expect(result.summary).toMatch(/\| Build time \(pull request\) \| 8\.67 min \| 11\.5 min \| █▃▃▁ \| ↘ better \|/);
      expect(result.summary).toContain("| Runs | 21 | 31 |");
      expect(result.summary).toMatch(
        /```mermaid\nxychart-beta\n.*\n {2}x-axis \[("\d\d-\d\d"(, )?){4}\]\n {2}y-axis "min"\n {2}line \[20, 10, 10, 6\]\n```/,
      );
    });

    it("begins anew where it cannot be read", async () => {
      metrics.keep("ci-metrics", "ci-metrics.json", "not JSON");
      expect(await metrics.measure()).toMatchObject({
        code: 0,
        log: expect.stringContaining("it begins anew"),
      });
      expect(written().history).toHaveLength(1);
    });
  });

  it("finds the runs that published, by the job that judges it", async () => {
    const published = (conclusion: string): Job => job("Published", 0, 2, { conclusion });
    metrics.api.state.runs.push(
      run("CI", [...built(4), published("success")]),
      run("CI", [...built(4), published("skipped")]),
      run("CI", [...built(4), published("failure")], { conclusion: "failure" }),
    );
    await metrics.measure({ thresholds: { publishSuccessPercent: 100 } });
    expect(written().figures["publishSuccessPercent"]).toBe(50);
    expect(metrics.alerts().map(({ text }) => text)).toEqual([
      "Publishing success rate is 50 %, under the threshold of 100 %.",
    ]);
  });

  it("shows what failed when it last ran", async () => {
    metrics.api.state.runs.push(
      run("Cache Warm-up", [], { created_at: at(1) }),
      run("Cache Warm-up", [], { created_at: at(2), conclusion: "failure" }),
      run("Release", [], { created_at: at(1), conclusion: "failure" }),
      run("Release", [], { created_at: at(2) }),
    );
    const result = await metrics.measure({
      watched: { warmUp: "Cache Warm-up", release: "Release", nightly: "Nightly" },
    });
    const text = `Cache Warm-up failed when it last ran, on ${at(2).slice(0, 10)}.`;
    expect(JSON.parse(result.outputs["alerts"] ?? "")).toEqual({ critical: [], warning: [], info: [text] });
    expect(result.summary).toContain(text);
    // It has told of itself.
    expect(metrics.alerts()).toEqual([]);
    expect(result).toMatchObject({ code: 0, outputs: { warnings: "0" } });
  });

  it("shows the chosen goals, met or not", async () => {
    metrics.api.state.runs.push(run("CI", built(6)), run("CI", found()));
    const result = await metrics.measure({
      thresholds: { buildMinutes: 5, reusePercent: 40, totalMinutes: 30 },
      kpis: ["buildMinutes", "reusePercent", "queueDepth", "deployMinutes"],
    });
    const goals = result.summary.slice(result.summary.indexOf("| KPI"), result.summary.indexOf("### Alerts"));
    expect(goals.trim().split("\n").slice(2)).toEqual([
      "| Build time (pull request) | at most 5 min | 6 min | ❌ no |",
      "| Deployment time | none | no data | no data |",
      "| Image reuse rate | at least 40 % | 50 % | ✅ yes |",
      "| Runs that wait | none | 0 runs | no target |",
    ]);
  });
});
