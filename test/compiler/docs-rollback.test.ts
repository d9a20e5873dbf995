/** Each row of the rollback table is applied, planned and compiled, and changes what it says. */
import { describe, expect, it } from "vitest";
import { rollbackRows, type RollbackRow } from "../../src/compiler/docs/rollback.ts";
import { compile } from "../../src/compiler/compile.ts";
import { plannedFor, planOf } from "../support/plan-of.ts";
import type { EmittedWorkflow } from "../support/read-workflows.ts";
import { type System, systemNamed, systemOf } from "../support/systems.ts";

const subjects = [
  "Charon",
  "a system with every part",
  "a system that no one planned for",
  "the minimal example",
  "this project",
].map(systemNamed);
const rowsOf = (system: System): RollbackRow[] => rollbackRows(system.pipeline);
const after = (system: System, row: RollbackRow): System =>
  systemOf(`${system.name} after ${row.line}`, row.apply(system.config));
const rowFor = (system: System, line: string | RegExp): RollbackRow => {
  const row = rowsOf(system).find((one) => (typeof line === "string" ? one.line === line : line.test(one.line)));
  if (!row) throw new Error(`No row says ${line}.`);
  return row;
};
const charon = systemNamed("Charon");
const fileIn = ({ workflows }: System, file: string): EmittedWorkflow | undefined =>
  workflows.find((workflow) => workflow.file === file);
const programsOf = (system: System): string[] =>
  system.workflows.flatMap((workflow) =>
    workflow.jobs.flatMap((job) => job.steps.flatMap((step) => step.program ?? [])),
  );
const actionsOf = (system: System, file: string): (string | undefined)[] =>
  fileIn(system, file)?.jobs.flatMap((job) => job.steps.map((step) => step.action)) ?? [];

