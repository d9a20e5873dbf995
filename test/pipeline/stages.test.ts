/** The stages of a run are a graph without circles, in which nothing is deleted before its readers; the jobs are that graph. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileWorkflows } from "../../src/compiler/compile.ts";
import type { ConfigInput, ConsumerInput } from "../../src/config/schema.ts";
import { configSchema } from "../../src/config/schema.ts";
import { groupsOf } from "../../src/pipeline/build-groups.ts";
import { plan } from "../../src/pipeline/plan.ts";
import {
  approvalsIn,
  buildsIn,
  buildsJobId,
  buildsParts,
  calledIn,
  callsBuilds,
  CLASSES_OF,
  GATE_JOB,
  hasGate,
  hasReady,
  planJobId,
  promotesIn,
  publishedIn,
  requiredIn,
  type RunKind,
  runsThatBuild,
  soleGroup,
  targetsIn,
} from "../../src/pipeline/runs.ts";
import { calledBuildStages, precedingStages, type Stage, stagesOf } from "../../src/pipeline/stages.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { anyConfig } from "../support/any-config.ts";
import { planOf } from "../support/plan-of.ts";
import { systems } from "../support/systems.ts";
import { ALL_RUNS, runs } from "../support/property-runs.ts";

const RUNS: readonly RunKind[] = ["build", "nightly", "release"];

/** The stage with this id. */
function stage(stages: readonly Stage[], id: string): Stage {
  const found = stages.find((one) => one.id === id);
  if (!found) throw new Error(`There is no stage ${id} among ${stages.map((one) => one.id).join(", ")}.`);
  return found;
}

/** Consumers in an order, publishing, deletions: what a config of one run may say beside everything else. */
const oneRun = fc
  .tuple(
    anyConfig,
    fc.constantFrom("workflow_call" as const, "workflow_run" as const),
    fc.constantFrom("keep" as const, "withdraw" as const),
    fc.boolean(),
    fc.infiniteStream(fc.nat(7)),
  )
  .map(([config, topology, failedTests, cleans, numbers]): ConfigInput => {
    const next = (): number => Number(numbers.next().value ?? 0);
    const keys = Object.keys(config.consumers ?? {});
    const consumers = Object.fromEntries(
      Object.entries(config.consumers ?? {}).map(([key, consumer], index): [string, ConsumerInput] => [
        key,
        {
          ...consumer,
          on: undefined,
          after: keys.slice(0, index).filter(() => next() > 4),
          failure: (["fast", "slow", "soft"] as const)[next() % 3] ?? "slow",
          fallback: next() > 3 ? "build" : "fail",
        },
      ]),
    );
    const images = Object.entries(config.builds ?? {}).flatMap(([key, build]) => (build.kind === "image" ? [key] : []));
    const on = (): ("main" | "nightly" | "release")[] =>
      (
        [
          "main",
          ...(config.nightly ? (["nightly"] as const) : []),
          ...(config.release ? (["release"] as const) : []),
        ] as const
      ).filter((_, index) => index === 0 || next() > 3);
    const target = {
      kind: "images" as const,
      to: { host: "docker.io", namespace: "acme", username: "U", password: "P" },
    };
    const [first] = images;
    return {
      ...config,
      topology,
      gates: next() > 4 ? "each" : "one",
      failedTests,
      consumers,
      ...(config.release && {
        release: {
          environment: {
            name: "Live / EU",
            when: topology === "workflow_call" ? ("major" as const) : ("always" as const),
          },
        },
      }),
      ...(cleans && config.retention !== false && { retention: { ...(config.retention || {}), afterRun: {} } }),
      ...(first !== undefined &&
        topology === "workflow_call" &&
        next() > 3 && {
          publish: {
            hub: { ...target, images, on: on() },
            live: {
              kind: "deploy" as const,
              images: first,
              run: "./deploy.sh",
              on: on(),
              after: next() > 3 ? ["hub"] : [],
            },
          },
        }),
    } as ConfigInput;
  });

function planned(config: unknown): Pipeline | undefined {
  const result = configSchema.safeParse(config);
  if (!result.success) return undefined;
  const { pipeline, problems } = plan(result.data);
  return problems.length === 0 ? pipeline : undefined;
}

/** Runs a property on configs that hold together, and counts the ones with a run of everything. */
function always(property: (pipeline: Pipeline, stages: Stage[], run: RunKind) => void, all = 400): void {
  const numRuns = runs(all);
  let inOneRun = 0;
  fc.assert(
    fc.property(oneRun, (config) => {
      const pipeline = planned(config);
      if (!pipeline) return;
      if (pipeline.topology === "workflow_call" && pipeline.consumers.length > 0) inOneRun++;
      for (const run of RUNS) if (pipeline.workflows[run]) property(pipeline, stagesOf(pipeline, run), run);
    }),
    { numRuns },
  );
  // A generator that only made mistakes would prove nothing.
  if (ALL_RUNS) expect(inOneRun).toBeGreaterThan(numRuns / 100);
}

