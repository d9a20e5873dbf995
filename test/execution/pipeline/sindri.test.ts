/** Sindri: one build, tests on machines of their own that take its image, and machines that are gone afterwards. */
import { describe, expect, test, vi } from "vitest";
import { missing } from "../../support/tools.ts";
import { jobOf, logOf } from "../../player/runs.ts";
import { builds, results, short, troubles } from "./charon.ts";
import { BUILD, deployed, imageChange, IMAGE, otherChange, playSindri, SECRETS, tested } from "./sindri.ts";

// A scenario plays dozens of jobs with real shells.
vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git"))("a pull request of Sindri", () => {
  test("is built once, and every machine runs that one digest; all machines are gone afterwards", async () => {
    const world = await playSindri();
    const pull = await world.openPull({
      number: 123,
      branch: "feature/###",
      files: imageChange("new"),
      title: "$(touch /tmp/owned)",
    });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(builds(world, pull.headSha)).toEqual({ "linux/amd64": 1 });
    const tags = await world.tags(IMAGE, "registry.fly.io");
    const digest = tags[`pr-123-${short(pull.headSha)}`];
    expect(digest).toBeDefined();
    expect(Object.keys(tags)).not.toContain("latest");
    expect(deployed(world)).toEqual([`registry.fly.io/${IMAGE}@${digest}`, `registry.fly.io/${IMAGE}@${digest}`]);
    expect(
      Object.values(tested(world))
        .map((text) => /^tested \S+ (\S+)/.exec(text)?.[1])
        .sort(),
    ).toEqual(["nodejs", "python"]);
    expect(world.fly.apps.size).toBe(0);
    expect(new Set(world.fly.destroyed).size).toBe(2);
    for (const name of world.fly.destroyed) expect(name).toMatch(/^sindri-per-extension-\d+-1-[0-9a-f]{8}$/);
    expect(results(world.run(BUILD))).toMatchObject({
      "Run Per-Extension Tests": "success",
      "Run Extension Manager Validation": "success",
    });
  });

  test("that changes no Docker files reuses main's image, and builds nothing", async () => {
    const world = await playSindri();
    const main = await world.push("main", imageChange("first"));
    await world.settle();
    const { latest } = await world.tags(IMAGE, "registry.fly.io");
    const pull = await world.openPull({ number: 124, branch: "docs", files: otherChange("is documented") });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(builds(world, main)).toEqual({ "linux/amd64": 1 });
    expect(builds(world, pull.headSha)).toEqual({});
    const tags = await world.tags(IMAGE, "registry.fly.io");
    expect(tags[`main-${short(main)}`]).toBe(latest);
    expect(tags[`pr-124-${short(pull.headSha)}`]).toBe(latest);
    expect(deployed(world).slice(-2)).toEqual([
      `registry.fly.io/${IMAGE}@${latest}`,
      `registry.fly.io/${IMAGE}@${latest}`,
    ]);
  });

  test("whose image does not build is tested from its sources, and stays red", async () => {
    const world = await playSindri();
    const pull = await world.openPull({
      number: 125,
      branch: "broken",
      files: { Dockerfile: "FROM ubuntu:24.04\nCOPY docker /docker\nRUN false\n" },
    });
    await world.settle();

    expect(builds(world, pull.headSha)).toEqual({});
    expect(deployed(world)).toEqual([undefined, undefined]);
    expect(Object.values(tested(world)).every((text) => text.includes("image of the sources"))).toBe(true);
    expect(results(world.run(BUILD))).toMatchObject({
      Build: "failure",
      "Run Per-Extension Tests": "success",
      "All checks": "failure",
    });
    expect(world.fly.apps.size).toBe(0);
  });

  test("of a fork is built without a push and validated; nothing is deployed, and it sees no secret", async () => {
    const world = await playSindri();
    const pull = await world.openPull({
      number: 126,
      branch: "main",
      files: imageChange("from a fork"),
      fork: "mallory/sindri",
    });
    await world.settle();

    // Its code is tested as far as no secret is needed; what is required and needs one has not passed.
    const failed = world.run(BUILD).jobs.filter((job) => job.result === "failure");
    expect(failed.map((job) => job.name)).toEqual(["All checks"]);
    expect(logOf(jobOf(world.run(BUILD), "All checks"))).toContain(
      "Per-Extension Tests: does not run for forks, and is required",
    );
    expect(builds(world, pull.headSha)).toEqual({ "linux/amd64": 1 });
    // Its run tries to log in, and has nothing to log in with.
    expect(
      world.commands.calls.filter(
        ({ tool, args, env }) =>
          tool !== "docker-bake" && (args.join(" ") !== "auth docker" || env["FLY_API_TOKEN"] !== ""),
      ),
    ).toEqual([]);
    expect(await world.tags(IMAGE, "registry.fly.io")).toEqual({});
    expect(results(world.run(BUILD))).toMatchObject({
      Build: "success",
      "Run Extension Manager Validation": "success",
      "Run Per-Extension Tests": "skipped",
    });
    for (const job of world.run(BUILD).jobs)
      expect(job.steps.flatMap((step) => step.secrets).filter((name) => name === "FLYIO_AUTH_TOKEN")).toEqual([]);
  });
});

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git"))("a deployment of Sindri", () => {
  test("that fails twice is tried a third time, on the same machine", async () => {
    const world = await playSindri();
    world.commands.answer(
      /^flyctl deploy .*--image/,
      { code: 1, stderr: "Error: failed to launch VM: insufficient resources" },
      2,
    );
    await world.openPull({ number: 127, branch: "flaky", files: imageChange("flaky") });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(deployed(world)).toHaveLength(4);
    expect(new Set(world.fly.destroyed).size).toBe(2);
    expect(world.fly.apps.size).toBe(0);
  });

  test("whose place was made though the answer was lost takes that place", async () => {
    const world = await playSindri({
      change: (config) => ({
        ...config,
        consumers: {
          ...config.consumers,
          "per-extension": { ...config.consumers?.["per-extension"], matrix: { extension: ["nodejs"] } },
        },
      }),
    });
    world.commands.answer(/^flyctl volumes create/, { code: 1, stderr: "Error: connection reset by peer" });
    await world.openPull({ number: 128, branch: "lost", files: imageChange("lost") });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(world.commands.calls.filter(({ args }) => args.join(" ").startsWith("apps create"))).toHaveLength(1);
    expect(world.fly.destroyed).toHaveLength(1);
  });

  test("that never works fails its test, shows its logs and takes its machine away", async () => {
    const world = await playSindri();
    world.commands.answer(/^flyctl deploy .*--image/, { code: 1, stderr: "Error: failed to launch VM" }, 99);
    await world.openPull({ number: 129, branch: "gone", files: imageChange("gone") });
    await world.settle();

    expect(results(world.run(BUILD))["Run Per-Extension Tests"]).toBe("failure");
    expect(deployed(world)).toHaveLength(6);
    expect(world.commands.calls.filter(({ args }) => args[0] === "logs")).toHaveLength(2);
    expect(world.fly.apps.size).toBe(0);
  });

  test("by hand tests one extension, and keeps its machine where it is asked to", async () => {
    const world = await playSindri();
    const main = await world.push("main", imageChange("first"));
    await world.settle();
    const before = deployed(world).length;
    const run = await world.dispatch("per-extension.yml", {
      image_tag: `main-${short(main)}`,
      extension: "python",
      skip_cleanup: true,
    });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(run.conclusion).toBe("success");
    expect(deployed(world)).toHaveLength(before + 1);
    const [kept, ...others] = [...world.fly.apps.keys()];
    expect(others).toEqual([]);
    expect(tested(world)[kept ?? ""]).toMatch(/^tested \S+ python$/m);
    const again = await world.dispatch("per-extension.yml", { image_tag: `main-${short(main)}`, extension: "all" });
    await world.settle();
    expect(again.conclusion).toBe("success");
    expect(deployed(world)).toHaveLength(before + 3);
    expect([...world.fly.apps.keys()]).toEqual([kept]);
  });

  test("tells no command but its own of the token", async () => {
    const world = await playSindri();
    await world.openPull({ number: 130, branch: "secrets", files: imageChange("secrets") });
    await world.settle();
    const jobs = world.player.runs.flatMap((run) => run.jobs);
    const seen = jobs.flatMap((job) =>
      job.steps.filter((step) => step.secrets.includes("FLYIO_AUTH_TOKEN")).map((step) => step.name),
    );
    expect([...new Set(seen)].sort()).toMatchInlineSnapshot(`
      [
        "Deploy the image",
        "Log in to registry.fly.io",
        "Make a place for it",
        "Push",
        "Take the place away",
        "Test on the machine",
        "Wait until it answers",
      ]
    `);
    expect(Object.values(tested(world)).join("\n")).toContain(SECRETS.FLYIO_AUTH_TOKEN);
  });
});
