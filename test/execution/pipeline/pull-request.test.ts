/** Pull requests: from the repository, from a fork, updated, and of a branch whose pushes build too. */
import { describe, expect, test, vi } from "vitest";
import { jobOf, logOf } from "../../player/runs.ts";
import { readNotes } from "../../player/world.ts";
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
  results,
  short,
  testOf,
  TESTS,
  troubles,
  WAF,
} from "./charon.ts";

// A scenario plays dozens of jobs with real shells.
vi.setConfig({ testTimeout: 120_000 });

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git"))("a pull request", () => {
  test("of the repository is built once, tested by every consumer from that one digest, and moves no tag", async () => {
    const world = await playCharon();
    const pull = await world.openPull({
      number: 12,
      branch: "fix/login",
      files: change("fix"),
      title: "$(touch /tmp/owned) `id` \"'",
    });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(builds(world, pull.headSha)).toEqual({ "linux/amd64": 1 });
    const tags = await world.tags(IMAGE);
    const tag = `pr-12-${short(pull.headSha)}`;
    expect(Object.keys(tags)).toContain(tag);
    expect(Object.keys(tags)).not.toContain("latest");
    for (const consumer of [CROWDSEC, WAF]) {
      expect(pulledBy(world, consumer)).toContain(tags[tag]);
      expect(noted(world, consumer, "image")).toEqual([pull.headSha]);
      expect(noted(world, consumer, "commit")).toEqual([pull.headSha]);
    }
    expect(world.verdicts(pull.headSha)).toEqual({ [CROWDSEC]: "success", [WAF]: "success" });
    expect(results(world.run(BUILD))["Build / Build charon (amd64)"]).toBe("success");
    expect(leaked(world)).toEqual([]);
    expect(world.ghcr.gate.refused).toEqual([]);
    expect(await world.tags(IMAGE, "hub")).toEqual({});
  });

  test("of a fork is built without a push, tested from the artifact, and sees neither secret nor write token", async () => {
    const world = await playCharon();
    const pull = await world.openPull({
      number: 13,
      branch: "main",
      files: change("from a fork"),
      fork: "mallory/Charon",
    });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(builds(world, pull.headSha)).toEqual({ "linux/amd64": 1 });
    expect(await world.tags(IMAGE)).toEqual({});
    expect(world.ghcr.gate.transfers.filter((transfer) => transfer.kind !== "pull")).toEqual([]);
    for (const consumer of [CROWDSEC, WAF]) {
      expect(pulledBy(world, consumer)).toEqual([]);
      expect(noted(world, consumer, "image")).toEqual([pull.headSha]);
      expect(noted(world, consumer, "commit")).toEqual([pull.headSha]);
    }
    expect(world.verdicts(pull.headSha)).toEqual({ [CROWDSEC]: "success", [WAF]: "success" });
    expect(leaked(world)).toEqual([]);
    // No job of the fork's own run holds a write permission, whatever its workflow asks for.
    for (const job of world.run(BUILD).jobs) expect(Object.values(job.permissions)).not.toContain("write");
    // The jobs that run the fork's code after it hold none either, and no step of them has a secret of the repository.
    const tests = world.player.runs
      .filter((run) => run.event.name === "workflow_run")
      .flatMap((run) => run.jobs.filter((job) => job.key.startsWith("test-")));
    expect(tests).toHaveLength(2);
    for (const job of tests) {
      expect(Object.values(job.permissions)).not.toContain("write");
      expect(job.steps.flatMap((step) => step.secrets).filter((name) => name !== "GITHUB_TOKEN")).toEqual([]);
    }
  });

  test("of a fork cannot pass for the repository's own by its record, its branch or its tests", async () => {
    const world = await playCharon();
    // The fork changes the build workflow, so that its run hands on a record that claims another image.
    const text = await world.git.read(
      await world.git.ref("refs/heads/main").then(String),
      ".github/workflows/builds.yml",
    );
    const forged = text.replaceAll(
      "images: ${{ steps.publish.outputs.images }}",
      `images: '${JSON.stringify({ charon: { digest: `sha256:${"0".repeat(64)}`, commit: "0".repeat(40) } })}'`,
    );
    expect(forged).not.toBe(text);
    const pull = await world.openPull({
      number: 14,
      branch: "main",
      files: { ...change("forged"), ".github/workflows/builds.yml": forged },
      fork: "mallory/Charon",
    });
    await world.settle();
    for (const run of world.player.runs.filter((each) => each.workflowName === TESTS)) {
      expect(jobOf(run, "resolve").outputs["trusted"]).toBe("false");
      expect(JSON.parse(jobOf(run, "resolve").outputs["images"] ?? "")).toEqual({
        charon: { digest: "", commit: pull.headSha },
      });
    }
    expect(leaked(world)).toEqual([]);
    expect(await world.tags(IMAGE)).toEqual({});
  });

  test("that is updated while it is built leaves the older commit's build cancelled, and reports on both", async () => {
    const world = await playCharon();
    let waiting: (() => void) | undefined;
    const begun = new Promise<void>((resolve) => {
      world.hooks.beforeStep = async (run, _job, step) => {
        if (run.event.name !== "pull_request" || run.number !== 1 || step !== "Build") return;
        resolve();
        await new Promise<void>((go) => (waiting = go));
      };
    });
    const first = await world.openPull({ number: 15, branch: "fix/twice", files: change("first") });
    await begun;
    const second = await world.updatePull(15, change("second"));
    waiting?.();
    await world.settle();

    expect(world.player.runs.filter((run) => run.workflowName === BUILD).map((run) => run.conclusion)).toEqual([
      "cancelled",
      "success",
    ]);
    expect(world.verdicts(second.headSha)).toEqual({ [CROWDSEC]: "success", [WAF]: "success" });
    // The cancelled build's commit does not wait for ever.
    for (const state of Object.values(world.verdicts(first.headSha))) expect(state).not.toBe("pending");
    expect(builds(world, second.headSha)).toEqual({ "linux/amd64": 1 });
  });

  test("of a feature branch and the branch's own push build the commit once", async () => {
    const world = await playCharon();
    const pull = await world.openPull({ number: 16, branch: "feature/Add_New-Feature", files: change("feature") });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(world.player.runs.filter((run) => run.workflowName === BUILD).map((run) => run.event.name)).toEqual([
      "push",
      "pull_request",
    ]);
    expect(builds(world, pull.headSha)).toEqual({ "linux/amd64": 1 });
    const tags = await world.tags(IMAGE);
    const [ofPull, ofBranch] = [
      tags[`pr-16-${short(pull.headSha)}`],
      tags[`feature-add_new-feature-${short(pull.headSha)}`],
    ];
    expect(ofPull).toBeDefined();
    expect(ofPull).toBe(ofBranch);
    expect(world.verdicts(pull.headSha)).toEqual({ [CROWDSEC]: "success", [WAF]: "success" });
  });

  test("that changes nothing of the image reuses the newest one, under its own tag", async () => {
    const world = await playCharon();
    const main = await world.push("main", change("base"));
    await world.settle();
    const pull = await world.openPull({ number: 17, branch: "docs/readme", files: { "README.md": "more words\n" } });
    await world.settle();

    expect(troubles(world)).toBe("");
    expect(builds(world, pull.headSha)).toEqual({});
    const tags = await world.tags(IMAGE);
    expect(tags[`pr-17-${short(pull.headSha)}`]).toBe(tags[`sha-${short(main)}`]);
    // The tests run the pull request's code against the image of the commit that it was made from.
    expect(noted(world, CROWDSEC, "commit")).toContain(pull.headSha);
    expect(world.verdicts(pull.headSha)).toEqual({ [CROWDSEC]: "success", [WAF]: "success" });
    expect(logOf(jobOf(world.run(TESTS), testOf(CROWDSEC)))).toContain(tags[`sha-${short(main)}`]);
    expect(Object.keys(readNotes(world))).toHaveLength(4);
  });
});