describe.each(subjects)("after a rollback of $name", (system) => {
  it.each(rowsOf(system))("`$line` has no problem, and emits something else", (row) => {
    const { pipeline, problems } = planOf(row.apply(system.config));
    expect(problems).toEqual([]);
    expect(compile(pipeline)).not.toEqual(compile(system.pipeline));
  });

  it.each(rowsOf(system))("`$line` leaves the config that it was given as it was", (row) => {
    const before = structuredClone(system.config);
    row.apply(system.config);
    expect(system.config).toEqual(before);
  });

  it("has a row of its own for every consumer that follows the build", () => {
    const own = rowsOf(system)
      .filter((row) => /^consumers\["/.test(row.line))
      .map((row) => row.line);
    expect(own).toEqual(
      system.pipeline.consumers
        .filter((consumer) => consumer.source === "registry")
        .map((consumer) => `consumers["${consumer.key}"].source: "build"`),
    );
  });
});

describe("a row does what it says", () => {
  it("one consumer builds for itself: no workflow_run, the same name, all others as they were", () => {
    const changed = after(charon, rowFor(charon, 'consumers["e2e-tests"].source: "build"'));
    const e2e = fileIn(changed, "e2e-tests.yml");
    expect(e2e?.follows).toBeUndefined();
    expect(Object.keys(e2e?.on ?? {})).toEqual(expect.arrayContaining(["push", "pull_request"]));
    expect(e2e?.jobs.map((job) => job.name)).toContain("E2E Tests");
    const body = compile(changed.pipeline).find((file) => file.path.endsWith("e2e-tests.yml"))?.body ?? "";
    expect(plannedFor(changed.pipeline).consumers["e2e-tests"]?.source).toBe("build");
    const take = e2e?.jobs.flatMap(({ steps }) => steps).filter((step) => step.program === "take-image");
    expect(take?.map((step) => step.with)).toEqual([{ consumer: "e2e-tests" }]);
    expect(body).not.toContain("workflow_run");
    const unchanged = (system: System): unknown =>
      compile(system.pipeline).filter((file) =>
        /(integration|supply-chain-pr|security-pr|docker-build|builds|nightly-build|ci-config)\.yml$/.test(file.path),
      );
    expect(unchanged(charon)).toHaveLength(7);
    expect(unchanged(changed)).toEqual(unchanged(charon));
    // Its shards and browsers still run, each with the container of its own image.
    expect(e2e?.jobs.find((job) => job.id === "test")?.matrix).toEqual({
      shard: [1, 2, 3, 4],
      browser: ["chromium", "firefox", "webkit"],
    });
  });

  it("a consumer that shared a workflow leaves it, and the others go on without it", () => {
    const integration = fileIn(charon, "integration.yml");
    const members = charon.pipeline.consumers.filter(({ group }) => group === "integration");
    const [first] = members;
    expect(members.length).toBeGreaterThan(1);
    const changed = after(charon, rowFor(charon, `consumers["${first?.key}"].source: "build"`));
    const tests = (file: EmittedWorkflow | undefined) =>
      file?.jobs.filter(({ id }) => id.startsWith("test")).map(({ id }) => id);
    expect(tests(integration)).toEqual(members.map(({ key }) => `test-${key}`));
    expect(tests(fileIn(changed, "integration.yml"))).toEqual(members.slice(1).map(({ key }) => `test-${key}`));
    expect(fileIn(changed, `${first?.key}.yml`)?.jobs.map((job) => job.name)).toContain(first?.name);
  });

  it("a consumer of several images and files builds all of them", () => {
    const every = systemNamed("a system with every part");
    const changed = after(every, rowFor(every, 'consumers["test"].source: "build"'));
    const test = fileIn(changed, "test.yml")?.jobs.find((job) => job.id === "test");
    expect(test?.steps.filter((step) => step.program === "take-image").map((step) => step.with)).toEqual([
      { consumer: "test" },
    ]);
    expect(plannedFor(changed.pipeline).consumers["test"]).toMatchObject({
      source: "build",
      images: { app: "all-app:local", "app-web": "all-app-web:local" },
    });
    expect(test?.steps.some((step) => step.run?.includes("make dist"))).toBe(true);
  });

  it("pull requests stay out of the registry", () => {
    const changed = after(charon, rowFor(charon, 'pullRequests: "artifact"'));
    expect(programsOf(changed)).toContain("plan-build");
    expect(plannedFor(charon.pipeline).pullRequests).toBe("push");
    expect(plannedFor(changed.pipeline).pullRequests).toBe("artifact");
  });

  it("programs come by a checkout of the workflow's own commit, and no step names them by `$/`", () => {
    const changed = after(charon, rowFor(charon, 'programs: "checkout"'));
    const bodies = compile(changed.pipeline).filter(({ path }) => path.startsWith(".github/workflows/"));
    expect(bodies.filter(({ body }) => body.includes("uses: $/"))).toEqual([]);
    expect(programsOf(changed)).toEqual(programsOf(charon));
    expect(bodies.some(({ body }) => body.includes("ref: ${{ github.workflow_sha }}"))).toBe(true);
  });

  it("no consumer follows the build", () => {
    for (const system of subjects) {
      const changed = after(system, rowFor(system, 'consumers.*.source: "build"'));
      expect(
        changed.workflows
          .filter((workflow) => workflow.follows && workflow.name !== changed.pipeline.workflows.promote?.name)
          .map((workflow) => workflow.file),
      ).toEqual([]);
    }
  });

  it("the cleanup deletes nothing, or is gone", () => {
    const dry = after(charon, rowFor(charon, "retention: { dryRun: true }"));
    expect(plannedFor(charon.pipeline).retention?.dryRun).toBe(false);
    expect(plannedFor(dry.pipeline).retention?.dryRun).toBe(true);
    expect(fileIn(dry, "container-prune.yml")?.jobs.flatMap((job) => job.steps.map((step) => step.program))).toContain(
      "cleanup",
    );
    expect(fileIn(after(charon, rowFor(charon, "retention: false")), "container-prune.yml")).toBeUndefined();
  });

  it("nothing is scanned, nothing cached", () => {
    const scanner = "aquasecurity/trivy-action";
    expect(actionsOf(charon, "builds.yml")).toContain(scanner);
    const unscanned = after(charon, rowFor(charon, /\.scan: false$/));
    expect(unscanned.workflows.map(({ file }) => file)).toContain("builds.yml");
    expect(actionsOf(unscanned, "builds.yml")).not.toContain(scanner);
    const cachesOf = (system: System) =>
      Object.values(plannedFor(system.pipeline).builds).map((build) => build.kind === "image" && build.cache);
    expect(cachesOf(charon)).toEqual(["gha"]);
    expect(cachesOf(after(charon, rowFor(charon, /\.cache: false$/)))).toEqual([null]);
  });

  it("tags move with the build", () => {
    const changed = after(charon, rowFor(charon, 'moveTags: "at-build"'));
    expect(programsOf(charon)).toContain("promote");
    expect(programsOf(changed)).not.toContain("promote");
    expect(plannedFor(charon.pipeline).movesAtBuild).toEqual([]);
    expect(plannedFor(changed.pipeline).movesAtBuild.map(({ tag }) => tag)).toContain("latest");
  });

  it("another commit is a warning", () => {
    const changed = after(charon, rowFor(charon, 'freshness: "warn"'));
    expect(plannedFor(charon.pipeline).freshness).toBe("fail");
    expect(plannedFor(changed.pipeline).freshness).toBe("warn");
  });

  it("the nightly build and the metrics are gone, and nothing names them", () => {
    const changed = after(charon, rowFor(charon, "nightly: false"));
    expect(fileIn(changed, "nightly-build.yml")).toBeUndefined();
    expect(
      JSON.stringify(changed.workflows.map((workflow) => [workflow.follows, workflow.jobs.map((job) => job.raw)])),
    ).not.toContain("Nightly Build");
    expect(fileIn(after(charon, rowFor(charon, "metrics: false")), "ci-metrics.yml")).toBeUndefined();
  });

  it("everything builds and tests for itself, as before", () => {
    const changed = after(
      charon,
      rowFor(charon, 'consumers.*.source: "build", moveTags: "at-build", retention: false'),
    );
    expect(changed.workflows.filter((workflow) => workflow.follows)).toEqual([]);
    expect(changed.workflows.map((workflow) => workflow.file)).not.toContain("container-prune.yml");
  });
});
