/** What runs by the clock, by hand and by a tag: nightly builds, cleanup, dispatches and releases. */
import { describe, expect, test, vi } from "vitest";
import { DispatchRefused } from "../../player/triggers.ts";
import { jobOf, logOf } from "../../player/runs.ts";
import { missing } from "../../support/tools.ts";
import {
  BUILD,
  builds,
  change,
  CROWDSEC,
  IMAGE,
  leaked,
  noted,
  playCharon,
  pulledBy,
  short,
  troubles,
  WAF,
} from "./charon.ts";

// A scenario plays dozens of jobs with real shells.
vi.setConfig({ testTimeout: 120_000 });

const NEEDED = ["docker-registry", "skopeo", "jq", "curl", "git"];
const today = (): string => new Date().toISOString().slice(0, 10);

describe.skipIf(missing(...NEEDED))("the nightly build", () => {
  test("builds afresh, is tested under statuses of its own, and moves nightly", async () => {
    const world = await playCharon();
    const sha = await world.push("main", change("one"));
    await world.settle();
    await world.schedule("0 2 * * *");
    await world.settle();

    expect(troubles(world)).toBe("");
    // It exists to get a fresh base, so main's image of the same commit does not spare it the build.
    expect(builds(world, sha)).toEqual({ "linux/amd64": 2, "linux/arm64": 2 });
    const tags = await world.tags(IMAGE);
    expect(tags["nightly"]).toBe(tags[`nightly-${today()}`]);
    expect(tags["nightly"]).not.toBe(tags["latest"]);
    expect(pulledBy(world, CROWDSEC)).toContain(tags["nightly"]);
    expect(world.verdicts(sha)).toMatchObject({
      [`${CROWDSEC} (nightly)`]: "success",
      [`${WAF} (nightly)`]: "success",
      [CROWDSEC]: "success",
    });
    expect((await world.tags(IMAGE, "hub"))["nightly"]).toBe(tags["nightly"]);
  });
});

describe.skipIf(missing(...NEEDED))("the cleanup", () => {
  test("deletes what is expired, and keeps what is young, protected, released or the head of an open pull request", async () => {
    const world = await playCharon();
    const main = await world.push("main", change("one"));
    const open = await world.openPull({ number: 31, branch: "fix/open", files: change("open") });
    const closed = await world.openPull({ number: 32, branch: "fix/closed", files: change("closed") });
    await world.settle();
    world.closePull(32);
    world.age(24 * 4);
    const young = await world.push("feature/young", change("young"));
    await world.settle();
    await world.schedule("0 3 * * *");
    await world.settle();

    expect(troubles(world)).toBe("");
    const tags = Object.keys(await world.tags(IMAGE));
    expect(tags).toContain("latest");
    expect(tags).toContain(`sha-${short(main)}`);
    expect(tags).toContain(`pr-31-${short(open.headSha)}`);
    expect(tags).toContain(`feature-young-${short(young)}`);
    expect(tags).not.toContain(`pr-32-${short(closed.headSha)}`);
    expect(world.deleted.join("\n")).toContain(`pr-32-${short(closed.headSha)}`);
    expect(world.deleted.join("\n")).not.toContain("latest");
    // What is kept can still be pulled, with every platform.
    const copy = await fetch(`http://${world.ghcr.registry.direct}/v2/${IMAGE}/manifests/latest`, {
      headers: { accept: "application/vnd.oci.image.index.v1+json" },
    });
    for (const child of ((await copy.json()) as { manifests: { digest: string }[] }).manifests) {
      expect(
        (
          await fetch(`http://${world.ghcr.registry.direct}/v2/${IMAGE}/manifests/${child.digest}`, {
            headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
          })
        ).status,
      ).toBe(200);
    }
  });

  test("keeps main's images for their own thirty days, not for a branch's seven", async () => {
    const world = await playCharon({ change: (config) => ({ ...config, consumers: {} }) });
    const older = await world.push("main", change("older"));
    await world.settle();
    await world.push("main", change("newer"));
    await world.settle();
    world.age(24 * 10);
    await world.schedule("0 3 * * *");
    await world.settle();
    expect(Object.keys(await world.tags(IMAGE))).toContain(`sha-${short(older)}`);
    world.age(24 * 21);
    await world.schedule("0 3 * * *");
    await world.settle();
    expect(troubles(world)).toBe("");
    expect(Object.keys(await world.tags(IMAGE))).not.toContain(`sha-${short(older)}`);
    expect(Object.keys(await world.tags(IMAGE))).toContain("latest");
  });

  test("only says so in a dry run", async () => {
    const world = await playCharon();
    await world.openPull({ number: 33, branch: "fix/closed", files: change("closed") });
    await world.settle();
    world.closePull(33);
    world.age(24 * 4);
    await world.dispatch("container-prune.yml", { dry_run: true });
    await world.settle();
    expect(troubles(world)).toBe("");
    expect(world.deleted).toEqual([]);
    expect(logOf(jobOf(world.run("Container Registry Cleanup"), "cleanup"))).toContain("pr-33-");
  });
});

