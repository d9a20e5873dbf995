/** Kyklos's releases: by a tag, one after the other, and a major one only once somebody has said so. */
import { describe, expect, test, vi } from "vitest";
import { missing } from "../../support/tools.ts";
import { builds, results, short, troubles } from "./charon.ts";
import { change, E2E_FAILS, IMAGE, playKyklos } from "./kyklos.ts";

// A scenario plays dozens of jobs with real shells.
vi.setConfig({ testTimeout: 240_000 });

const ASSETS = [
  "CHANGELOG-v1.2.0.md",
  "build-info.json",
  "checksums.txt",
  "install.yaml",
  "kyklos-controller-linux-amd64",
  "kyklos-controller-linux-arm64",
  "sbom-controller-linux-amd64.spdx.json",
  "sbom-controller-linux-arm64.spdx.json",
];

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git"))("a release of Kyklos", () => {
  test("that is a minor one promotes the tested image, runs the end-to-end tests, and publishes everything", async () => {
    const world = await playKyklos();
    const sha = await world.push("main", change("one"));
    await world.settle();
    await world.tag("v1.2.0", sha);
    await world.settle();

    expect(troubles(world)).toBe("");
    // What has passed on the commit before is not repeated; the end-to-end tests are for releases alone.
    expect(results(world.run("Release"))).toMatchObject({
      "Run E2E": "success",
      "All checks (release)": "success",
      "Approve for major-release": "skipped",
      "Release controller": "success",
      "Publish release": "success",
    });
    expect(results(world.run("Release"))["Run Unit tests"]).toBe("skipped");
    expect(builds(world, sha)).toEqual({ "linux/amd64": 1, "linux/arm64": 1 });
    const tags = await world.tags(IMAGE);
    expect([tags["v1.2.0"], tags["1.2"]]).toEqual([tags[`sha-${short(sha)}`], tags[`sha-${short(sha)}`]]);
    expect(
      world.releases.map(({ tag, draft, assets }) => ({ tag, draft, assets: assets.map(({ name }) => name).sort() })),
    ).toEqual([{ tag: "v1.2.0", draft: false, assets: ASSETS }]);
  });

  test("whose end-to-end tests fail is not published, and somebody is told", async () => {
    const world = await playKyklos();
    const sha = await world.push("main", { ...change("one"), ...E2E_FAILS });
    await world.settle();
    await world.tag("v1.2.0", sha);
    await world.settle();
    expect(results(world.run("Release"))).toMatchObject({
      "Run E2E": "failure",
      "All checks (release)": "failure",
      "Release controller": "skipped",
      "Publish release": "skipped",
      Notify: "success",
    });
    expect((await world.tags(IMAGE))["v1.2.0"]).toBeUndefined();
    expect(world.releases).toEqual([]);
    expect(world.messages.join("\n")).toContain("Release failed on v1.2.0");
    expect(world.run("Release").artifacts.map(({ name }) => name)).toContain("diagnostics-e2e-dst");
  });

  test("that is a major one waits for its reviewers, and what they reject is not published", async () => {
    const world = await playKyklos();
    const sha = await world.push("main", change("one"));
    await world.settle();
    await world.tag("v2.0.0", sha);
    await world.waiting("major-release");
    expect((await world.tags(IMAGE))["v2.0.0"]).toBeUndefined();
    world.reject("major-release");
    await world.settle();
    expect(world.run("Release").conclusion).toBe("failure");
    expect((await world.tags(IMAGE))["v2.0.0"]).toBeUndefined();
    expect(world.releases).toEqual([]);
  });

  test("that is a major one is published once it is approved, and the next release waits for it", async () => {
    const world = await playKyklos();
    const sha = await world.push("main", change("one"));
    await world.settle();
    await world.tag("v2.0.0", sha);
    await world.waiting("major-release");
    await world.tag("v2.0.1", sha);
    expect((await world.tags(IMAGE))["v2.0.1"]).toBeUndefined();
    world.approve("major-release");
    await world.settle();
    expect(troubles(world)).toBe("");
    expect(
      world.player.runs.filter(({ workflowName }) => workflowName === "Release").map(({ conclusion }) => conclusion),
    ).toEqual(["success", "success"]);
    expect(world.releases.map(({ tag }) => tag)).toEqual(["v2.0.0", "v2.0.1"]);
    expect((await world.tags(IMAGE))["2.0"]).toBe((await world.tags(IMAGE))["v2.0.1"]);
  });

  test("that failed half-way is completed by a re-run", async () => {
    const world = await playKyklos();
    const sha = await world.push("main", change("one"));
    await world.settle();
    let isDown = true;
    world.api.fault(
      Object.assign(/assets/, { test: (path: string) => isDown && path.endsWith("/assets") }),
      503,
      1_000,
    );
    await world.tag("v1.2.0", sha);
    await world.settle();
    expect(results(world.run("Release"))).toMatchObject({
      "Release controller": "success",
      "Publish release": "failure",
    });
    expect(world.releases.filter(({ draft }) => !draft)).toEqual([]);
    const given = (await world.tags(IMAGE))["v1.2.0"];
    isDown = false;
    await world.player.rerun(world.run("Release"), "failed");
    await world.settle();
    expect(world.run("Release").conclusion).toBe("success");
    expect((await world.tags(IMAGE))["v1.2.0"]).toBe(given);
    expect(
      world.releases.map(({ tag, draft, assets }) => ({ tag, draft, assets: assets.map(({ name }) => name).sort() })),
    ).toEqual([{ tag: "v1.2.0", draft: false, assets: ASSETS }]);
  });
});
