/** Pipeline contract, "Every emitted workflow": whatever one part of a file names, another part has. */
import { describe, expect, it } from "vitest";
import { knownAction } from "../../src/actions/catalogue.ts";
import { type ProgramName, programText } from "../../src/programs/programs.ts";
import { readProgram } from "../support/read-programs.ts";
import {
  ancestorsOf,
  type EmittedJob,
  type EmittedStep,
  type EmittedWorkflow,
  expressionsIn,
  expressionsOf,
  STATUS_FUNCTION,
  withoutStrings,
} from "../support/read-workflows.ts";
import { type System, systems } from "../support/systems.ts";

const jobsOf = ({ workflows }: System): EmittedJob[] => workflows.flatMap((workflow) => workflow.jobs);
const stepsOf = (system: System): EmittedStep[] => jobsOf(system).flatMap((job) => job.steps);
const duplicates = (texts: readonly string[]): string[] => texts.filter((text, index) => texts.indexOf(text) !== index);

/** What programs read out of all that their jobs need, where no expression names it. */
const TAKEN_OUT_OF_NEEDS: Readonly<Record<string, readonly string[]>> = {
  "write-record": ["images"],
  "report-status": ["sha", "reason", "consumers"],
};

it.each(Object.entries(TAKEN_OUT_OF_NEEDS))("%s reads what is said of it", (program, outputs) => {
  const reading = /outputs(?:\?\.(\w+)| \?\? \{\})/.exec(programText(program as ProgramName));
  expect(reading).not.toBeNull();
  for (const output of outputs) expect(programText(program as ProgramName)).toMatch(new RegExp(`\\b${output}\\b`));
});