function expectNoCircle(stages: readonly Stage[]): void {
  const ids = stages.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  stages.forEach(({ needs, id }, index) => {
    expect(
      needs.filter((need) => !ids.slice(0, index).includes(need)),
      id,
    ).toEqual([]);
    expect(new Set(needs).size).toBe(needs.length);
    expect(precedingStages(stages, id).has(id)).toBe(false);
  });
}

describe("whatever the config", () => {
  it("a stage needs stages that exist and come before it: there is no circle", () => {
    always((_pipeline, stages) => expectNoCircle(stages));
  });

  it("nothing is deleted before everybody who reads images has had them", () => {
    let deletions = 0;
    always((_pipeline, stages) => {
      for (const { id, kind } of stages.filter(({ images }) => images === "deletes")) {
        deletions++;
        const before = precedingStages(stages, id);
        // What is taken back has failed, and nobody publishes it; the clean-up is last of all.
        const readers = stages.filter((one) =>
          kind === "clean"
            ? one.id !== id
            : one.images === "reads" && ["test", "builds", "publish", "attest"].includes(one.kind),
        );
        expect(
          readers.filter((one) => !before.has(one.id)).map((one) => one.id),
          id,
        ).toEqual([]);
      }
    });
    if (ALL_RUNS) expect(deletions).toBeGreaterThan(5);
  });

  it("everything starts with what plans, one gate sees every build and test, and nothing is published before it", () => {
    always((pipeline, stages, run) => {
      const planning = planJobId(pipeline, run);
      for (const { id } of stages.filter((one) => one.id !== planning))
        expect(precedingStages(stages, id).has(planning), id).toBe(true);
      const tests = calledIn(pipeline, run).map(({ key }) => `test-${key}`);
      if (hasGate(pipeline)) {
        const seen = stage(stages, GATE_JOB).needs;
        const built = stages
          .filter(({ kind }) => ["build", "builds", "publish", "attest"].includes(kind))
          .map(({ id }) => id);
        expect([...built, ...tests].filter((id) => !seen.includes(id))).toEqual([]);
      } else expect(tests).toEqual([]);
      const gates = [...(hasGate(pipeline) ? [GATE_JOB] : []), ...(hasReady(pipeline, run) ? ["ready"] : [])];
      for (const { id, needs } of stages.filter(({ kind }) =>
        ["approve", "promote", "release", "deliver", "withdraw"].includes(kind),
      ))
        expect(
          gates.filter((gate) => !needs.includes(gate)),
          id,
        ).toEqual([]);
    });
  });

  it("each consumer has a verdict of its own where the config asks for that, and none elsewhere", () => {
    always((pipeline, stages, run) => {
      const verdicts = stages.filter(({ kind }) => kind === "verdict");
      const called = pipeline.gates === "each" ? calledIn(pipeline, run) : [];
      expect(verdicts.map(({ id }) => id)).toEqual(called.map(({ key }) => `verdict-${key}`));
      for (const { key } of called) expect(stage(stages, `verdict-${key}`).needs).toContain(`test-${key}`);
    });
  });

  it("what is built stands once: in the run where that is short, else in a workflow that the runs call", () => {
    let alone = 0;
    let called = 0;
    always((pipeline, stages, run) => {
      const building = stages.filter(({ kind }) => kind === "build" || kind === "builds").map(({ id }) => id);
      const planning = planJobId(pipeline, run);
      expect(stages.filter(({ kind }) => kind === "plan")).toHaveLength(planning === "plan" ? 1 : 0);
      if (planning !== "plan") expect(building).toContain(planning);
      if (!callsBuilds(pipeline)) {
        alone++;
        const sole = soleGroup(pipeline, run);
        expect(building).toEqual(sole ? [`build-${sole.key}`] : []);
        return;
      }
      called++;
      const parts = buildsParts(pipeline);
      expect(building.filter((id) => !parts.map(buildsJobId).includes(id))).toEqual([]);
      const inside = parts.flatMap((part) => calledBuildStages(pipeline, part));
      const groups = groupsOf(buildsIn(pipeline, runsThatBuild(pipeline)));
      expect(
        inside
          .filter(({ kind }) => kind === "build")
          .map(({ id }) => id)
          .sort(),
      ).toEqual(groups.map(({ key }) => `build-${key}`).sort());
      for (const part of parts) expectNoCircle(calledBuildStages(pipeline, part));
    });
    if (ALL_RUNS) expect([alone > 0, called > 0]).toEqual([true, true]);
  });

  it("the jobs of the workflows are the stages, and each needs what its stage needs", () => {
    always((pipeline) => expectJobsToBeStages(pipeline), 120);
  });
});

it.each(systems.map(({ name, pipeline }) => [name, pipeline] as const))(
  "the jobs of %s are its stages",
  (_name, pipeline) => {
    expectJobsToBeStages(pipeline);
  },
);

/** Beside the stages stand the jobs that tell people: of failures, and of coverage that fell. */
const REPORTS = /^(notify|tell-coverage)$/;

