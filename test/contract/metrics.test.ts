/** The metrics find jobs and steps by their names alone: each name that they are told must be one that a workflow has. */
import { describe, expect, it } from "vitest";
import { cacheMissStep, COVERAGE_OF_MAIN, RESTORE_CACHE } from "../../src/pipeline/step-names.ts";
import { belongsTo } from "../../templates/lib/figures.mjs";
import type { EmittedJob } from "../support/read-workflows.ts";
import { type System, systems } from "../support/systems.ts";

interface Settings {
  readonly build: string;
  readonly consumers: readonly string[];
  readonly stages: readonly {
    readonly name: string;
    readonly kind: string;
    readonly workflow: string;
    readonly job: string;
  }[];
  readonly watched: Readonly<Record<string, string>>;
  readonly planJob: string;
  readonly gateJob: string;
  readonly buildStep: string;
}

function settingsOf({ workflows }: System): Settings | undefined {
  const step = workflows
    .flatMap(({ jobs }) => jobs.flatMap((job) => job.steps))
    .find(({ program }) => program === "metrics.mjs");
  return step && (JSON.parse(String(step.env["METRICS"])) as Settings);
}

/** The jobs of a run of this workflow by the names that GitHub gives them, with those of the workflows that it calls. */
const jobsInRun = ({ workflows }: System, name: string): readonly EmittedJob[] =>
  workflows
    .filter((workflow) => workflow.name === name)
    .flatMap((workflow) => workflow.jobs)
    .flatMap((job) => {
      const called = workflows.find(({ path }) => job.calls?.path.endsWith(path));
      return called ? called.jobs.map((inner) => ({ ...inner, name: `${job.name} / ${inner.name}` })) : [job];
    });

const measured = systems.flatMap((system) => {
  const settings = settingsOf(system);
  return settings ? [{ ...system, settings }] : [];
});

describe.each(measured)("in $name", ({ settings, ...system }) => {
  it("each stage has jobs in the runs of its workflow, and an image's have the step that builds", () => {
    for (const stage of settings.stages) {
      const jobs = jobsInRun(system, stage.workflow).filter((job) => belongsTo(job, stage));
      expect(jobs, `${stage.workflow}: ${stage.job}`).toHaveLength(1);
      if (stage.kind === "image") expect(jobs[0]?.steps.map((step) => step.name)).toContain(settings.buildStep);
    }
    expect(settings.stages.filter(({ kind }) => kind === "test").map(({ name }) => name)).toEqual(
      system.pipeline.consumers.map(({ name }) => name),
    );
    expect(new Set(settings.stages.map(({ workflow, job }) => `${workflow} > ${job}`)).size).toBe(
      settings.stages.length,
    );
  });

  it("the plan and the gate of the build have their names, and what is watched are workflows", () => {
    const names = jobsInRun(system, settings.build).map((job) => job.name);
    expect(names).toEqual(expect.arrayContaining([settings.planJob, settings.gateJob]));
    expect(
      Object.values(settings.watched).filter((name) => !system.workflows.some((workflow) => workflow.name === name)),
    ).toEqual([]);
  });

  it("a consumer that is called gives its verdict by a job that is called like it", () => {
    const called = settings.stages.filter(({ kind, workflow }) => kind === "test" && workflow === settings.build);
    const names = jobsInRun(system, settings.build).map((job) => job.name);
    expect(names).toEqual(expect.arrayContaining(called.map(({ name }) => name)));
  });
});

describe.each(systems)("in $name", ({ workflows }) => {
  it("each restore of a cache is followed by the step that only a miss runs", () => {
    for (const job of workflows.flatMap(({ jobs }) => jobs)) {
      job.steps.forEach((step, index) => {
        // Main's coverage is looked up, not fetched: without it nothing takes longer.
        if (step.action !== "actions/cache/restore" || step.name === COVERAGE_OF_MAIN) return;
        expect(step.name.startsWith(RESTORE_CACHE), step.where).toBe(true);
        const next = job.steps[index + 1];
        expect(next?.name, step.where).toBe(cacheMissStep(step.name.slice(RESTORE_CACHE.length)));
        expect(next?.if, step.where).toBe(`steps.${step.id}.outputs.cache-matched-key == ''`);
      });
    }
  });
});
