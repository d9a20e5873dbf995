/**
 * Pipeline contract, "Tags". The step that decides on the tag is run as the emitted files carry it. The algorithm itself
 * is proven in test/pipeline/tags.test.ts and tags-agree.test.ts, every branch of the program in test/execution/plan.test.ts.
 */
import { describe, expect, it } from "vitest";
import { classifyTag, DOCKER_TAG } from "../../src/pipeline/tags.ts";
import type { Contexts } from "../player/expressions.ts";
import { COMMIT, events, runStep, type StepResult } from "../support/run-step.ts";
import { jobOf, stepOf } from "../support/read-workflows.ts";
import { type System, systemNamed, systems } from "../support/systems.ts";

const fileOf = (system: System, kind: "build" | "nightly" | "release" | "promote"): string =>
  system.pipeline.workflows[kind]?.path.split("/").at(-1) ?? "";
const decide = (system: System, contexts: Contexts, kind: "build" | "nightly" = "build"): StepResult =>
  runStep(stepOf(jobOf(system.workflows, fileOf(system, kind), "plan"), "Decide what to build"), contexts);
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
      runStep(stepOf(jobOf(charon.workflows, "release.yml", "plan"), "Decide what to release"), events.release(tag))
        .outputs["release-tags"];
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
    expect(decide(own, events.push("main")).outputs["staging"]).toBe("tmp-abc1234-{platform}");
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
    const moving = system.pipeline.channels.map((channel) => channel.tag);
    for (const workflow of system.workflows.filter(({ name }) =>
      [system.pipeline.workflows.build?.name, system.pipeline.workflows.nightly?.name].includes(name),
    )) {
      for (const job of workflow.jobs) {
        for (const step of job.steps) {
          if (step.program === "publish-image.sh" && system.pipeline.moveTags === "after-tests")
            expect(step.env["TAGS"]).toBe("${{ needs.plan.outputs.tag }}");
          if (step.action === "docker/build-push-action" && step.with["push"] === true)
            expect(String(step.with["tags"])).toMatch(
              /:\$\{\{ steps\.(find\.outputs\.staging|name\.outputs\.tag) \}\}$/,
            );
        }
        if (system.pipeline.moveTags === "after-tests")
          expect(
            JSON.stringify(job.steps.map((step) => step.with["tags"] ?? step.env["TAGS"] ?? "")),
            job.where,
          ).not.toMatch(new RegExp(`"(${moving.join("|")})"`));
      }
    }
  });

  it('`moveTags: "at-build"` moves the pushed branch\'s tag with the build, and there is no workflow to promote', () => {
    const system = systemNamed("Charon that moves tags at the build");
    const publish = stepOf(jobOf(system.workflows, "docker-build.yml", "publish-charon"), "Publish the image");
    expect(publish.env["TAGS"]).toContain("github.event_name == 'push' && github.ref_name == 'main' && 'latest'");
    expect(publish.env["COPIES"]).toContain("docker.io/wikid82/charon:latest");
    expect(system.pipeline.workflows.promote).toBeUndefined();
  });

  it("one workflow, one run at a time, moves tags and copies once all required statuses are there", () => {
    for (const system of systems.filter((one) => one.pipeline.workflows.promote)) {
      const movers = system.workflows.filter((workflow) =>
        workflow.jobs.some((job) => job.steps.some((step) => step.program === "promote.sh")),
      );
      expect(movers.map((workflow) => workflow.name)).toEqual([system.pipeline.workflows.promote?.name]);
      expect(movers[0]?.concurrency["cancel-in-progress"]).toBe(false);
      expect(movers[0]?.concurrency.group).not.toContain("${{");
    }
  });
});
