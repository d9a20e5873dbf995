/** Kyklos's checks, builds and smoke test: what each commit goes through before anybody merges or releases it. */
import { describe, expect, test, vi } from "vitest";
import { jobOf, logOf } from "../../player/runs.ts";
import { missing } from "../../support/tools.ts";
import { builds, results, short, troubles } from "./charon.ts";
import { change, IMAGE, LINT_FAILS, playKyklos, tests, VERIFY_FAILS } from "./kyklos.ts";

// A scenario plays dozens of jobs with real shells.
vi.setConfig({ testTimeout: 180_000 });

const CHECKS = ["Lint", "Unit tests", "Envtest", "No secrets in the code", "Verify", "Kind smoke test"];
const passed = Object.fromEntries(
  ["Build", "All checks", ...CHECKS.map((name) => `Run ${name}`)].map((name) => [name, "success"]),
);
const artifacts = (world: Awaited<ReturnType<typeof playKyklos>>): string[] =>
  world.run("CI").artifacts.map(({ name }) => name);

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git"))("a commit of Kyklos", () => {
  test("of a pull request is checked and built once, smoke-tested from that image, and told its coverage", async () => {
    const world = await playKyklos();
    await world.push("main", change("base"));
    await world.settle();
    const pull = await world.openPull({
      number: 12,
      branch: "fix/window",
      files: { ...change("fix"), ...tests({ covered: 85 }) },
    });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(results(world.run("CI"))).toMatchObject(passed);
    expect(builds(world, pull.headSha)).toEqual({ "linux/amd64": 1 });
    const tags = await world.tags(IMAGE);
    expect(await world.tags(IMAGE, "quay.io")).toMatchObject({
      [`pr-12-${short(pull.headSha)}`]: tags[`pr-12-${short(pull.headSha)}`],
    });
    // Main's coverage came with its cache: the comment says by how much the pull request is behind.
    expect(world.comments.map(({ body }) => body).join("\n")).toMatch(/85[\s\S]*-5/);
  });

  test("of a fork is checked without secrets, reads main's coverage, and gets no comment", async () => {
    const world = await playKyklos();
    await world.push("main", change("base"));
    await world.settle();
    const before = world.caches.length;
    await world.openPull({
      number: 13,
      branch: "main",
      files: { ...change("from a fork"), ...tests({ covered: 88 }) },
      fork: "mallory/Kyklos",
    });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(results(world.run("CI"))).toMatchObject({ ...passed, "Comment on the pull request": "skipped" });
    expect(logOf(jobOf(world.run("CI"), "Run Unit tests / Test"))).toContain("-2 points against 90 %");
    expect(world.comments).toEqual([]);
    // What a fork's run saves, nobody else reads; and of main's, nothing is written anew.
    expect(world.caches.slice(before).filter(({ ref }) => ref === "refs/heads/main")).toEqual([]);
  });

  test("of main attests its files, moves latest, and gives the next runs its caches and its coverage", async () => {
    const world = await playKyklos();
    const sha = await world.push("main", change("one"));
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(results(world.run("CI"))).toMatchObject({
      ...passed,
      "Make files / Attest binaries": "success",
      "Make files / Attest bundle": "success",
      "Build / Attest and sign controller": "success",
      "Move the tags": "success",
    });
    expect(builds(world, sha)).toEqual({ "linux/amd64": 1, "linux/arm64": 1 });
    expect((await world.tags(IMAGE))["latest"]).toBe((await world.tags(IMAGE))[`sha-${short(sha)}`]);
    expect(
      world.caches
        .filter(({ ref }) => ref === "refs/heads/main")
        .map(({ key }) => key.split("--")[0])
        .filter((key, index, keys) => keys.indexOf(key) === index),
    ).toEqual(expect.arrayContaining(["modules", "tools", "kind", expect.stringMatching(/^coverage-unit-/)]));
    // Nobody but the job that signs may ask for an identity.
    for (const job of world.run("CI").jobs.filter(({ permissions }) => permissions["id-token"] === "write"))
      expect(job.name).toMatch(/^(Build|Make files) \/ Attest /);
  });

  test("whose lint fails is not smoke-tested, and what explains it is kept", async () => {
    const world = await playKyklos();
    await world.openPull({ number: 14, branch: "fix/licence", files: { ...change("fix"), ...LINT_FAILS } });
    await world.settle();
    expect(results(world.run("CI"))).toMatchObject({
      "Run Lint": "failure",
      "Run Unit tests": "success",
      "Run Kind smoke test": "skipped",
      "All checks": "failure",
    });
    expect(Object.keys(results(world.run("CI"))).filter((name) => name.startsWith("Run Kind smoke test /"))).toEqual(
      [],
    );
    expect(artifacts(world)).toContain("diagnostics-lint");
  });

  test("whose verification fails is smoke-tested all the same, and says so", async () => {
    const world = await playKyklos();
    await world.openPull({ number: 15, branch: "fix/todo", files: { ...change("fix"), ...VERIFY_FAILS } });
    await world.settle();
    expect(results(world.run("CI"))).toMatchObject({ ...passed, "Run Verify": "failure" });
    expect(troubles(world)).toContain("TODO without an issue");
  });

  test("that is below the minimum of coverage fails its unit tests; one of main that fell by five points is told", async () => {
    const world = await playKyklos();
    await world.push("main", change("base"));
    await world.settle();
    await world.openPull({
      number: 16,
      branch: "fix/untested",
      files: { ...change("fix"), ...tests({ covered: 79 }) },
    });
    await world.settle();
    expect(results(world.run("CI"))).toMatchObject({
      "Run Unit tests": "failure",
      "All checks": "failure",
      "Comment on the pull request": "success",
    });
    expect(world.messages).toEqual([]);

    await world.push("main", { ...change("fallen"), ...tests({ covered: 85 }) });
    await world.settle();
    expect(results(world.run("CI"))).toMatchObject({ ...passed, "Tell that the coverage fell": "success" });
    expect(world.messages).toEqual([expect.stringMatching(/the coverage of Unit tests changed by -5 points on main/)]);
  });

  test("whose downloads fail twice is fetched a third time, and its tests run once", async () => {
    const world = await playKyklos();
    await world.openPull({ number: 17, branch: "fix/network", files: { ...change("fix"), "flaky-network": "2" } });
    await world.settle();
    expect(troubles(world)).toBe("");
    const log = logOf(jobOf(world.run("CI"), "Run Unit tests / Test"));
    expect(log.match(/no route to host/g)).toHaveLength(2);
  });
});
