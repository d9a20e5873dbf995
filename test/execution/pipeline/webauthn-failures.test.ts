/** What is not published, and what stays to be looked at: pull requests, failures, re-runs and clean-ups of the WebAuthn server's pipeline. */
import { describe, expect, test, vi } from "vitest";
import { jobOf, logOf } from "../../player/runs.ts";
import { missing } from "../../support/tools.ts";
import { results, short, troubles } from "./charon.ts";
import { CREDENTIALS, FAILING, PUBLISHED, playWebAuthn, serverChange, SERVER, type WebAuthn } from "./webauthn.ts";

// A scenario plays dozens of jobs with real shells.
vi.setConfig({ testTimeout: 180_000 });

const cleaned = ({ run }: WebAuthn): string => logOf(jobOf(run(), "Clean up after this run"));
const nothingPublished = async ({ world, npm, portal }: WebAuthn): Promise<void> => {
  expect({
    npm,
    central: portal.deployments,
    hub: await Promise.all(PUBLISHED.map((name) => world.tags(name, "hub"))),
  }).toEqual({ npm: [], central: [], hub: [{}, {}] });
};

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git", "gpg", "unzip"))("not publishing", () => {
  test("a pull request is tested, publishes nothing, and its images go at once", async () => {
    const played = await playWebAuthn();
    const { world, run } = played;
    // GitHub does not delete a package's last tagged version.
    await world.dispatch("main-ci-cd.yml", { tag: "kept" });
    await world.settle();
    const pull = await world.openPull({ number: 12, branch: "fix/login", files: serverChange("fixed") });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(results(run())).toMatchObject({
      "Run E2E Tests": "success",
      "Run Client Tests": "success",
      "Publish dockerhub": "skipped",
      Published: "skipped",
    });
    expect(cleaned(played)).toContain("Strategy: delete-run");
    expect(Object.keys(await world.tags(SERVER))).not.toContain(`pr-12-${short(pull.headSha)}`);
    await nothingPublished(played);
  });

  test("a fork's pull request is tested without secrets, and neither publishes nor deletes", async () => {
    const played = await playWebAuthn();
    const { world, run } = played;
    await world.openPull({ number: 13, branch: "main", fork: "Somebody/WebAuthn", files: serverChange("theirs") });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(results(run())).toMatchObject({
      "Run E2E Tests": "success",
      "Publish dockerhub": "skipped",
      "Publish npm": "skipped",
      "Clean up after this run": "skipped",
    });
    expect(world.deleted).toEqual([]);
    await nothingPublished(played);
  });

  test("when the end-to-end tests fail, nothing is published, and the newest images stay", async () => {
    const played = await playWebAuthn();
    const sha = await played.push("main", { ...serverChange("broken"), ...FAILING });

    expect(results(played.run())).toMatchObject({
      "Run E2E Tests": "failure",
      "Run Client Tests": "success",
      "Publish dockerhub": "skipped",
      "Publish npm": "skipped",
      "Publish central": "skipped",
      Published: "skipped",
    });
    expect(cleaned(played)).toContain("Strategy: keep-recent, because publishing: skipped");
    expect((await played.world.tags(SERVER))[`sha-${short(sha)}`]).toBeDefined();
    expect((await played.world.tags(SERVER))["latest"]).toBeUndefined();
    await nothingPublished(played);
  });

  test("when the scan finds something, nothing is published", async () => {
    const played = await playWebAuthn();
    played.world.hooks.vulnerable = () => true;
    await played.push("main", serverChange("vulnerable"));
    expect(results(played.run())).toMatchObject({
      "Run E2E Tests": "success",
      Build: "success",
      Scan: "failure",
      "All checks": "failure",
      "Publish dockerhub": "skipped",
      "Publish npm": "skipped",
    });
    await nothingPublished(played);
  });

  test("when Docker Hub is down, all images stay, and a re-run of the failed jobs completes what was begun", async () => {
    const played = await playWebAuthn();
    const { world, npm, portal, push, run } = played;
    world.hub?.registry.fault({ kind: "status", status: 503, method: "PUT" });
    world.hub?.registry.fault({ kind: "status", status: 503, method: "POST" });
    const sha = await push("main", serverChange("first"));

    expect(results(run())).toMatchObject({
      "Publish dockerhub": "failure",
      "Publish npm": "success",
      "Publish central": "success",
      Published: "failure",
    });
    expect(cleaned(played)).toContain("Strategy: preserve, because publishing has failed");
    expect((await world.tags(SERVER))[`sha-${short(sha)}`]).toBeDefined();
    expect(world.messages.join("\n")).toContain("Main CI/CD");

    world.hub?.registry.clearFaults();
    await world.player.rerun(run(), "failed");
    await world.settle();
    expect(results(run())).toMatchObject({
      "Publish dockerhub": "success",
      Published: "success",
      "Clean up after this run": "success",
    });
    expect((await world.tags(SERVER, "hub"))["1.0.1"]).toBe((await world.tags(SERVER))[`sha-${short(sha)}`]);
    expect({ npm: npm.length, central: portal.deployments.length }).toEqual({ npm: 1, central: 1 });
    expect(cleaned(played)).toContain("Strategy: delete-staging");
  });

  test("a whole re-run publishes nothing twice", async () => {
    const { world, npm, portal, push, run } = await playWebAuthn();
    await push("main", serverChange("first"));
    await world.player.rerun(run(), "all");
    await world.settle();
    expect(troubles(world)).toBe("");
    expect(results(run())).toMatchObject({ "Publish dockerhub": "success", Published: "success" });
    expect({ npm: npm.map(({ version }) => version), central: portal.deployments.length }).toEqual({
      npm: ["1.0.1"],
      central: 1,
    });
  });

  test("an older run that is run again does not take latest back", async () => {
    const { world, push } = await playWebAuthn();
    world.hub?.registry.fault({ kind: "status", status: 503, method: "PUT" });
    await push("main", serverChange("first"));
    const first = world.run("Main CI/CD");
    world.hub?.registry.clearFaults();
    await push("main", serverChange("second"));
    await world.player.rerun(first, "failed");
    await world.settle();

    const hub = await world.tags(SERVER, "hub");
    expect(hub["1.0.1"]).toBeDefined();
    expect(hub["latest"]).toBe(hub["1.0.2"]);
    expect(hub["latest"]).not.toBe(hub["1.0.1"]);
  });

  test("[preserve] in the commit's message keeps everything of its run", async () => {
    const played = await playWebAuthn();
    const sha = await played.push("main", serverChange("first"), "Try something [preserve]");
    expect(troubles(played.world)).toBe("");
    expect(cleaned(played)).toContain("Strategy: preserve, because the commit's message holds [preserve]");
    expect((await played.world.tags(CREDENTIALS))[`sha-${short(sha)}`]).toBeDefined();
    expect(played.world.deleted).toEqual([]);
  });

  test("a missing secret is named before anything is built", async () => {
    const played = await playWebAuthn({ missing: ["DOCKER_PASSWORD", "SIGNING_PASSWORD"] });
    await played.push("main", serverChange("first"));
    const plan = logOf(jobOf(played.run(), "Plan"));
    for (const name of ["DOCKER_PASSWORD", "SIGNING_PASSWORD"]) expect(plan).toContain(`${name}: `);
    expect(plan).toContain("Not all secrets are there, so nothing is built that could not be published.");
    expect(played.world.builds).toEqual([]);
    await nothingPublished(played);
  });

  test("what a run has left that somebody cancelled, the daily clean-up finds", async () => {
    const { world, push } = await playWebAuthn();
    await push("main", serverChange("first"));
    world.hooks.beforeJob = (run, job) => {
      if (job.name === "Clean up after this run") world.player.cancel(run);
    };
    const pull = await world.openPull({ number: 14, branch: "fix/cancelled", files: serverChange("cancelled") });
    await world.settle();
    const tag = `pr-14-${short(pull.headSha)}`;
    expect(Object.keys(await world.tags(SERVER))).toContain(tag);

    world.closePull(14);
    world.age(24 * 3);
    await world.schedule("0 3 * * *");
    await world.settle();
    expect(troubles(world)).toBe("");
    expect(Object.keys(await world.tags(SERVER))).not.toContain(tag);
    expect(Object.keys(await world.tags(SERVER))).toContain("latest");
  });
});