describe.skipIf(missing(...NEEDED))("a dispatch", () => {
  test("of a consumer tests the given tag and reports on the image's commit", async () => {
    const world = await playCharon();
    const sha = await world.push("main", change("one"));
    await world.settle();
    const run = await world.dispatch("integration.yml", {
      image_tag: `sha-${short(sha)}`,
      consumer: "waf-integration",
    });
    await world.settle();
    expect(troubles(world)).toBe("");
    expect(run.conclusion).toBe("success");
    expect(noted(world, WAF, "commit")).toEqual([sha, sha]);
    expect(noted(world, CROWDSEC, "commit")).toEqual([sha]);
    expect(world.verdicts(sha)[WAF]).toBe("success");
    await expect(world.dispatch("integration.yml")).rejects.toThrow(DispatchRefused);
  });

  test("of a consumer with a tag that is not there says so", async () => {
    const world = await playCharon();
    const run = await world.dispatch("integration.yml", { image_tag: "pr-99-abcdef0" });
    await world.settle();
    expect(run.conclusion).toBe("failure");
    expect(troubles(world)).toMatch(/re-run the build/i);
  });

  test("of the build makes a manual tag, which consumers test and nothing promotes", async () => {
    const world = await playCharon();
    const sha = await world.push("main", change("one"));
    await world.settle();
    const before = (await world.tags(IMAGE))["latest"];
    const run = await world.dispatch("docker-build.yml", { tag: "try-this" });
    await world.settle();
    expect(troubles(world)).toBe("");
    expect(run.conclusion).toBe("success");
    const tags = await world.tags(IMAGE);
    expect(tags["try-this"]).toBeDefined();
    expect(tags["try-this"]).not.toBe(before);
    expect(tags["latest"]).toBe(before);
    expect(noted(world, CROWDSEC, "image")).toEqual([sha, sha]);
    // A tag that reads as another kind is refused: it would be moved or deleted by that kind's rules.
    const refused = await world.dispatch("docker-build.yml", { tag: "latest" });
    await world.settle();
    expect(refused.conclusion).toBe("failure");
    expect((await world.tags(IMAGE))["latest"]).toBe(before);
  });
});

describe.skipIf(missing(...NEEDED))("a release tag", () => {
  test("promotes the tested digest of its commit, without a build", async () => {
    const world = await playCharon();
    const sha = await world.push("main", change("one"));
    await world.settle();
    const before = world.builds.length;
    await world.tag("v1.2.3", sha);
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(world.run("Release").conclusion).toBe("success");
    expect(world.builds.length).toBe(before);
    const tags = await world.tags(IMAGE);
    const digest = tags[`sha-${short(sha)}`];
    expect([tags["v1.2.3"], tags["1.2"], tags["1"], tags["latest"]]).toEqual([digest, digest, digest, digest]);
    expect(await world.tags(IMAGE, "hub")).toMatchObject({ "v1.2.3": digest, "1.2": digest, "1": digest });
    expect(leaked(world)).toEqual([]);
  });

  test("a prerelease moves no other tag", async () => {
    const world = await playCharon();
    const sha = await world.push("main", change("one"));
    await world.settle();
    await world.tag("v2.0.0-rc.1", sha);
    await world.settle();
    expect(troubles(world)).toBe("");
    const tags = await world.tags(IMAGE);
    expect(tags["v2.0.0-rc.1"]).toBe(tags[`sha-${short(sha)}`]);
    expect([tags["2.0"], tags["2"]]).toEqual([undefined, undefined]);
  });

  test("of a commit that was never built builds it once and publishes after its tests", async () => {
    const world = await playCharon();
    const sha = await world.git.commit("Wikid82/Charon", "quiet", change("unbuilt"), { from: "refs/heads/main" });
    await world.tag("v1.3.0", sha);
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(builds(world, sha)).toEqual({ "linux/amd64": 1, "linux/arm64": 1 });
    const tags = await world.tags(IMAGE);
    expect(tags["v1.3.0"]).toBeDefined();
    expect(noted(world, WAF, "image")).toEqual([sha]);
    expect(world.verdicts(sha)).toMatchObject({ [CROWDSEC]: "success", [WAF]: "success" });
    expect(world.player.runs.filter((run) => run.workflowName === BUILD)).toEqual([]);
  });

  test("of a commit whose test failed is not published", async () => {
    const world = await playCharon();
    const sha = await world.push("main", { ...change("bad"), "scripts/waf_integration.sh": "#!/bin/sh\nexit 1\n" });
    await world.settle();
    await world.tag("v1.4.0", sha);
    await world.settle();
    expect(world.run("Release").conclusion).toBe("failure");
    expect((await world.tags(IMAGE))["v1.4.0"]).toBeUndefined();
    expect(await world.tags(IMAGE, "hub")).toEqual({});
  });
});