function expectJobsToBeStages(pipeline: Pipeline): void {
  const workflows = compileWorkflows(pipeline);
  const workflowAt = (path: string | undefined) => workflows.find((file) => file.path === path)?.workflow;
  const needs = (list: readonly string[]): string[] => [...list].sort();
  const needsOfStages = (stages: readonly Stage[]) =>
    Object.fromEntries(stages.map((one) => [one.id, needs(one.needs)]));
  for (const part of buildsParts(pipeline)) {
    const file = part === "files" ? pipeline.workflows.files : pipeline.workflows.builds;
    const jobs = Object.entries(workflowAt(file?.path)?.jobs ?? {});
    expect(Object.fromEntries(jobs.map(([id, job]) => [id, needs(job.needs ?? [])]))).toEqual(
      needsOfStages(calledBuildStages(pipeline, part)),
    );
  }
  for (const run of RUNS) {
    const workflow = workflowAt(pipeline.workflows[run]?.path);
    if (!workflow) continue;
    const jobs = Object.entries(workflow.jobs).filter(
      ([id]) =>
        !REPORTS.test(id) &&
        !(pipeline.topology === "workflow_run" && run === "release" && /^(test$|release-)/.test(id)),
    );
    expect(Object.fromEntries(jobs.map(([id, job]) => [id, needs(job.needs ?? [])]))).toEqual(
      needsOfStages(stagesOf(pipeline, run)),
    );
  }
}

describe("the stages of a shop", () => {
  const config: ConfigInput = {
    project: "shop",
    topology: "workflow_call",
    registry: { host: "ghcr.io", namespace: "acme" },
    builds: { app: { kind: "image", attest: true }, dist: { kind: "files", run: "make", paths: ["dist"] } },
    consumers: {
      unit: { needs: [], run: "make unit", failure: "fast" },
      smoke: { needs: "app", after: ["unit"], run: "./smoke.sh" },
      lint: { needs: [], run: "make lint", failure: "soft" },
      load: { needs: "app", run: "./load.sh", on: ["release"] },
    },
    release: { environment: { name: "Production EU", when: "major" } },
    publish: {
      hub: {
        kind: "images",
        to: { host: "docker.io", namespace: "acme", username: "U", password: "P" },
        images: ["app"],
        on: ["main", "release"],
      },
      npm: { kind: "npm", from: "dist", on: ["release"], after: ["hub"] },
    },
    failedTests: "withdraw",
    retention: { afterRun: {} },
  };
  const { pipeline, problems } = planOf(config);
  const needsOf = (run: RunKind, id: string): readonly string[] => stage(stagesOf(pipeline, run), id).needs;

  it("hold together", () => expect(problems).toEqual([]));

  it("are tests behind what they take and whom they come after, and what publishes behind the required verdicts", () => {
    expect(needsOf("build", "test-unit")).toEqual(["plan"]);
    expect(needsOf("build", "test-smoke")).toEqual(["plan", "build", "test-unit"]);
    expect(needsOf("build", "gate")).toEqual(["plan", "build", "test-unit", "test-smoke", "test-lint"]);
    expect(needsOf("build", "deliver-hub")).toEqual(["plan", "gate", "build"]);
    expect(needsOf("build", "withdraw")).toContain("test-smoke");
    expect(stagesOf(pipeline, "build").at(-1)?.id).toBe("clean");
  });

  it("of a release begin with what has passed before, ask the reviewers of major ones, and publish last", () => {
    const stages = stagesOf(pipeline, "release");
    expect(approvalsIn(pipeline, "release")).toEqual(["Production EU"]);
    expect(needsOf("release", "test-smoke")).toEqual(["plan", "verdicts", "build", "test-unit"]);
    expect(needsOf("release", "release-app")).toEqual(
      expect.arrayContaining(["approve-production-eu", "build", "gate"]),
    );
    expect(needsOf("release", "gate")).toContain("test-load");
    expect(needsOf("release", "deliver-npm")).toEqual(expect.arrayContaining(["build", "gate", "deliver-hub"]));
    expect(stages.filter(({ kind }) => kind === "withdraw" || kind === "clean")).toEqual([]);
  });

  it("differ by the run: who is called, what is built and what is published", () => {
    const called = (run: RunKind): string[] => calledIn(pipeline, run).map(({ key }) => key);
    expect([called("build"), called("release")]).toEqual([
      ["unit", "smoke", "lint"],
      ["unit", "smoke", "lint", "load"],
    ]);
    expect(requiredIn(pipeline, "build").map(({ key }) => key)).toEqual(["unit", "smoke"]);
    expect(targetsIn(pipeline, "build").map(({ key }) => key)).toEqual(["hub"]);
    expect(targetsIn(pipeline, "release").map((target) => [target.key, publishedIn(target, "release")])).toEqual([
      ["hub", ["release"]],
      ["npm", ["release"]],
    ]);
    expect([promotesIn(pipeline, "build"), promotesIn(pipeline, "release")]).toEqual([true, false]);
    expect(buildsIn({ ...pipeline, topology: "workflow_run" }, "release").map(({ key }) => key)).toEqual(["app"]);
    expect(Object.values(CLASSES_OF).flat()).toHaveLength(8);
  });
});
