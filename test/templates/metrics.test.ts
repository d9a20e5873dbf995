/** The metrics program against a GitHub API of the test's own, with figures computed by hand. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { packageVersion } from "../support/github-api/packages.ts";
import type { Job, Run, Step } from "../support/github-api/state.ts";
import { type Measured, stageOf, startMetrics } from "../support/metrics.ts";

const at = (minute: number): string => new Date(Date.parse("2026-05-01T10:00:00Z") + minute * 60_000).toISOString();
const sha = (letter: string): string => letter.repeat(40);
const digest = (n: number): string => `sha256:${n.toString(16).padStart(64, "0")}`;

let nextId = 1;
const BUILD = 10;
const E2E = 20;
const WAF = 30;
const CLEANUP = 40;

function run(workflow: number, values: Partial<Run> = {}): Run {
  const names: Record<number, string> = {
    [BUILD]: "Build, Publish & Test",
    [E2E]: "E2E",
    [WAF]: "WAF",
    [CLEANUP]: "Container cleanup",
  };
  return {
    id: nextId++,
    workflow_id: workflow,
    name: names[workflow] ?? "",
    display_title: "::error::`hostile`\n| title |\n::set-output name=x::y",
    event: workflow === BUILD ? "pull_request" : "workflow_run",
    status: "completed",
    conclusion: "success",
    head_branch: "feature/x",
    head_sha: sha("0"),
    created_at: at(0),
    updated_at: at(60),
    ...values,
  };
}

const step = (name: string, conclusion: string): Step => ({ name, status: "completed", conclusion });
const job = (name: string, from: number, to: number, steps: readonly Step[], conclusion = "success"): Job => ({
  id: nextId++,
  name,
  status: "completed",
  conclusion,
  started_at: at(from),
  completed_at: at(to),
  steps,
});
const buildJob = (name: string, from: number, to: number, conclusion = "success"): Job =>
  job(name, from, to, [step("Build", conclusion)]);
const testJob = (pull: string, fallback: string): Job =>
  job("Test (1, chromium)", 0, 5, [
    step("Take the image", pull),
    step("Note that the registry did not give the image", fallback),
  ]);

describe("CI metrics", () => {
  let metrics: Measured;
  beforeEach(async () => {
    metrics = await startMetrics(
      {
        build: "Build, Publish & Test",
        cleanup: "Container cleanup",
        consumers: ["E2E", "WAF"],
        stages: [
          stageOf({ name: "Build app", kind: "image", workflow: "Build, Publish & Test", job: "Build app" }),
          stageOf({ name: "E2E", kind: "test", workflow: "E2E", job: "Test" }),
          stageOf({ name: "WAF", kind: "test", workflow: "WAF", job: "Test" }),
        ],
        thresholds: {
          buildMinutes: 20,
          totalMinutes: 30,
          buildsPerCommit: 1,
          buildFailurePercent: 5,
          testFailurePercent: 100,
          pullSuccessPercent: 95,
          cleanupSuccessPercent: 98,
          storageGigabytes: 50,
        },
      },
      {
        packages: { mode: "packages", ownerKind: null, released: ["latest"] },
        retention: {
          classes: [
            { class: "pullRequest", tags: ["pr-\\d+-.*"], hours: 24 },
            { class: "commit", tags: ["sha-.*"], hours: 720 },
          ],
          protect: [],
        },
      },
    );
  });
  afterEach(() => metrics.stop());

  const status = (of: string, context: string, minute: number, state: string): void =>
    void metrics.api.state.statuses.push({
      id: nextId++,
      sha: of,
      context,
      state,
      description: "",
      target_url: "",
      created_at: at(minute),
    });

  /** Two pull requests and a push of the second one's commit, of which the build found the image already there. */
  function fill(): void {
    const one = run(BUILD, {
      head_sha: sha("a"),
      created_at: at(0),
      jobs: [buildJob("Build app (amd64)", 1, 9), buildJob("Build app (arm64)", 1, 13), job("Scan app", 13, 60, [])],
    });
    const two = run(BUILD, {
      head_sha: sha("b"),
      created_at: at(100),
      jobs: [buildJob("Build app (amd64)", 101, 111)],
    });
    const push = run(BUILD, {
      head_sha: sha("b"),
      created_at: at(99),
      event: "push",
      jobs: [buildJob("Build app (amd64)", 100, 101, "skipped")],
    });
    const again = run(BUILD, {
      head_sha: sha("c"),
      created_at: at(200),
      event: "push",
      jobs: [buildJob("Build app (amd64)", 200, 210)],
    });
    const redundant = run(BUILD, {
      head_sha: sha("c"),
      created_at: at(201),
      event: "push",
      jobs: [buildJob("Build app (amd64)", 201, 211)],
    });
    const failed = run(BUILD, { head_sha: sha("d"), event: "push", conclusion: "failure" });
    const cancelled = run(BUILD, { head_sha: sha("d"), conclusion: "cancelled" });
    metrics.api.state.runs.push(one, two, push, again, redundant, failed, cancelled);
    // The first commit's verdicts came after 25 and 31 minutes; the second's E2E was re-run, and ended after 41.
    status(sha("a"), "E2E", 14, "pending");
    status(sha("a"), "E2E", 25, "success");
    status(sha("a"), "WAF", 31, "failure");
    status(sha("a"), "Someone else's", 500, "success");
    status(sha("b"), "E2E", 120, "failure");
    status(sha("b"), "WAF", 121, "success");
    status(sha("b"), "E2E", 140, "success");
    metrics.api.state.runs.push(
      run(E2E, { jobs: Array.from({ length: 3 }, () => testJob("success", "skipped")) }),
      run(E2E, { conclusion: "failure", jobs: [testJob("failure", "success")] }),
      run(WAF, { jobs: [testJob("success", "skipped")] }),
      // Untested, since the build failed: no verdict of the tests, and no pull.
      run(WAF, { jobs: [job("Resolve", 0, 1, []), job("Test", 1, 1, [], "skipped"), job("Report", 1, 2, [])] }),
      // A fork's image is never pulled.
      run(WAF, { jobs: [testJob("skipped", "success")] }),
      run(CLEANUP),
      run(CLEANUP, { conclusion: "failure" }),
      run(CLEANUP, { conclusion: "cancelled" }),
    );
    const blob = (n: number, size: number): object => ({ digest: digest(n), size });
    Object.assign(metrics.manifests, {
      [digest(1)]: { config: blob(11, 1000), layers: [blob(12, 3_000_000_000)] },
      [digest(2)]: { config: blob(21, 1000), layers: [blob(12, 3_000_000_000), blob(22, 500_000_000)] },
      [digest(3)]: { manifests: [{ digest: digest(1) }, { digest: digest(2) }] },
    });
    const [item] = metrics.api.state.packages;
    item?.versions.push(
      packageVersion(1, digest(1), [], new Date()),
      packageVersion(2, digest(2), ["pr-1-abc1234", "sha-abc1234"], new Date()),
      packageVersion(3, digest(3), ["latest", "odd", "sha-1111111"], new Date()),
    );
  }

  test("computes every figure of the plan", async () => {
    fill();
    const result = await metrics.measure();
    expect(result.log).not.toMatch(/^::(error|set-output)/m);
    expect(result.code).toBe(0);
    expect(metrics.written()).toMatchObject({
      version: 1,
      repository: "o/r",
      figures: {
        buildMinutes: 15, // (8 + 12) and 10
        totalMinutes: 36, // 31 - 0, and 140 - 99: the push was first
        buildsPerCommit: 1.33, // 1, 1 and 2
        buildFailurePercent: 16.67, // 1 of 6
        testFailurePercent: 25, // 1 of 4
        pullSuccessPercent: 80, // 4 of 5
        cleanupSuccessPercent: 50, // 1 of 2
        storageGigabytes: 3.5, // the shared layer once
      },
      storageBytes: 3_500_002_000,
      versions: 3,
      tags: { pullRequest: 1, commit: 2, protected: 1, other: 1 },
    });
    expect(result.outputs).toMatchObject({ warnings: "5", regressions: "0", told: "true" });
    expect(result.log).toContain("::warning::Total CI time (pull request) is 36 min, over the threshold of 30 min.");
    expect(result.log).toContain("::warning::Image pull success rate is 80 %25, under the threshold of 95 %25.");
    expect(result.summary).toContain("There are no earlier figures to compare with yet.");
    expect(result.summary).toContain("| pullRequest | 1 |");
    expect(result.summary).not.toContain("hostile");
  });

  test("an empty repository has no figures, and says so", async () => {
    const result = await metrics.measure();
    expect(result.code).toBe(0);
    const { storageGigabytes, cacheGigabytes, queueDepth, ...unknown } = metrics.written()["figures"] as Record<
      string,
      unknown
    >;
    expect([storageGigabytes, cacheGigabytes, queueDepth]).toEqual([0, 0, 0]);
    expect(Object.keys(unknown)).toContain("buildMinutes");
    expect(Object.values(unknown).filter((value) => value !== null)).toEqual([]);
    expect(result.summary).toContain("| Build time (pull request) | no data | no data |  | at most 20 min |");
    expect(result.log).toContain("Build time (pull request): no data yet");
    expect(result.log).not.toContain("NaN");
    expect(result.summary).not.toContain("NaN");
  });

  test("fails on a regression against the configured baseline, after the figures are written", async () => {
    fill();
    const result = await metrics.measure({
      baseline: { buildMinutes: 12, testFailurePercent: 21.5, storageGigabytes: 7 },
      regressions: { buildTimePercent: 20, testFailurePoints: 3, pullFailurePercent: 10 },
    });
    expect(result).toMatchObject({ code: 1, outputs: { regressions: "3" } });
    expect(metrics.written()).toMatchObject({ figures: { buildMinutes: 15 } });
    expect(result.log).toContain(
      "::error::Builds take 25.0 %25 longer than before (12 min, now 15 min); 20 %25 are allowed.",
    );
    expect(result.log).toContain("::error::Tests fail 3.5 points more often");
    expect(result.log).toContain("::error::20.0 %25 of image pulls fail; 10 %25 are allowed.");
    expect(result.summary).toContain(
      "| Build time (pull request) | 12 min | 15 min | +3 min (+25.0 %) | at most 20 min |",
    );
    expect(result.summary).toContain("| Registry storage | 7 GB | 3.5 GB | -3.5 GB (-50.0 %) | at most 50 GB |");
  });

  test("compares with the oldest figures that are kept", async () => {
    fill();
    metrics.keep(
      "ci-metrics",
      "ci-metrics.json",
      JSON.stringify({ figures: { buildMinutes: 10, totalMinutes: "::error::", testFailurePercent: null } }),
    );
    // What is newer is no measure.
    metrics.keep("ci-metrics", "ci-metrics.json", JSON.stringify({ figures: { buildMinutes: 15 } }));
    const worse = await metrics.measure();
    expect(worse).toMatchObject({ code: 1, outputs: { regressions: "1" } });
    expect(worse.summary).toContain("| Total CI time (pull request) | no data | 36 min |");
  });

  test.each([
    [JSON.stringify({ figures: { buildMinutes: 0 } }), undefined],
    ["not JSON", "could not be read, so nothing is compared"],
  ])("copes with a baseline that is zero or odd: %s", async (text, warning) => {
    fill();
    metrics.keep("ci-metrics", "ci-metrics.json", text);
    const result = await metrics.measure();
    expect(result.code).toBe(0);
    if (warning !== undefined) expect(result.log).toContain(warning);
  });

  test("copes with an artifact that holds something else, and with one that cannot be taken", async () => {
    fill();
    metrics.keep("ci-metrics", "other.json", "{}");
    expect(await metrics.measure()).toMatchObject({
      code: 0,
      log: expect.stringContaining("::warning::The earlier figures cannot be read"),
    });
    metrics.api.fault({ status: 404, path: /artifacts\/\d+\/zip/ });
    expect((await metrics.measure()).code).toBe(0);
    metrics.api.fault({ status: 403, path: /artifacts\?name/ });
    expect(await metrics.measure()).toMatchObject({
      code: 0,
      log: expect.stringContaining("::warning::The artifacts named ci-metrics cannot be listed"),
    });
  });

  test("an earlier figure that was better than the configured baseline is the one to hold", async () => {
    fill();
    metrics.keep(
      "ci-metrics",
      "ci-metrics.json",
      JSON.stringify({ figures: { buildMinutes: 10, testFailurePercent: 20 } }),
    );
    const result = await metrics.measure({ baseline: { buildMinutes: 62 } });
    expect(result).toMatchObject({ code: 1, outputs: { regressions: "2" } });
    expect(result.log).toContain("longer than before (10 min, now 15 min)");
    expect(result.summary).toContain("| Build time (pull request) | 62 min | 15 min |");
  });

  test("the gate's job, whose name begins like a build's, built nothing", async () => {
    fill();
    for (const one of metrics.api.state.runs.filter((each) => each.workflow_id === BUILD))
      one.jobs?.push(job("Build ready", 60, 90, [step("Check the jobs and record what was built", "success")]));
    await metrics.measure();
    expect(metrics.written()).toMatchObject({ figures: { buildMinutes: 15, buildsPerCommit: 1.33 } });
  });

  test("a registry that cannot be read costs the storage figure only", async () => {
    fill();
    for (const known of Object.keys(metrics.manifests)) delete metrics.manifests[known];
    const result = await metrics.measure();
    expect(result.code).toBe(0);
    expect(metrics.written()).toMatchObject({
      figures: { buildMinutes: 15, storageGigabytes: null },
      storageBytes: null,
      versions: 3,
    });
    expect(result.log).toContain("::warning::The storage could not be measured");
    expect((await metrics.measure({}, { builds: { app: { image: "ghcr.io/o/absent" } } })).log).toContain(
      "could not be measured",
    );
  });

  test("reads at most the asked number of runs, and the jobs of the newest hundred", async () => {
    for (let n = 0; n < 450; n += 1)
      metrics.api.state.runs.push(
        run(BUILD, { event: "push", created_at: at(n), conclusion: n < 150 ? "failure" : "success" }),
      );
    await metrics.measure({ runs: 300 });
    expect(metrics.written()).toMatchObject({ figures: { buildFailurePercent: 0 } });
    expect(metrics.api.requests.filter(({ path }) => /runs\?.*&page=/.test(path))).toHaveLength(3);
    expect(metrics.api.requests.filter(({ path }) => path.includes("/jobs"))).toHaveLength(100);
  });

  test("fails when GitHub does not answer", async () => {
    metrics.api.fault({ status: 503 });
    const result = await metrics.measure();
    expect(result.code).toBe(1);
    expect(result.log).toMatch(/^::error::The pipeline could not be measured/m);
  });
});