describe.each(systems)("in $name", (system) => {
  it("every action exists in the catalogue, gets inputs that it has, and all that it requires", () => {
    const wrong = stepsOf(system).flatMap((step) => {
      if (step.action === undefined) return [];
      const known = knownAction(step.action);
      if (!known) return [`${step.where}: ${step.action} is not in the catalogue`];
      const unknown = Object.keys(step.with).filter((input) => !Object.hasOwn(known.inputs, input));
      const deprecated = Object.keys(step.with).filter((input) => known.inputs[input]?.includes("deprecated"));
      const missing = Object.keys(known.inputs).filter(
        (input) => known.inputs[input] === "required" && (step.with[input] ?? "") === "",
      );
      return [...unknown, ...deprecated, ...missing].map((input) => `${step.where}: ${input}`);
    });
    expect(wrong).toEqual([]);
  });

  it("what is downloaded from the same run is uploaded by a job before; what comes from another run has its id and a token", () => {
    const uploadsOf = (job: EmittedJob, as: string): { job: string; name: unknown }[] =>
      job.steps
        .filter((step) => step.action === "actions/upload-artifact")
        .map((step) => ({ job: as, name: step.with["name"] }));
    const calledBy = (job: EmittedJob): readonly EmittedJob[] =>
      system.workflows.find(({ path }) => job.calls?.path === `./${path}`)?.jobs ?? [];
    // What a called workflow uploads is there once the call has ended.
    const uploaded = new Map(
      system.workflows.map((workflow) => [
        workflow,
        workflow.jobs.flatMap((job) => [
          ...uploadsOf(job, job.id),
          ...calledBy(job).flatMap((called) => uploadsOf(called, job.id)),
        ]),
      ]),
    );
    for (const workflow of system.workflows) {
      for (const job of workflow.jobs) {
        for (const step of job.steps.filter((one) => one.action === "actions/download-artifact")) {
          if (step.with["run-id"] !== undefined) {
            expect(step.with["github-token"], step.where).toBe("${{ github.token }}");
            expect(
              [...uploaded.values()].flat().map(({ name }) => name),
              step.where,
            ).toContain(step.with["name"]);
            continue;
          }
          // The jobs of a called workflow are jobs of the run that calls it, behind those that its call waits for.
          const found = placesOf(system, workflow, job).map(({ workflow: run, job: from }) => {
            const before = ancestorsOf(run, from).map((one) => one.id);
            return (uploaded.get(run) ?? []).some(
              (upload) => before.includes(upload.job) && upload.name === step.with["name"],
            );
          });
          // Images of the night and of releases are in the registry alone, so what is there to fall back on may be missing.
          expect(
            step.continueOnError ? found.includes(true) : found.every(Boolean),
            `${step.where}: ${String(step.with["name"])}`,
          ).toBe(true);
        }
      }
    }
  });

  it("`needs` names jobs that exist, and only those are asked for results and outputs that they declare", () => {
    for (const workflow of system.workflows) {
      for (const job of workflow.jobs) {
        expect(
          job.needs.filter((need) => !workflow.jobs.some((other) => other.id === need)),
          job.where,
        ).toEqual([]);
        expect(duplicates(job.needs), job.where).toEqual([]);
        for (const expression of expressionsOf(job).map(withoutStrings)) {
          for (const [, need = "", kind, output = ""] of expression.matchAll(
            /\bneeds\.([\w-]+)\.(outputs|result)(?:\.([\w-]+))?/g,
          )) {
            expect(job.needs, `${job.where}: ${expression}`).toContain(need);
            const outputs = workflow.jobs.find((other) => other.id === need)?.outputs ?? {};
            if (kind === "outputs") expect(Object.keys(outputs), `${job.where}: ${expression}`).toContain(output);
          }
        }
      }
    }
  });

  it("every output of a step is read after that step, and really written by it", () => {
    for (const job of jobsOf(system)) {
      const check = (expression: string, before: readonly EmittedStep[], where: string): void => {
        for (const [, id = "", kind, output = ""] of withoutStrings(expression).matchAll(
          /\bsteps\.([\w-]+)\.(outputs|outcome|conclusion)(?:\.([\w-]+))?/g,
        )) {
          const step = before.find((one) => one.id === id);
          expect(step, `${where} asks for ${id}`).toBeDefined();
          if (kind !== "outputs" || !step) continue;
          const written = step.program
            ? readProgram(step.program).hasOutput(output)
            : (knownAction(step.action ?? "")?.outputs ?? []).includes(output);
          expect(written, `${where} asks for steps.${id}.outputs.${output}`).toBe(true);
        }
      };
      job.steps.forEach((step, index) => {
        for (const expression of [...expressionsIn([step.env, step.with]), step.if ?? ""])
          check(expression, job.steps.slice(0, index), step.where);
      });
      for (const expression of expressionsIn(job.outputs)) check(expression, job.steps, job.where);
    }
  });

  it("a called workflow gets every input and secret that it declares, and no other; both are used there", () => {
    for (const job of jobsOf(system)) {
      const { calls } = job;
      if (!calls) continue;
      const called = system.workflows.find((workflow) => `./${workflow.path}` === calls.path);
      const declared = called?.on.workflow_call;
      // Several kinds of run call the same workflow, and not each has something to say of all that it asks.
      const inputs = Object.entries(declared?.inputs ?? {});
      const asked = inputs.filter(([name, { required }]) => required === true || name in calls.with);
      expect(Object.keys(calls.with), job.where).toEqual(asked.map(([name]) => name));
      const callers = jobsOf(system).filter((one) => one.calls?.path === calls.path);
      expect(
        inputs.filter(([name]) => !callers.some((one) => name in (one.calls?.with ?? {}))),
        job.where,
      ).toEqual([]);
      expect(Object.keys(calls.secrets), job.where).toEqual(Object.keys(declared?.secrets ?? {}));
      const read = [called?.concurrency.group ?? "", ...(called?.jobs ?? []).flatMap((one) => expressionsOf(one))].join(
        "\n",
      );
      for (const name of Object.keys(calls.with)) expect(read, `${job.where}: ${name}`).toContain(`inputs.${name}`);
      for (const name of Object.keys(calls.secrets)) expect(read, `${job.where}: ${name}`).toContain(`secrets.${name}`);
    }
  });

  it("every output of a job is read by another", () => {
    for (const workflow of system.workflows) {
      const handedOn = Object.values(workflow.on.workflow_call?.outputs ?? {}).map(({ value }) =>
        value.replaceAll("jobs.", "needs."),
      );
      const read = [...handedOn, ...workflow.jobs.flatMap((job) => expressionsOf(job))].join("\n");
      // What a call gives is declared by the workflow that is called, for whoever calls it.
      const taken = workflow.jobs.flatMap(({ steps, needs }) =>
        steps
          .flatMap(({ program }) => TAKEN_OUT_OF_NEEDS[program ?? ""] ?? [])
          .flatMap((output) => needs.map((id) => `${id}.${output}`)),
      );
      const idle = workflow.jobs
        .filter((job) => !job.calls)
        .flatMap((job) =>
          Object.keys(job.outputs)
            .filter((output) => !read.includes(`needs.${job.id}.outputs.${output}`))
            .filter((output) => !taken.includes(`${job.id}.${output}`))
            .map((output) => `${job.where}: ${output}`),
        );
      expect(idle).toEqual([]);
    }
  });

  it("every program gets what it requires, and nothing that it does not declare", () => {
    const wrong = stepsOf(system).flatMap((step) => {
      if (!step.program) return [];
      const { inputs, required } = readProgram(step.program);
      const missing = required.filter((input) => (step.with[input] ?? "") === "");
      const unknown = Object.keys(step.with).filter((input) => !inputs.includes(input));
      return [...missing, ...unknown].map((input) => `${step.where}: ${input}`);
    });
    expect(wrong).toEqual([]);
  });

  it("every program of one of several pipelines that reads the plan is told whose", () => {
    const wrong = stepsOf(system).filter(
      ({ program, with: given }) =>
        program !== undefined &&
        readProgram(program).inputs.includes("pipeline") &&
        (given["pipeline"] ?? undefined) !== system.pipeline.member,
    );
    expect(wrong.map(({ where }) => where)).toEqual([]);
  });

  it("a job behind one that may be skipped says with a status function when it runs all the same", () => {
    const wrong = system.workflows.flatMap((workflow) =>
      workflow.jobs
        .filter((job) => !STATUS_FUNCTION.test(withoutStrings(job.if ?? "")))
        .flatMap((job) =>
          ancestorsOf(workflow, job)
            .filter((other) => other.if !== undefined && !skipsAllWith(workflow, other))
            .map((other) => `${job.where} behind ${other.id}`),
        ),
    );
    expect(wrong).toEqual([]);
  });

  it("`workflow_run` names workflows that exist, no workflow follows itself, and none stands deeper than three levels", () => {
    const names = system.workflows.map((workflow) => workflow.name);
    for (const workflow of system.workflows) {
      const { follows } = workflow;
      if (!follows) continue;
      expect(
        follows.workflows.filter((name) => !names.includes(name)),
        workflow.file,
      ).toEqual([]);
      expect(duplicates(follows.workflows), workflow.file).toEqual([]);
      expect(follows.types).toEqual(["completed"]);
      expect(levelOf(system.workflows, workflow), workflow.file).toBeLessThanOrEqual(3);
    }
  });
});

