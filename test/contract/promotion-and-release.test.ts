/**
 * Pipeline contract, "Promotion and release", and the moving tags of "Tags". Moves, copies, digests and races are run in
 * test/execution/promote.test.ts and test/execution/pipeline; here is what the programs are given, and when they run.
 */
import { describe, expect, it } from "vitest";
import { buildJobId } from "../../src/pipeline/stages.ts";
import { type Contexts, holds, interpolate } from "../player/expressions.ts";
import type { Json } from "../player/json.ts";
import { ancestorsOf, type EmittedWorkflow, jobOf, stepOf } from "../support/read-workflows.ts";
import { type System, systemNamed, systemOf, systems, withConsumers } from "../support/systems.ts";

interface Promotion {
  branch?: string;
  nightly?: true;
  image: string;
  tag: string;
  source: string;
  contexts: string[];
  copies: string[];
}

const charon = systemNamed("Charon");
const unplanned = systemNamed("a system that no one planned for");
const workflowOf = (system: System, kind: "promote" | "release"): EmittedWorkflow => {
  const workflow = system.workflows.find(({ name }) => name === system.pipeline.workflows[kind]?.name);
  if (!workflow) throw new Error(`${system.name} has no workflow to ${kind}.`);
  return workflow;
};
const planOf = (system: System): Promotion[] =>
  JSON.parse(
    String(
      stepOf(
        jobOf([workflowOf(system, "promote")], workflowOf(system, "promote").file, "promote"),
        "Move the tags whose commits have passed",
      ).env["PLAN"],
    ),
  ) as Promotion[];
const promoting = systems.filter((system) => system.pipeline.workflows.promote);
const releasing = systems.filter(
  (system) => system.pipeline.workflows.release && system.pipeline.topology === "workflow_run",
);
const running = { success: () => true, failure: () => false, cancelled: () => false };

