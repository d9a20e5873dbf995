/** What goes wrong, and what the commit is told. */
import { describe, expect, test, vi } from "vitest";
import { jobOf, logOf } from "../../player/runs.ts";
import { missing } from "../../support/tools.ts";
import {
  BUILD,
  builds,
  change,
  CROWDSEC,
  IMAGE,
  keyOf,
  leaked,
  noted,
  nosyTest,
  playCharon,
  pulledBy,
  results,
  short,
  testOf,
  TESTS,
  troubles,
  WAF,
} from "./charon.ts";

// A scenario plays dozens of jobs with real shells.
vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git"))("a failure", () => {
  test("of the build: every consumer reports it, and tests nothing", async () => {
    const world = await playCharon();
    const pull = await world.openPull({
      number: 41,
      branch: "fix/broken",
      files: { Dockerfile: "FROM scratch\nRUN false\n" },
    });
    await world.settle();

    expect(results(world.run(BUILD))["Build / Build charon (amd64)"]).toBe("failure");
    expect(world.verdicts(pull.headSha)).toEqual({ [CROWDSEC]: "failure", [WAF]: "failure" });
    for (const name of [CROWDSEC, WAF]) expect(results(world.run(TESTS))[testOf(name)]).toBe("skipped");
    expect(await world.tags(IMAGE)).toEqual({});
  });

  test("of a test: that status alone fails, and the logs are kept", async () => {
    const world = await playCharon();
    const pull = await world.openPull({
      number: 42,
      branch: "fix/test",
      files: { ...change("x"), "scripts/waf_integration.sh": nosyTest("false"), "logs/waf.log": "what happened\n" },
    });
    await world.settle();
    expect(world.verdicts(pull.headSha)).toEqual({ [CROWDSEC]: "success", [WAF]: "failure" });
    expect(world.run(TESTS).artifacts.map((artifact) => artifact.name)).toEqual(["waf_integration-logs"]);
  });

  test("of the scan: the build fails, and the consumers say that the build failed", async () => {
    const world = await playCharon();
    world.hooks.vulnerable = () => true;
    const pull = await world.openPull({ number: 43, branch: "fix/cve", files: change("cve") });
    await world.settle();
    const build = jobOf(world.run(BUILD), "Build / Build charon (amd64)");
    expect(build.steps.find((step) => step.name === "Scan charon")?.conclusion).toBe("failure");
    expect(build.result).toBe("failure");
    expect(Object.values(world.verdicts(pull.headSha))).toEqual(["failure", "failure"]);
  });

  test("of a push or two is retried without a second build", async () => {
    const world = await playCharon();
    world.ghcr.registry.fault({ kind: "status", status: 503, method: "PUT", path: /manifests\/stage-/, times: 2 });
    const pull = await world.openPull({ number: 44, branch: "fix/flaky", files: change("flaky") });
    await world.settle();
    expect(troubles(world)).toBe("");
    expect(builds(world, pull.headSha)).toEqual({ "linux/amd64": 1 });
    expect(Object.keys(await world.tags(IMAGE))).toContain(`pr-44-${short(pull.headSha)}`);
    expect(world.verdicts(pull.headSha)).toEqual({ [CROWDSEC]: "success", [WAF]: "success" });
  });

  test("of the registry while the build pushes: the tests take the artifact", async () => {
    const world = await playCharon();
    world.ghcr.registry.fault({ kind: "status", status: 503, method: "PUT" });
    world.ghcr.registry.fault({ kind: "status", status: 503, method: "POST" });
    const pull = await world.openPull({ number: 45, branch: "fix/down", files: change("down") });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(builds(world, pull.headSha)).toEqual({ "linux/amd64": 1 });
    expect(await world.tags(IMAGE)).toEqual({});
    for (const consumer of [CROWDSEC, WAF]) expect(noted(world, consumer, "image")).toEqual([pull.headSha]);
    expect(world.verdicts(pull.headSha)).toEqual({ [CROWDSEC]: "success", [WAF]: "success" });
    expect(leaked(world)).toEqual([]);
  });

  test("of the whole registry, logins included: the pull request is tested all the same", async () => {
    const world = await playCharon();
    await world.ghcr.registry.down();
    const pull = await world.openPull({ number: 50, branch: "fix/dark", files: change("dark") });
    await world.settle();
    expect(builds(world, pull.headSha)).toEqual({ "linux/amd64": 1 });
    expect(noted(world, WAF, "image")).toEqual([pull.headSha]);
    expect(world.verdicts(pull.headSha)).toEqual({ [CROWDSEC]: "success", [WAF]: "success" });
  });

  test("of the registry while the consumers pull: they take the artifact", async () => {
    const world = await playCharon();
    world.hooks.beforeJob = (run, job) => {
      if (run.workflowName === TESTS && job.key === keyOf(CROWDSEC))
        world.ghcr.registry.fault({ kind: "status", status: 503, method: "GET" });
    };
    const pull = await world.openPull({ number: 46, branch: "fix/down", files: change("down") });
    await world.settle();
    expect(pulledBy(world, CROWDSEC)).toEqual([]);
    expect(noted(world, CROWDSEC, "image")).toEqual([pull.headSha]);
    expect(world.verdicts(pull.headSha)[CROWDSEC]).toBe("success");
    expect(logOf(jobOf(world.run(TESTS), testOf(CROWDSEC)))).toContain("artifact");
  });

  test("of a run that somebody cancels: the commit does not wait for ever", async () => {
    const world = await playCharon();
    world.hooks.beforeStep = (run, _job, step) => {
      if (run.workflowName === BUILD && step === "Build") world.player.cancel(run);
    };
    const pull = await world.openPull({ number: 47, branch: "fix/cancel", files: change("cancel") });
    await world.settle();
    expect(world.run(BUILD).conclusion).not.toBe("success");
    const states = world.verdicts(pull.headSha);
    expect(Object.keys(states).sort()).toEqual([CROWDSEC, WAF]);
    for (const state of Object.values(states)) expect(["error", "failure"]).toContain(state);
    for (const name of [CROWDSEC, WAF]) expect(results(world.run(TESTS))[testOf(name)]).toBe("skipped");
  });

  test("of a test that somebody cancels: its status says so", async () => {
    const world = await playCharon();
    world.hooks.beforeStep = async (run, job, step) => {
      if (run.workflowName !== TESTS || job.key !== keyOf(WAF) || step !== "Run the tests") return;
      // One run holds both tests: the other one has ended by then.
      while (jobOf(run, keyOf(CROWDSEC)).result === undefined) await new Promise((go) => setTimeout(go, 50));
      world.player.cancel(run);
    };
    const pull = await world.openPull({ number: 48, branch: "fix/cancel", files: change("cancel") });
    await world.settle();
    expect(world.verdicts(pull.headSha)).toEqual({ [CROWDSEC]: "success", [WAF]: "error" });
  });

  test("of a late re-run: image and artifact are gone, and the message says what to do", async () => {
    const world = await playCharon();
    const pull = await world.openPull({ number: 49, branch: "fix/late", files: change("late") });
    await world.settle();
    world.closePull(49);
    world.age(24 * 4);
    await world.push("main", change("keeps the package alive"));
    await world.settle();
    await world.schedule("0 3 * * *");
    await world.settle();
    expect(Object.keys(await world.tags(IMAGE))).not.toContain(`pr-49-${short(pull.headSha)}`);

    const late = world.player.runs.find((run) => run.workflowName === TESTS);
    if (!late) throw new Error("the test never ran");
    await world.player.rerun(late, "all");
    await world.settle();
    expect(late.conclusion).toBe("failure");
    expect(late.jobs.map((job) => logOf(job)).join("\n")).toMatch(/re-run the build/i);
    expect(["failure", "error"]).toContain(world.verdicts(pull.headSha)[WAF]);

    // And doing it helps.
    const build = world.player.runs.find((run) => run.workflowName === BUILD && run.event.headSha === pull.headSha);
    if (!build) throw new Error("the build never ran");
    await world.player.rerun(build, "all");
    await world.settle();
    expect(world.verdicts(pull.headSha)[WAF]).toBe("success");
  });
});
