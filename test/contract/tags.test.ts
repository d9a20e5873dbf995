/**
 * Pipeline contract, "Tags". The step that decides on the tag is run as the emitted files carry it. The algorithm itself
 * is proven in test/pipeline/tags.test.ts and tags-of-any-branch.test.ts, every branch of the program in
 * test/execution/plan.test.ts.
 */
import { describe, expect, it } from "vitest";
import { movesPart } from "../../src/pipeline/plan-file/moves.ts";
import { classifyTag } from "../../src/pipeline/tags.ts";
import { DOCKER_TAG } from "../../templates/lib/tags.mjs";
import type { Contexts } from "../player/expressions.ts";
import { decide, decided, workflowsOfRun } from "../support/building.ts";
import { COMMIT, events } from "../support/run-step.ts";
import { type System, systemNamed, systems } from "../support/systems.ts";

const tagOf = (system: System, contexts: Contexts, kind?: "nightly"): string | undefined =>
  decide(system, contexts, kind).outputs["tag"];
const today = (): string => new Date().toISOString().slice(0, 10);

const charon = systemNamed("Charon");

describe("tags", () => {
  it.each([
    ["a pull request", () => tagOf(charon, events.pullRequest()), "pr-12-abc1234", "pullRequest"],
    [
      "a push to a feature branch",
      () => tagOf(charon, events.push("feature/dns-provider")),
      "feature-dns-provider-abc1234",
      "branch",
    ],
    ["a push to main", () => tagOf(charon, events.push("main")), "sha-abc1234", "commit"],
    ["a push to an integration branch", () => tagOf(charon, events.push("development")), "sha-abc1234", "commit"],
    ["the merge queue", () => tagOf(charon, events.queue()), "mq-abc1234", "queue"],
    ["the schedule", () => tagOf(charon, events.schedule(), "nightly"), `nightly-${today()}`, "nightly"],
    ["a run by hand", () => tagOf(charon, events.manual()), "manual-4242", "manual"],
  ])("%s gives the tag of its class", (_event, tag, expected, name) => {
    expect(tag()).toBe(expected);
    expect(classifyTag(expected, charon.pipeline.rules)).toBe(name);
  });

  it("a manual build takes the tag that is asked for, unless it would match another class", () => {
    expect(tagOf(charon, events.manual("try-this"))).toBe("try-this");
    for (const tag of [
      "latest",
      "pr-12-abc1234",
      "sha-abc1234",
      "mq-abc1234",
      "v1.2.3",
      "1.2",
      "nightly-2026-02-04",
      "not a tag",
    ])
      expect(decide(charon, events.manual(tag)).code, tag).toBe(1);
  });

  it("a release gives its version, and the two moving tags unless it is a prerelease", () => {
    const release = (tag: string): string | undefined =>
      decide(charon, events.release(tag), "release").outputs["release-tags"];
    expect(release("v1.2.3")).toBe("v1.2.3 1.2 1");
    expect(release("v1.2.3-rc.1")).toBe("v1.2.3-rc.1");
  });

  it("moving tags are the channels of main, the first integration branch and the nightly build", () => {
    expect(charon.pipeline.channels).toEqual([
      { of: "main", tag: "latest" },
      { of: "development", tag: "dev" },
      { of: "nightly", tag: "nightly" },
    ]);
    expect(systemNamed("a system that no one planned for").pipeline.channels.map(({ tag }) => tag)).toEqual([
      "stable",
      "edge",
      "lts-v2",
    ]);
  });

  it("each class is kept as long as the contract's table says, where the config says nothing", () => {
    const { retention } = systemNamed("the minimal example").pipeline;
    expect(retention && retention.hours).toEqual({
      pullRequest: 24,
      branch: 7 * 24,
      commit: 30 * 24,
      queue: 24,
      nightly: 7 * 24,
      manual: 7 * 24,
      staging: 24,
    });
  });

  it("every pattern can be overridden", () => {
    const own = systemNamed("Charon with tags of its own");
    expect([
      tagOf(own, events.pullRequest()),
      tagOf(own, events.push("main")),
      tagOf(own, events.push("development")),
      tagOf(own, events.queue()),
      tagOf(own, events.schedule(), "nightly"),
    ]).toEqual(["review-12-abc1234", "main-abc1234", "development-abc1234", "queue-abc1234", `night-${today()}`]);
    expect(decided(own, events.push("main")).staging).toBe("tmp-abc1234-{platform}");
  });

  it("the commit is that of the pull request's head, never the merge commit, and as long as the config says", () => {
    expect(decide(charon, events.pullRequest()).outputs["sha"]).toBe(COMMIT);
    expect(tagOf(systemNamed("Charon with whole commits in its tags"), events.pullRequest())).toBe(`pr-12-${COMMIT}`);
    expect(tagOf(systemNamed("a system that no one planned for"), events.push("trunk"))).toBe("trunk-abc1234def56");
  });

  it.each([
    "$(touch x)",
    "İ🚀",
    "a".repeat(300),
    "###",
    "-",
    ".",
    "pr-12",
    "nightly",
    "manual-1",
    "v1",
    "latest",
    "sha",
    "mq",
    "Feature/ABC__x",
  ])("a branch called %s gives a valid tag of its own class", (branch) => {
    const tag = tagOf(charon, events.push(branch)) ?? "";
    expect(tag).toMatch(DOCKER_TAG);
    expect(classifyTag(tag, charon.pipeline.rules)).toBe("branch");
  });

  it("a tag of no class is told apart from all, so it is kept for ever", () => {
    for (const tag of ["hand-made", "buildcache-amd64", "sha256-0123.att"])
      expect(classifyTag(tag, charon.pipeline.rules)).toBeUndefined();
  });

  it.each(systems.filter((system) => system.pipeline.registry))("builds push immutable tags only: $name", (system) => {
    // What they push is said in the bake file alone, and what they move in the plan.
    const moves = movesPart(system.pipeline);
    expect(moves.length > 0).toBe(system.pipeline.moveTags === "at-build" && system.pipeline.channels.length > 0);
    const moving = new RegExp(`\\b(${system.pipeline.channels.map(({ tag }) => tag).join("|")})\\b`);
    for (const run of ["build", "nightly", "release"] as const) {
      const steps = workflowsOfRun(system, run).flatMap(({ jobs }) => jobs.flatMap((job) => job.steps));
      for (const step of steps.filter(
        ({ action, program }) => /docker\/b/.test(action ?? "") || program?.includes("image"),
      ))
        expect(JSON.stringify([step.with["tags"], step.with["push"], step.with["set"]]), step.where).not.toMatch(
          step.with["load"] === true ? /"push":true/ : moving,
        );
    }
  });

  it('`moveTags: "at-build"` moves the pushed branch\'s tag with the build, and there is no workflow to promote', () => {
    const system = systemNamed("Charon that moves tags at the build");
    expect(movesPart(system.pipeline)).toContainEqual({
      of: "main",
      tag: "latest",
      copies: [{ build: "charon", image: "docker.io/wikid82/charon:latest" }],
    });
    expect(system.pipeline.workflows.promote).toBeUndefined();
    expect(movesPart(charon.pipeline)).toEqual([]);
  });

  it("one workflow, one run at a time, moves tags and copies once all required statuses are there", () => {
    for (const system of systems.filter((one) => one.pipeline.workflows.promote)) {
      const movers = system.workflows.filter((workflow) =>
        workflow.jobs.some((job) => job.steps.some((step) => step.program === "promote")),
      );
      expect(movers.map((workflow) => workflow.name)).toEqual([system.pipeline.workflows.promote?.name]);
      expect(movers[0]?.concurrency["cancel-in-progress"]).toBe(false);
      // What follows a pull request moves nothing, and waits for nobody.
      expect(movers[0]?.concurrency.group).toMatch(/&& github\.run_id \|\| 'tags' \}\}$|^[^$]+$/);
    }
  });
});
