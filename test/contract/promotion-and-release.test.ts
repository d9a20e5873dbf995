/**
 * Pipeline contract, "Promotion and release", and the moving tags of "Tags". Moves, copies, digests and races are run in
 * test/execution/promote.test.ts and test/execution/pipeline; here is what the programs are given, and when they run.
 */
import { describe, expect, it } from "vitest";
import type { PipelinePart } from "../../src/pipeline/plan-file/schema.ts";
import { planFile } from "../../src/pipeline/plan-file.ts";
import { programText } from "../../src/programs/programs.ts";
import { type Contexts, holds, interpolate } from "../player/expressions.ts";
import type { Json } from "../player/json.ts";
import { ancestorsOf, type EmittedWorkflow, jobOf, stepOf } from "../support/read-workflows.ts";
import { type System, systemNamed, systemOf, systems, withConsumers } from "../support/systems.ts";

const charon = systemNamed("Charon");
const unplanned = systemNamed("a system that no one planned for");
const workflowOf = (system: System, kind: "promote" | "release"): EmittedWorkflow => {
  const workflow = system.workflows.find(({ name }) => name === system.pipeline.workflows[kind]?.name);
  if (!workflow) throw new Error(`${system.name} has no workflow to ${kind}.`);
  return workflow;
};
const partOf = ({ pipeline }: System): PipelinePart => {
  const part = planFile([pipeline], {}).pipelines[pipeline.member ?? ""];
  if (!part) throw new Error("The plan file has no part of this pipeline.");
  return part;
};
const promoting = systems.filter((system) => system.pipeline.workflows.promote);
const releasing = systems.filter(
  (system) => system.pipeline.workflows.release && system.pipeline.topology === "workflow_run",
);
const running = { success: () => true, failure: () => false, cancelled: () => false };

