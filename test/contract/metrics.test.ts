/** The metrics find jobs and steps by their names alone: each name that they are told must be one that a workflow has. */
import { describe, expect, it } from "vitest";
import { cacheMissStep, COVERAGE_OF_MAIN, RESTORE_CACHE } from "../../src/pipeline/step-names.ts";
import { belongsTo } from "../../templates/lib/figures.mjs";
import type { EmittedJob } from "../support/read-workflows.ts";
import { plannedFor } from "../support/plan-of.ts";
import { type System, systems } from "../support/systems.ts";

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
  const { metrics } = plannedFor(system.pipeline);
  return metrics ? [{ ...system, metrics }] : [];
});

describe.each(measured)("in $name", ({ metrics, ...system }) => {
  it("each stage has jobs in the runs of its workflow, and an image's have the step that builds", () => {
    for (const stage of metrics.stages) {
      const jobs = jobsInRun(system, stage.workflow ?? "").filter((job) => belongsTo(job, stage));
      expect(jobs, `${stage.workflow}: ${stage.job}`).toHaveLength(1);
      if (stage.kind === "image") expect(jobs[0]?.steps.map((step) => step.name)).toContain(metrics.names.buildStep);
    }
    expect(metrics.stages.filter(({ kind }) => kind === "test").map(({ name }) => name)).toEqual(
      system.pipeline.consumers.map(({ name }) => name),
    );
    expect(new Set(metrics.stages.map(({ workflow, job }) => `${workflow} > ${job}`)).size).toBe(metrics.stages.length);
  });

  it("the plan has its name, and what is watched are workflows", () => {
    const names = jobsInRun(system, metrics.build ?? "").map((job) => job.name);
    expect(names.filter((name) => belongsTo({ name }, { job: metrics.names.plan }))).toHaveLength(1);
    expect(
      Object.values(metrics.watched).filter((name) => !system.workflows.some((workflow) => workflow.name === name)),
    ).toEqual([]);
  });

  it("where the run that builds sees the tests, jobs of it have the names of its verdicts", () => {
    const isAsked = metrics.stages.some(({ kind, workflow }) => kind === "test" && workflow === metrics.build);
    const names = jobsInRun(system, metrics.build ?? "").map((job) => job.name);
    if (system.pipeline.topology === "workflow_call" && isAsked) expect(metrics.verdicts).not.toEqual([]);
    expect(metrics.verdicts.filter((name) => !names.includes(name))).toEqual([]);
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
        const missed = `steps.${step.id}.outputs.cache-matched-key == ''`;
        expect(next?.if, step.where).toBe(step.if === undefined ? missed : `${step.if} && ${missed}`);
      });
    }
  });
});