describe("promotion", () => {
  it.each(promoting)("follows exactly the emitted workflows whose verdicts count: $name", (system) => {
    const { build, nightly } = system.pipeline.workflows;
    const expected = [
      ...system.pipeline.consumers.filter((consumer) => consumer.required).map((consumer) => consumer.name),
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
      const images = system.pipeline.builds.filter((build) => build.kind === "image");
      expect(planOf(system).map((entry) => [entry.branch ?? "nightly", entry.tag, entry.image])).toEqual(
        system.pipeline.channels.flatMap((channel) => images.map((build) => [channel.of, channel.tag, build.image])),
      );
      for (const entry of planOf(system)) {
        const event =
          entry.branch === undefined
            ? "nightly"
            : entry.branch === system.pipeline.branches.main
              ? "main"
              : "integration";
        const suffix = event === "nightly" ? " (nightly)" : "";
        const required = system.pipeline.consumers.filter(
          (consumer) =>
            consumer.required &&
            consumer.events.includes(event) &&
            (event !== "nightly" || consumer.source === "registry"),
        );
        expect(entry.contexts).toEqual([
          event === "nightly" ? system.pipeline.checks.nightlyReady : system.pipeline.checks.ready,
          ...required.map((consumer) => `${consumer.name}${suffix}`),
        ]);
      }
    },
  );

  it("waits for names that the emitted workflows really post", () => {
    for (const system of promoting) {
      const posted = system.workflows.flatMap((workflow) =>
        workflow.jobs.flatMap((job) => [
          job.name,
          ...job.steps.flatMap((step) =>
            step.program === "report-status.sh" ? contextsOf(system, step.env["CONTEXT"]) : [],
          ),
        ]),
      );
      for (const entry of planOf(system))
        expect(
          entry.contexts.filter((context) => !posted.includes(context)),
          system.name,
        ).toEqual([]);
    }
  });

  it("moves each tag to the immutable tag of its class, and copies to the registries that want that channel", () => {
    expect(planOf(charon).map(({ tag, source, copies }) => [tag, source, copies])).toEqual([
      ["latest", "sha-{sha}", ["docker.io/wikid82/charon:latest"]],
      ["dev", "sha-{sha}", ["docker.io/wikid82/charon:dev"]],
      ["nightly", "nightly-{date}", ["docker.io/wikid82/charon:nightly"]],
    ]);
    expect(planOf(unplanned).every((entry) => entry.source === "{branch}-{sha}" && entry.copies.length === 0)).toBe(
      true,
    );
  });

  it("runs on the default branch's runs and long-lived branches' builds, daily, and by hand; serialised, never cancelled", () => {
    const promote = workflowOf(charon, "promote");
    expect(promote.follows?.branches).toEqual(["main", "development"]);
    expect(Object.keys(promote.on).sort()).toEqual(["schedule", "workflow_dispatch", "workflow_run"]);
    expect(promote.concurrency).toEqual({ group: "charon/promote", "cancel-in-progress": false });
  });

  it("checks nothing out, builds nothing, and reads nothing of the run that started it", () => {
    for (const system of promoting) {
      const actions = workflowOf(system, "promote").jobs.flatMap((job) =>
        job.steps.flatMap((step) => step.action ?? []),
      );
      expect(
        actions.filter((action) => !["docker/login-action", "docker/setup-buildx-action"].includes(action)),
      ).toEqual([]);
      expect(JSON.stringify(workflowOf(system, "promote").jobs.map((job) => job.raw))).not.toContain(
        "github.event.workflow_run",
      );
    }
  });
});

describe("a release", () => {
  const needs = (results: Record<string, string>): Contexts => ({
    needs: Object.fromEntries(Object.entries(results).map(([job, result]) => [job, { result, outputs: {} }])),
  });

  it.each(releasing)("gives its tags only after the gate and the tests: $name", (system) => {
    const workflow = workflowOf(system, "release");
    for (const build of system.pipeline.builds.filter((one) => one.kind === "image")) {
      const release = jobOf([workflow], workflow.file, `release-${build.key}`);
      const published = (results: Record<string, string>): boolean =>
        holds(release.if, {
          contexts: needs({ plan: "success", ready: "success", test: "success", ...results }),
          status: running,
        });
      expect(published({})).toBe(true);
      for (const job of ["ready", "test", "plan"])
        for (const result of ["failure", "cancelled", "skipped"])
          expect(published({ [job]: result }), `${job}: ${result}`).toBe(false);
      const behind = ancestorsOf(workflow, release).map((job) => job.id);
      for (const id of [
        "plan",
        buildJobId(build),
        `publish-${build.key}`,
        ...(build.scan ? [`scan-${build.key}`] : []),
        "ready",
        "test",
      ])
        expect(behind).toContain(id);
      const step = stepOf(release, "Give the tested image its release tags");
      expect(step.env).toMatchObject({
        IMAGE: build.image,
        TAGS: "${{ needs.plan.outputs.release-tags }}",
        DIGEST: `\${{ needs.publish-${build.key}.outputs.digest }}`,
      });
    }
    // Before that, nothing of it has a tag that anybody pulls: only staging, and the class's own.
    const early = workflow.jobs
      .filter((job) => !job.id.startsWith("release-"))
      .flatMap((job) =>
        job.steps.flatMap((step) => [step.env["TAGS"], step.with["tags"]].filter((tags) => tags !== undefined)),
      );
    for (const tags of early)
      expect(String(tags)).toMatch(/needs\.plan\.outputs\.tag \}\}$|steps\.find[\w-]*\.outputs\.staging \}\}$/);
  });

  it("promotes the digest of the commit where there is one with all platforms: it is looked for before anything is built", () => {
    for (const system of releasing) {
      const workflow = workflowOf(system, "release");
      for (const build of system.pipeline.builds.filter((one) => one.kind === "image")) {
        const job = jobOf([workflow], workflow.file, buildJobId(build));
        expect(
          job.steps.find((step) => step.program === "find-image.sh" && step.env["IMAGE"] === build.image)?.env,
        ).toMatchObject({
          CANDIDATES: "${{ needs.plan.outputs.candidates }}",
          PLATFORMS_NEEDED: "${{ matrix.platforms }}",
        });
        expect(
          job.steps
            .filter((step) => step.action === "docker/build-push-action")
            .every((step) => /found != 'true'|outcome == 'failure'/.test(step.if ?? "")),
        ).toBe(true);
      }
    }
  });

  it("compares digests afterwards: publish-image.sh does, here and for copies", () => {
    const release = stepOf(
      jobOf(charon.workflows, "release.yml", "release-charon"),
      "Give the tested image its release tags",
    );
    expect(release.program).toBe("publish-image.sh");
    expect(release.run).toContain("copy_exactly");
    expect(release.env["COPY_TO"]).toBe("docker.io/wikid82/charon");
  });

  it("waits for every required consumer, starts what nobody has started, and counts only results about its own images", () => {
    const step = stepOf(jobOf(charon.workflows, "release.yml", "test"), "Wait for the tests of this commit");
    const workflows = JSON.parse(String(step.env["WORKFLOWS"])) as Record<string, string>;
    expect(workflows).toEqual(
      Object.fromEntries(charon.pipeline.consumers.map((consumer) => [consumer.name, consumer.path.split("/").at(-1)])),
    );
    for (const file of Object.values(workflows))
      expect(charon.workflows.find((workflow) => workflow.file === file)?.on.workflow_dispatch?.inputs).toHaveProperty(
        "image_tag",
      );
    expect(
      interpolate(step.env["SINCE"] as Json, {
        contexts: { needs: { "publish-charon": { outputs: { created: "2026-02-04T10:00:00Z" } } } },
      }),
    ).toBe("2026-02-04T10:00:00Z");
    expect(step.env["TIMEOUT_SECONDS"]).toBe(3600);
  });

  it("waits also for consumers that cannot be started: those that build for themselves, and those without a run by hand", () => {
    const waited = (system: System): unknown =>
      JSON.parse(
        String(
          stepOf(jobOf(system.workflows, "release.yml", "test"), "Wait for the tests of this commit").env["WORKFLOWS"],
        ),
      );
    expect(waited(systemNamed("Charon whose consumers build for themselves"))).toEqual({
      "Security Scan": null,
      "E2E Tests": null,
    });
    expect(waited(systemNamed("Charon without dispatches"))).toEqual({ "Security Scan": "", "E2E Tests": "" });
    expect(waited(systemOf("nothing required", withConsumers({ required: false })))).toEqual({});
  });

  it("is made once at a time and never cancelled, from tags only", () => {
    for (const system of releasing) {
      const workflow = workflowOf(system, "release");
      expect(workflow.concurrency).toEqual({
        group: `${system.config.project}/release`,
        "cancel-in-progress": false,
        ...(system.pipeline.queue === "max" && { queue: "max" }),
      });
      expect(workflow.on).toEqual({ push: { tags: [system.pipeline.release && system.pipeline.release.tags] } });
    }
  });

  it("can be re-run after a partial publish: every step that writes is idempotent", () => {
    // Adding tags and copies that are there already changes nothing: test/execution/reuse.test.ts, "finishes a partial publish".
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

/** Both forms of a context that depends on which workflow ran. */
function contextsOf(system: System, context: unknown): Json[] {
  const { build, nightly } = system.pipeline.workflows;
  return [build?.name, nightly?.name].flatMap((name) =>
    name === undefined
      ? []
      : [interpolate(context as Json, { contexts: { github: { event: { workflow_run: { name } } } } })],
  );
}