describe("promotion", () => {
  it.each(promoting)("follows exactly the emitted workflows whose verdicts count: $name", (system) => {
    const { build, nightly } = system.pipeline.workflows;
    const expected = [
      ...new Set(system.pipeline.consumers.filter(({ required }) => required).map(({ workflow }) => workflow)),
      build?.name,
      nightly?.name,
    ].filter((name) => name !== undefined);
    expect(workflowOf(system, "promote").follows?.workflows).toEqual(expected);
    const emitted = system.workflows.map((workflow) => workflow.name);
    expect(expected.filter((name) => !emitted.includes(name))).toEqual([]);
  });

  it.each(promoting)(
    "looks at every channel and image, and waits for each required status that a commit of the branch gets: $name",
    (system) => {
      expect(partOf(system).promotions.map(({ of, tag }) => ({ of, tag }))).toEqual(system.pipeline.channels);
      for (const { of, contexts } of partOf(system).promotions) {
        const event = of === "nightly" ? "nightly" : of === system.pipeline.branches.main ? "main" : "integration";
        const suffix = event === "nightly" ? " (nightly)" : "";
        const required = system.pipeline.consumers.filter(
          (consumer) =>
            consumer.required &&
            consumer.events.includes(event) &&
            (event !== "nightly" || consumer.source === "registry"),
        );
        const [build = "", ...tests] = contexts;
        expect(tests).toEqual(required.map((consumer) => `${consumer.name}${suffix}`));
        expect(
          postedBy(system, event === "nightly" ? "nightly" : "build").some((posts) => posts(build)),
          build,
        ).toBe(true);
      }
    },
  );

  it.each(promoting)(
    "waits for what looks at all that was built, or for the last job of the only build: $name",
    (system) => {
      for (const { of, contexts } of partOf(system).promotions) {
        const event = of === "nightly" ? "nightly" : of === system.pipeline.branches.main ? "main" : "integration";
        const [only, ...others] = system.pipeline.builds;
        const build = only?.kind === "image" && others.length === 0 ? only : undefined;
        const last = contexts[0]?.split(" / ").at(-1);
        if (build === undefined) expect(last).toBe(system.pipeline.checks.ready);
        else if ((build.entries[event] ?? []).length > 1) expect(last).toBe(`Publish ${build.key}`);
        else expect(last).toMatch(new RegExp(`^Build ${build.key}( \\(.+\\))?$`));
      }
    },
  );

  it("waits for names that the emitted workflows really post", () => {
    for (const system of promoting) {
      const posted = [
        ...postedBy(system, "build"),
        ...postedBy(system, "nightly"),
        // A consumer that builds for itself is a workflow of its own, with a check.
        ...[...statusesOf(system), ...checksOfConsumers(system)].map((name) => (context: string) => context === name),
      ];
      for (const { contexts } of partOf(system).promotions)
        expect(
          contexts.filter((context) => !posted.some((posts) => posts(context))),
          system.name,
        ).toEqual([]);
    }
  });

  it("moves each tag to the immutable tag of its class, and copies to the registries that want that channel", () => {
    const copy = (tag: string) => [{ build: "charon", image: `docker.io/wikid82/charon:${tag}` }];
    expect(partOf(charon).promotions.map(({ tag, pattern, copies }) => [tag, pattern, copies])).toEqual([
      ["latest", "sha-{sha}", copy("latest")],
      ["dev", "sha-{sha}", copy("dev")],
      ["nightly", "nightly-{date}", copy("nightly")],
    ]);
    expect(
      partOf(unplanned).promotions.every(({ pattern, copies }) => pattern === "{branch}-{sha}" && copies.length === 0),
    ).toBe(true);
  });

  it("runs on the default branch's runs and long-lived branches' builds, daily, and by hand; serialised, never cancelled", () => {
    const promote = workflowOf(charon, "promote");
    expect(promote.follows?.branches).toEqual(["main", "development"]);
    expect(Object.keys(promote.on).sort()).toEqual(["schedule", "workflow_dispatch", "workflow_run"]);
    expect(promote.concurrency["cancel-in-progress"]).toBe(false);
    for (const event of ["push", "schedule", "workflow_run"] as const)
      expect(interpolate(promote.concurrency.group, { contexts: follows({ event, display_title: "main: x" }) })).toBe(
        "charon/promote/tags",
      );
    expect(interpolate(promote.concurrency.group, { contexts: { github: { event: {} } } })).toBe("charon/promote/tags");
  });

  it("does not start for pull requests, and pushes no run out of the group that does something", () => {
    const promote = workflowOf(charon, "promote");
    const starts = (contexts: Contexts): boolean =>
      holds(jobOf([promote], promote.file, "promote").if, { contexts, status: running });
    const ofPull = [
      { event: "pull_request", display_title: "Fix the login" },
      { event: "workflow_run", display_title: "Pull request from fix: E2E Tests" },
    ];
    for (const run of ofPull) {
      expect(starts(follows(run)), run.display_title).toBe(false);
      expect(interpolate(promote.concurrency.group, { contexts: follows(run) })).toBe("charon/promote/4711");
    }
    for (const run of [
      { event: "push", display_title: "Pull request from somebody is merged" },
      { event: "workflow_run", display_title: "main: E2E Tests" },
    ])
      expect(starts(follows(run)), run.display_title).toBe(true);
    expect(starts({ github: { event: {} } })).toBe(true);
  });

  it("checks nothing out, builds nothing, and takes nothing from the run that started it", () => {
    for (const system of promoting) {
      const steps = workflowOf(system, "promote").jobs.flatMap((job) => job.steps);
      expect(
        steps.flatMap(({ action }) => action ?? []).filter((action) => action !== "docker/setup-buildx-action"),
      ).toEqual([]);
      expect(
        steps
          .flatMap(({ program }) => program ?? [])
          .filter((program) => !["log-in", "promote", "notify"].includes(program)),
      ).toEqual([]);
      expect(JSON.stringify(steps)).not.toContain("github.event.workflow_run");
    }
  });
});

