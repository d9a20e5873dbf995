/** What is published, from the push to the clean-up: whole runs of the WebAuthn server's pipeline. */
import { describe, expect, test, vi } from "vitest";
import { jobOf, logOf } from "../../player/runs.ts";
import { missing } from "../../support/tools.ts";
import { results, short, troubles } from "./charon.ts";
import { clientChange, CLIENT, CREDENTIALS, PUBLISHED, playWebAuthn, serverChange, SERVER } from "./webauthn.ts";

// A scenario plays dozens of jobs with real shells.
vi.setConfig({ testTimeout: 180_000 });

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git", "gpg", "unzip"))("publishing", () => {
  test("a push to main is tested, published everywhere under one version, and cleaned up", async () => {
    const { world, npm, portal, push, run } = await playWebAuthn();
    const sha = await push("main", serverChange("first"));

    expect(troubles(world)).toBe("");
    expect(results(run())).toMatchObject({
      "Publish dockerhub": "success",
      "Publish npm": "success",
      "Publish central": "success",
      Published: "success",
      "Clean up after this run": "success",
    });
    for (const [index, name] of [SERVER, CREDENTIALS].entries()) {
      const staged = await world.tags(name);
      const tested = staged[`sha-${short(sha)}`];
      expect(await world.tags(PUBLISHED[index] ?? "", "hub")).toMatchObject({ "1.0.1": tested, latest: tested });
      // GitHub deletes whole versions, so a staging tag stays where its image has the commit's tag as well.
      expect(Object.entries(staged).filter(([one, digest]) => one.startsWith("stage-") && digest !== tested)).toEqual(
        [],
      );
    }
    expect(npm).toMatchObject([{ name: "@acme/webauthn-client", version: "1.0.1", tag: "latest" }]);
    expect([...portal.central.keys()]).toContain(`${CLIENT}/1.0.1/client-1.0.1.jar.asc`);
    expect(world.signatures.map(({ image }) => image).sort()).toEqual(
      PUBLISHED.map((name) => `docker.io/${name}`).sort(),
    );
  });

  test("a change of a client library alone is tested and published, while the images are those of before", async () => {
    const { world, npm, portal, push, run } = await playWebAuthn();
    const first = await push("main", serverChange("first"));
    const second = await push("main", clientChange("second"));

    expect(troubles(world)).toBe("");
    expect(results(run())).toMatchObject({
      "All checks": "success",
      "Publish npm": "success",
      "Publish central": "skipped",
      Published: "success",
    });
    expect(npm.map(({ version }) => version)).toEqual(["1.0.1", "1.0.2"]);
    expect(portal.deployments).toHaveLength(1);
    expect(world.builds.filter(({ commit, cached }) => commit === second && !cached)).toEqual([]);
    const hub = await world.tags(SERVER, "hub");
    expect(hub["1.0.2"]).toBe(hub["1.0.1"]);
    expect((await world.tags(SERVER))[`sha-${short(second)}`]).toBe((await world.tags(SERVER))[`sha-${short(first)}`]);
  });

  test("a change of the documentation alone builds no image and publishes no package again", async () => {
    const { world, npm, portal, push, run } = await playWebAuthn();
    await push("main", serverChange("first"));
    const docs = await push("main", { "README.md": "# Said better\n" });

    expect(troubles(world)).toBe("");
    expect(results(run())).toMatchObject({
      "Publish npm": "skipped",
      "Publish central": "skipped",
      Published: "success",
    });
    expect(world.builds.filter(({ commit, cached }) => commit === docs && !cached)).toEqual([]);
    expect(npm).toHaveLength(1);
    expect(portal.deployments).toHaveLength(1);
  });

  test("what nobody has changed is published all the same when somebody asks for it on main", async () => {
    const { world, npm, run, push } = await playWebAuthn();
    await push("main", serverChange("first"));
    await world.dispatch("main-ci-cd.yml", { force_publish: true });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(results(run())).toMatchObject({
      "Publish dockerhub": "success",
      "Publish npm": "success",
      "Publish central": "success",
      Published: "success",
    });
    expect(npm.map(({ version, tag }) => `${version} ${tag}`)).toEqual(["1.0.1 latest", "1.0.2 latest"]);
    expect((await world.tags(SERVER, "hub"))["1.0.2"]).toBeDefined();
  });

  test("a run by hand that does not ask for it publishes nothing", async () => {
    const { world, npm, run } = await playWebAuthn();
    await world.dispatch("main-ci-cd.yml");
    await world.settle();
    expect(troubles(world)).toBe("");
    expect(results(run())).toMatchObject({ "All checks": "success", "Publish npm": "skipped", Published: "skipped" });
    expect(npm).toEqual([]);
  });

  test("develop publishes prereleases as next, and latest stays main's", async () => {
    const { world, npm, portal, push } = await playWebAuthn();
    await push("main", serverChange("first"));
    await push("develop", {
      ...serverChange("second"),
      ...clientChange("second"),
      "android-client/Client.kt": "class NewClient\n",
    });

    expect(troubles(world)).toBe("");
    const hub = await world.tags(SERVER, "hub");
    expect(hub["next"]).toBe(hub["1.0.2-develop.2"]);
    expect(hub["next"]).not.toBe(hub["latest"]);
    expect(hub["latest"]).toBe(hub["1.0.1"]);
    expect(npm.map(({ version, tag }) => `${version} ${tag}`)).toEqual(["1.0.1 latest", "1.0.2-develop.2 next"]);
    expect([...portal.central.keys()]).toContain(`${CLIENT}/1.0.2-develop.2/client-1.0.2-develop.2.jar`);
  });

  test("with `publishing: false` everything is built and tested, and nothing is published", async () => {
    const { world, npm, portal, push, run } = await playWebAuthn({
      change: (config) => ({ ...config, publishing: false }),
    });
    const sha = await push("main", serverChange("first"));
    expect(troubles(world)).toBe("");
    expect(
      run()
        .jobs.map(({ name }) => name)
        .filter((name) => name.startsWith("Publish") && !/^Publish (webauthn-server|test-credentials)$/.test(name)),
    ).toEqual([]);
    expect(results(run())).toMatchObject({ "All checks": "success", "Clean up after this run": "success" });
    expect(logOf(jobOf(run(), "Clean up after this run"))).toContain("Strategy: keep-recent, because publishing: none");
    expect((await world.tags(SERVER))[`sha-${short(sha)}`]).toBeDefined();
    expect({ npm, hub: await world.tags(SERVER, "hub"), central: portal.deployments }).toEqual({
      npm: [],
      hub: {},
      central: [],
    });
  });
});
