/** Sindri's main: what becomes latest and when, images by hand, going back, and the cleanup. */
import { describe, expect, test, vi } from "vitest";
import type { ConfigInput } from "../../../src/config/schema.ts";
import { pushImage } from "../../support/images.ts";
import { missing } from "../../support/tools.ts";
import { builds, results, short, troubles } from "./charon.ts";
import { BUILD, deployed, imageChange, IMAGE, playSindri, tested } from "./sindri.ts";

// A scenario plays dozens of jobs with real shells.
vi.setConfig({ testTimeout: 180_000 });

const FLY = "registry.fly.io";
/** The consumers without one line, or with another value in it. */
const eachDeploying = (
  config: ConfigInput,
  change: Partial<NonNullable<ConfigInput["consumers"]>[string]>,
): ConfigInput => ({
  ...config,
  consumers: Object.fromEntries(
    Object.entries(config.consumers ?? {}).map(([key, consumer]) => [
      key,
      consumer.deployment ? { ...consumer, ...change } : consumer,
    ]),
  ),
});

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git"))("Sindri's main", () => {
  test("gives its image `main-<sha>`, and `latest` once every test has passed", async () => {
    const world = await playSindri();
    const good = await world.push("main", imageChange("good"));
    await world.settle();
    expect(troubles(world)).toBe("");
    const before = await world.tags(IMAGE, FLY);
    expect(before["latest"]).toBe(before[`main-${short(good)}`]);

    world.commands.answer(/^flyctl ssh console/, { code: 1, stderr: "Error: the extension does not install" });
    const bad = await world.push("main", imageChange("bad"));
    await world.settle();
    const after = await world.tags(IMAGE, FLY);
    expect(after[`main-${short(bad)}`]).toBeDefined();
    expect(after["latest"]).toBe(before["latest"]);
    expect(world.messages.length).toBeGreaterThan(0);
  });

  test("by hand gives an image the tag that was asked for, and `latest` when that was asked for", async () => {
    const world = await playSindri();
    await world.push("main", imageChange("first"));
    await world.settle();
    await world.dispatch("build-image.yml", { tag: "with-new-shell" });
    await world.settle();
    const named = await world.tags(IMAGE, FLY);
    expect(named["with-new-shell"]).toBeDefined();

    const refused = await world.dispatch("build-image.yml", { tag: "latest" });
    await world.settle();
    expect(refused.conclusion).toBe("failure");

    const asked = await world.dispatch("build-image.yml", { tag: "asked-for", push_latest: true });
    await world.settle();
    expect(results(asked)["Move the tags"]).toBe("success");
    const tags = await world.tags(IMAGE, FLY);
    expect(tags["latest"]).toBe(tags["asked-for"]);
  });

  test("keeps develop's images by their branch, and gives them no moving tag", async () => {
    const world = await playSindri();
    const sha = await world.push("develop", imageChange("next"), "refs/heads/develop");
    await world.settle();
    expect(troubles(world)).toBe("");
    expect(Object.keys(await world.tags(IMAGE, FLY)).filter((tag) => !tag.startsWith("stage-"))).toEqual([
      `develop-${short(sha)}`,
    ]);
  });

  test("after the rollback deploys from the sources, while the image is still built", async () => {
    const world = await playSindri({ change: (config) => eachDeploying(config, { source: "build" }) });
    const sha = await world.push("main", imageChange("rolled back"));
    await world.settle();
    expect(troubles(world)).toBe("");
    expect(builds(world, sha)).toEqual({ "linux/amd64": 1 });
    expect(deployed(world)).toEqual([undefined, undefined]);
    expect(Object.values(tested(world)).every((text) => text.includes("image of the sources"))).toBe(true);
    expect(world.fly.apps.size).toBe(0);
    expect(results(world.run(BUILD))["Run Per-Extension Tests"]).toBe("success");
  });

  test("is cleaned weekly: images of more than thirty days go, `latest` and younger ones stay", async () => {
    const world = await playSindri();
    const main = await world.push("main", imageChange("kept"));
    await world.settle();
    const registry = world.registries.get(FLY)?.registry;
    if (!registry) throw new Error("The world has no registry of Fly.io.");
    const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
    await pushImage(registry, IMAGE, { tag: "pr-7-abcdef0", created: daysAgo(32), layers: ["old"] });
    await pushImage(registry, IMAGE, { tag: "pr-8-abcdef1", created: daysAgo(20), layers: ["younger"] });

    const tried = await world.dispatch("cleanup-images.yml", { dry_run: true });
    await world.settle();
    expect(tried.conclusion).toBe("success");
    expect(Object.keys(await world.tags(IMAGE, FLY))).toContain("pr-7-abcdef0");
    await world.schedule("0 2 * * 0");
    await world.settle();
    expect(troubles(world)).toBe("");
    const tags = Object.keys(await world.tags(IMAGE, FLY));
    expect(tags).not.toContain("pr-7-abcdef0");
    expect(tags).toEqual(expect.arrayContaining(["latest", `main-${short(main)}`, "pr-8-abcdef1"]));
    const asked = await world.dispatch("cleanup-images.yml", { dry_run: false, keep_days: "10" });
    await world.settle();
    expect(asked.conclusion).toBe("success");
    expect(Object.keys(await world.tags(IMAGE, FLY))).not.toContain("pr-8-abcdef1");
  });
});