describe("a release", () => {
  const needs = (results: Record<string, string>): Contexts => ({
    needs: Object.fromEntries(Object.entries(results).map(([job, result]) => [job, { result, outputs: {} }])),
  });

  it.each(releasing)("gives its tags only after everything that builds, and the tests: $name", (system) => {
    const workflow = workflowOf(system, "release");
    for (const build of system.pipeline.builds.filter((one) => one.kind === "image")) {
      const release = jobOf([workflow], workflow.file, `release-${build.key}`);
      const all = Object.fromEntries(release.needs.map((id) => [id, "success"]));
      const published = (results: Record<string, string>): boolean =>
        holds(release.if, { contexts: needs({ ...all, ...results }), status: running });
      expect(published({})).toBe(true);
      for (const job of ["build", "test"])
        for (const result of ["failure", "cancelled", "skipped"])
          expect(published({ [job]: result }), `${job}: ${result}`).toBe(false);
      const behind = ancestorsOf(workflow, release).map((job) => job.id);
      for (const id of ["build", "test"]) expect(behind).toContain(id);
      const step = stepOf(release, "Give the tested image its release tags");
      expect(step.program).toBe("copy-image");
      expect(step.with).toMatchObject({ build: build.key, tags: expect.stringMatching(/outputs\.release-tags \}\}$/) });
      const digest = `sha256:${"a".repeat(64)}`;
      expect(
        interpolate(String(step.with["digest"]), {
          contexts: {
            needs: {
              build: {
                outputs: { [`${build.bake?.group ?? build.key}-images`]: JSON.stringify({ [build.key]: { digest } }) },
              },
            },
          },
        }),
      ).toBe(digest);
    }
    // Before that, nothing of it has a tag that anybody pulls.
    for (const step of workflow.jobs.filter(({ id }) => !id.startsWith("release-")).flatMap((job) => job.steps))
      expect(JSON.stringify([step.with, step.env])).not.toContain("release-tags");
  });

  it("promotes the digest of the commit where there is one with all platforms: it is looked for before anything is built", () => {
    for (const system of releasing) {
      const builds = system.workflows.find(({ name }) => name === system.pipeline.workflows.builds?.name);
      const calls = workflowOf(system, "release").jobs.flatMap(({ calls: called }) => called?.path ?? []);
      expect(calls).toEqual([`./${builds?.path ?? ""}`]);
      for (const job of builds?.jobs.filter((one) => one.steps.some(({ action }) => action === "docker/bake-action")) ??
        []) {
        const looks = job.steps.findIndex(({ program }) => program === "prepare-build");
        const bakes = job.steps.findIndex(({ action }) => action === "docker/bake-action");
        expect(looks).toBeGreaterThan(-1);
        expect(bakes).toBeGreaterThan(looks);
        expect(job.steps[bakes]?.if).toContain(`steps.${job.steps[looks]?.id ?? ""}.outputs.missing == 'true'`);
      }
    }
  });

  it("compares digests afterwards, here and for copies", () => {
    const release = stepOf(
      jobOf(charon.workflows, "release.yml", "release-charon"),
      "Give the tested image its release tags",
    );
    expect(release.program).toBe("copy-image");
    expect(programText("copy-image")).toContain("copyExactly");
    expect(partOf(charon).release?.copies).toEqual([{ build: "charon", image: "docker.io/wikid82/charon" }]);
  });

  it("waits for every required consumer, starts what nobody has started, and counts only results about its own images", () => {
    const step = stepOf(jobOf(charon.workflows, "release.yml", "test"), "Wait for the tests of this commit");
    expect(step.with["needs"]).toBe("${{ toJSON(needs) }}");
    const { tests = [], waitSeconds } = partOf(charon).release ?? {};
    expect(tests.map(({ name, context, workflow }) => [name, context, workflow])).toEqual(
      charon.pipeline.consumers.map((consumer) => [consumer.name, consumer.name, consumer.path.split("/").at(-1)]),
    );
    for (const { workflow: file } of tests)
      expect(charon.workflows.find((workflow) => workflow.file === file)?.on.workflow_dispatch?.inputs).toHaveProperty(
        "image_tag",
      );
    expect(tests.every(({ ofSources }) => !ofSources)).toBe(true);
    expect(waitSeconds).toBe(3600);
  });

  it("waits also for consumers that cannot be started: those that build for themselves, and those without a run by hand", () => {
    const waited = (system: System): unknown =>
      partOf(system).release?.tests.map(({ name, workflow, ofSources }) => ({ name, workflow, ofSources }));
    const tests = (ofSources: boolean) =>
      ["Security Scan", "E2E Tests"].map((name) => ({ name, workflow: null, ofSources }));
    expect(waited(systemNamed("Charon whose consumers build for themselves"))).toEqual(
      expect.arrayContaining(tests(true)),
    );
    expect(waited(systemNamed("Charon without dispatches"))).toEqual(expect.arrayContaining(tests(false)));
    expect(waited(systemOf("nothing required", withConsumers({ required: false })))).toEqual([]);
  });

  it("is made once at a time and never cancelled, from tags only", () => {
    for (const system of releasing) {
      const workflow = workflowOf(system, "release");
      expect(workflow.concurrency).toEqual({
        group: `${system.config.project}/release`,
        "cancel-in-progress": false,
        // Of three tags that are pushed together, none is lost.
        ...((system.pipeline.queue === "max" || system.pipeline.programs === "self") && { queue: "max" }),
      });
      expect(workflow.on).toEqual({ push: { tags: [system.pipeline.release && system.pipeline.release.tags] } });
    }
  });

  it("can be re-run after a partial publish: every step that writes is idempotent", () => {
    // Adding tags and copies that are there already changes nothing: test/execution/copy-image.test.ts, "finishes a partial publish".
    for (const system of releasing) {
      for (const job of workflowOf(system, "release").jobs.filter((one) => one.permissions["packages"] === "write")) {
        const writing = job.steps
          .filter((step) => step.run !== undefined && step.program === undefined)
          .map((step) => step.name);
        expect(writing.filter((name) => !name.startsWith("Wait before attempt"))).toEqual([]);
      }
    }
  });
});

