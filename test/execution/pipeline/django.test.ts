/** The Django site's pipeline, whole: what is baked, tested, taken back and deployed, and how a base image comes to be used. */
import { describe, expect, test, vi } from "vitest";
import { readNotes } from "../../player/world.ts";
import { missing } from "../../support/tools.ts";
import { leaked, noted, results, troubles } from "./charon.ts";
import { baked, change, CI, FAILING, imageOf, playSite, SERVICES } from "./django.ts";

// A scenario plays dozens of jobs with real shells.
vi.setConfig({ testTimeout: 240_000 });

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git"))("the Django site", () => {
  test("a push to main bakes every image once, under the commit; the tests take the test image; what ships is deployed to staging, a canary and production", async () => {
    const { world, deployed } = await playSite();
    const sha = await world.push("main", change("one"));
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(baked(world, sha)).toEqual(["celery", "test", "web"]);
    for (const key of ["test", ...SERVICES]) {
      const tags = await world.tags(imageOf(key));
      expect(tags[sha], key).toMatch(/^sha256:/);
      expect(tags["latest"], key).toBe(tags[sha]);
    }
    // Both tests write their note as the job `test` of this run.
    expect(noted(world, CI, "image")).toEqual([sha]);
    const to = (prefix: string): object[] =>
      SERVICES.map((key) => ({ app: `${prefix}-${key}`, image: `ghcr.io/${imageOf(key)}:${sha}` }));
    expect(deployed).toEqual([
      ...to("staging"),
      { app: "site-canary", image: `ghcr.io/${imageOf("web")}:${sha}` },
      ...to("site"),
    ]);
    expect(world.ghcr.gate.refused).toEqual([]);
  });

  test("a pull request bakes and tests the test image alone, and deploys nothing", async () => {
    const { world, deployed } = await playSite();
    const pull = await world.openPull({ number: 12, branch: "feature/login", files: change("pull") });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(baked(world, pull.headSha)).toEqual(["test"]);
    expect(Object.keys(await world.tags(imageOf("test")))).toContain(`pr-12-${pull.headSha}`);
    expect(await world.tags(imageOf("web"))).toEqual({});
    expect(results(world.run(CI))).toMatchObject({
      "Run Tests": "success",
      Build: "success",
      "All checks": "success",
      "Run Smoke Test": "skipped",
      "Deploy to staging": "skipped",
    });
    expect(deployed).toEqual([]);
  });

  test("a pull request of a fork is tested from its run's artifact, pushes nothing and sees no secret", async () => {
    const { world, deployed } = await playSite();
    const pull = await world.openPull({ number: 13, branch: "main", fork: "stranger/site", files: change("fork") });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(results(world.run(CI))).toMatchObject({ "Run Tests": "success", "All checks": "success" });
    expect(noted(world, CI, "image")).toEqual([pull.headSha]);
    expect(await world.tags(imageOf("test"))).toEqual({});
    expect(leaked(world)).toEqual([]);
    expect(Object.values(readNotes(world)).filter((text) => text.includes("caprover-token"))).toEqual([]);
    expect(deployed).toEqual([]);
  });

  test("tests that fail take the commit's tags back; nothing moves and nothing is deployed", async () => {
    const { world, deployed } = await playSite();
    const good = await world.push("main", change("good"));
    await world.settle();
    const before = deployed.length;
    const bad = await world.push("main", { ...change("bad"), ...FAILING });
    await world.settle();

    expect(results(world.run(CI))).toMatchObject({
      "Run Tests": "failure",
      "All checks": "failure",
      "Take the tags back": "success",
      "Move the tags": "skipped",
      "Deploy to staging": "skipped",
    });
    for (const key of SERVICES) {
      const tags = await world.tags(imageOf(key));
      expect([key, tags[bad], tags["latest"] === tags[good]]).toEqual([key, undefined, true]);
    }
    expect(deployed).toHaveLength(before);
  });

  test("a staging that does not answer keeps production as it is", async () => {
    const { world, deployed, down } = await playSite();
    down.add("staging.aaronspindler.com");
    await world.push("main", change("one"));
    await world.settle();
    expect(results(world.run(CI))).toMatchObject({
      "Deploy to staging": "failure",
      "Deploy to production": "skipped",
      Published: "failure",
    });
    expect(deployed.map(({ app }) => app)).toEqual(SERVICES.map((key) => `staging-${key}`));
  });

  test("a canary that does not answer keeps the rest of production as it is", async () => {
    const { world, deployed, down } = await playSite();
    down.add("canary.aaronspindler.com");
    await world.push("main", change("one"));
    await world.settle();
    expect(results(world.run(CI))).toMatchObject({ "Deploy to staging": "success", "Deploy to production": "failure" });
    expect(deployed.map(({ app }) => app)).toEqual([...SERVICES.map((key) => `staging-${key}`), "site-canary"]);
  });

  test("a commit that changes no input of the images builds nothing, and gives them its tag", async () => {
    const { world } = await playSite();
    const first = await world.push("main", change("one"));
    await world.settle();
    const second = await world.push("main", { "README.md": "more\n" });
    await world.settle();
    expect(troubles(world)).toBe("");
    expect(baked(world, second)).toEqual([]);
    for (const key of ["test", ...SERVICES]) {
      const tags = await world.tags(imageOf(key));
      expect(tags[second], key).toBe(tags[first]);
    }
  });

  test("the base image is built, and proposed by its digest as a pull request that pins it", async () => {
    const { world } = await playSite();
    await world.dispatch("build-base-image.yml");
    await world.settle();

    expect(troubles(world)).toBe("");
    const tags = Object.entries(await world.tags(imageOf("base")));
    expect(tags.map(([tag]) => tag)).toEqual([expect.stringMatching(/^\d{4}-\d{2}-\d{2}-1-1$/)]);
    const [tag = "", digest = ""] = tags[0] ?? [];
    const [pull] = [...world.pulls.values()];
    expect(pull).toMatchObject({ title: "Build on the newest site-base" });
    const proposed = await world.git.read(pull?.headSha ?? "", "deployment/Dockerfile");
    expect(proposed).toContain(`FROM ghcr.io/${imageOf("base")}:${tag}@${digest}\n`);
  });

  test("a base image that does not pass its scan is not proposed", async () => {
    const { world } = await playSite();
    world.hooks.vulnerable = () => true;
    await world.dispatch("build-base-image.yml");
    await world.settle();
    expect(results(world.run("Build Base Image"))).toMatchObject({
      "Build site-base": "failure",
      "Propose site-base": "skipped",
    });
    expect(world.pulls.size).toBe(0);
  });
});