/** Where a job runs: in its own workflow's run, or in each run that calls its workflow. */
function placesOf(
  system: System,
  workflow: EmittedWorkflow,
  job: EmittedJob,
): { workflow: EmittedWorkflow; job: EmittedJob }[] {
  if (!("workflow_call" in workflow.on)) return [{ workflow, job }];
  return system.workflows.flatMap((run) =>
    run.jobs.filter((call) => call.calls?.path === `./${workflow.path}`).map((call) => ({ workflow: run, job: call })),
  );
}

/** A job without which nothing is to run: everything behind it is skipped with it, on purpose. */
function skipsAllWith(workflow: EmittedWorkflow, job: EmittedJob): boolean {
  return (
    ["plan", "resolve"].includes(job.id) &&
    workflow.jobs.every((other) => other === job || ancestorsOf(workflow, other).includes(job))
  );
}

function levelOf(
  workflows: readonly EmittedWorkflow[],
  workflow: EmittedWorkflow,
  seen: readonly string[] = [],
): number {
  if (seen.includes(workflow.name)) return Number.POSITIVE_INFINITY;
  const followed = workflows.filter((other) => workflow.follows?.workflows.includes(other.name));
  return followed.length === 0
    ? 0
    : 1 + Math.max(...followed.map((other) => levelOf(workflows, other, [...seen, workflow.name])));
}