/** What a workflow says to one that follows it. */
const follows = (run: object): Contexts => ({ github: { event: { workflow_run: run as Json }, run_id: "4711" } });

/** The statuses that the emitted workflows post. */
function statusesOf(system: System): string[] {
  const { consumers, groups } = partOf(system);
  const steps = system.workflows.flatMap(({ jobs }) => jobs.flatMap((job) => job.steps));
  return steps
    .filter(({ program }) => program === "report-status")
    .flatMap((step) => groups[String(step.with["consumer"])] ?? [String(step.with["consumer"])])
    .flatMap((key) => [consumers[key]?.name, consumers[key]?.nightly?.name])
    .filter((name) => name !== undefined);
}

const checksOfConsumers = ({ pipeline, workflows }: System): string[] =>
  pipeline.consumers.flatMap(({ path }) =>
    workflows.filter((workflow) => workflow.path === path).flatMap(({ jobs }) => jobs.map(({ name }) => name)),
  );

/** The checks of a run, those of a workflow that it calls among them; each tells whether a name is its own. */
function postedBy(system: System, kind: "build" | "nightly"): ((context: string) => boolean)[] {
  const workflow = system.workflows.find(({ name }) => name === system.pipeline.workflows[kind]?.name);
  const names = (workflow?.jobs ?? []).flatMap((job) => {
    const called = system.workflows.find(({ path }) => job.calls?.path === `./${path}`);
    return called ? called.jobs.map((inner) => `${job.name} / ${inner.name}`) : [job.name];
  });
  return names.map((name) => {
    const parts = name.split("${{ matrix.platform }}");
    return (context) =>
      parts.length === 1 ? context === name : context.startsWith(parts[0] ?? "") && context.endsWith(parts[1] ?? "");
  });
}
