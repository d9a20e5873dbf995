/** Pushes to main and development, and the merge queue: what is built, and which tags move after the tests. */
import { describe, expect, test, vi } from "vitest";
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
  short,
  TESTS,
  troubles,
  WAF,
} from "./charon.ts";

// A scenario plays dozens of jobs with real shells.
vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git"))("a push", () => {
  test("to main builds every platform once, and latest and its copy move to the tested digest", async () => {
    const world = await playCharon();
    const sha = await world.push("main", change("one"));
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(builds(world, sha)).toEqual({ "linux/amd64": 1, "linux/arm64": 1 });
    const tags = await world.tags(IMAGE);
    const digest = tags[`sha-${short(sha)}`];
    expect(digest).toMatch(/^sha256:/);
    expect(tags["latest"]).toBe(digest);
    expect(tags["dev"]).toBeUndefined();
    expect(await world.tags(IMAGE, "hub")).toEqual({ latest: digest });
    for (const consumer of [CROWDSEC, WAF]) {
      expect(pulledBy(world, consumer)).toContain(digest);
      expect(noted(world, consumer, "image")).toEqual([sha]);
    }
    expect(world.verdicts(sha)).toMatchObject({ [CROWDSEC]: "success", [WAF]: "success" });
    expect(leaked(world)).toEqual([]);
    expect(world.ghcr.gate.refused).toEqual([]);
  });

  test("to development moves dev, and main's tag stays where it is", async () => {
    const world = await playCharon();
    const main = await world.push("main", change("one"));
    await world.settle();
    const sha = await world.push("development", change("two"));
    await world.settle();

    expect(troubles(world)).toBe("");
    const tags = await world.tags(IMAGE);
    expect(tags["dev"]).toBe(tags[`sha-${short(sha)}`]);
    expect(tags["latest"]).toBe(tags[`sha-${short(main)}`]);
    expect(await world.tags(IMAGE, "hub")).toEqual({ latest: tags["latest"], dev: tags["dev"] });
  });

  test("to a branch that no group names builds nothing, and to a feature branch one platform", async () => {
    const world = await playCharon();
    await world.push("experiment", change("x"));
    await world.settle();
    expect(world.player.runs).toEqual([]);
    const sha = await world.push("feature/dns/provider", change("y"));
    await world.settle();
    expect(troubles(world)).toBe("");
    expect(builds(world, sha)).toEqual({ "linux/amd64": 1 });
    expect(Object.keys(await world.tags(IMAGE))).toContain(`feature-dns-provider-${short(sha)}`);
    expect(await world.tags(IMAGE, "hub")).toEqual({});
    expect(world.verdicts(sha)).toEqual({ [CROWDSEC]: "success", [WAF]: "success" });
  });

  test("that fails a test moves nothing", async () => {
    const world = await playCharon();
    const good = await world.push("main", change("good"));
    await world.settle();
    const bad = await world.push("main", { ...change("bad"), "scripts/waf_integration.sh": nosyTest("false") });
    await world.settle();

    expect(world.verdicts(bad)).toMatchObject({ [CROWDSEC]: "success", [WAF]: "failure" });
    const tags = await world.tags(IMAGE);
    expect(tags[`sha-${short(bad)}`]).toBeDefined();
    expect(tags["latest"]).toBe(tags[`sha-${short(good)}`]);
    expect(await world.tags(IMAGE, "hub")).toEqual({ latest: tags["latest"] });
  });

  test("that an older commit's slower run follows does not move latest back", async () => {
    const world = await playCharon();
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let first = "";
    world.hooks.beforeJob = async (run, job) => {
      const source = run.event.payload["workflow_run"];
      if (run.workflowName === TESTS && job.key === keyOf(WAF) && JSON.stringify(source).includes(first)) await held;
    };
    first = await world.push("main", change("slow"));
    const second = await world.push("main", change("fast"));
    // The newer commit passes everything while the older one still tests.
    while (world.verdicts(second)[WAF] !== "success" || world.verdicts(second)[CROWDSEC] !== "success")
      await new Promise((resolve) => setTimeout(resolve, 100));
    release?.();
    await world.settle();

    const tags = await world.tags(IMAGE);
    expect(tags["latest"]).toBe(tags[`sha-${short(second)}`]);
    expect(tags["latest"]).not.toBe(tags[`sha-${short(first)}`]);
    expect(world.verdicts(first)).toMatchObject({ [WAF]: "success" });
  });
});

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git"))("the merge queue", () => {
  test("builds and tests the commit that main will have, and main builds only what the queue did not", async () => {
    const world = await playCharon();
    await world.openPull({ number: 21, branch: "fix/x", files: change("queued") });
    await world.settle();
    const sha = await world.enqueue(21);
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(
      world.player.runs
        .filter((run) => run.workflowName === BUILD && run.event.headSha === sha)
        .map((run) => run.event.name),
    ).toEqual(["merge_group"]);
    expect(builds(world, sha)).toEqual({ "linux/amd64": 1 });
    expect(Object.keys(await world.tags(IMAGE))).toContain(`mq-${short(sha)}`);
    expect(world.verdicts(sha)).toEqual({ [CROWDSEC]: "success", [WAF]: "success" });
    expect((await world.tags(IMAGE))["latest"]).toBeUndefined();

    await world.land(21, sha);
    await world.settle();
    expect(troubles(world)).toBe("");
    // Exactly once a commit and platform, whatever events that commit causes.
    expect(builds(world, sha)).toEqual({ "linux/amd64": 1, "linux/arm64": 1 });
    const tags = await world.tags(IMAGE);
    expect(tags["latest"]).toBe(tags[`sha-${short(sha)}`]);
  });
});
