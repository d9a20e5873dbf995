/** Whatever a config says, it either has problems, or compiles to files that are whole. */
import fc from "fast-check";
import { format } from "prettier";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { compile, compileFiles, compileWorkflows } from "../../src/compiler/compile.ts";
import { compileDocs } from "../../src/compiler/docs/compile-docs.ts";
import { configSchema } from "../../src/config/schema.ts";
import { plans } from "../../src/pipeline/plans.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { callsWorkflow, type Workflow } from "../../src/workflow/model.ts";
import { printWorkflow } from "../../src/workflow/print.ts";
import { readsStatus } from "../player/expressions.ts";
import { parseWorkflow } from "../player/workflow-file.ts";
import { anyConfig } from "../support/any-config.ts";
import { plain } from "../support/read-workflows.ts";
import { ALL_RUNS, runs } from "../support/property-runs.ts";

/** The pipelines of a config without problems. */
function planned(config: unknown): Pipeline[] | undefined {
  const result = configSchema.safeParse(config);
  if (!result.success) return undefined;
  const { pipelines, problems } = plans(result.data);
  return problems.length === 0 ? pipelines : undefined;
}

/** Programs are long and always the same: their text is printed in compile.test.ts. */
const withoutPrograms = (workflow: Workflow): Workflow => ({
  ...workflow,
  jobs: Object.fromEntries(
    Object.entries(workflow.jobs).map(([id, job]) => [
      id,
      callsWorkflow(job)
        ? job
        : {
            ...job,
            steps: job.steps.map((step) =>
              typeof step.run === "string" && step.run.length > 200 ? { ...step, run: "true\n" } : step,
            ),
          },
    ]),
  ),
});

it("compiles to workflow files that GitHub can read, each with a name and path of its own", () => {
  let compiled = 0;
  fc.assert(
    fc.property(anyConfig, (config) => {
      const pipelines = planned(config);
      if (!pipelines) return;
      compiled++;
      const all = compileFiles(pipelines).map(({ path, body }) => ({ path, body: body() }));
      const files = all.filter(({ path }) => path.startsWith(".github/workflows/"));
      const workflows = files.map((file) => parseWorkflow(file.path, file.body));
      for (const texts of [files.map((file) => file.path), workflows.map((workflow) => workflow.name)])
        expect(new Set(texts.map((text) => text.toLowerCase())).size).toBe(texts.length);
      for (const { path, workflow } of pipelines.flatMap(compileWorkflows))
        expect(parse(files.find((file) => file.path === path)?.body ?? "")).toEqual(plain(workflow));
      // Every condition can be read, with each string in it closed.
      for (const workflow of workflows)
        for (const job of workflow.jobs.values())
          for (const condition of [job.if, ...job.steps.map((step) => step.if)])
            if (condition !== undefined) readsStatus(condition);
    }),
    { numRuns: runs(150) },
  );
  // A generator that only made mistakes would prove nothing.
  if (ALL_RUNS) expect(compiled).toBeGreaterThan(20);
});

it("compiles to files and docs in Prettier's own format", async () => {
  await fc.assert(
    fc.asyncProperty(anyConfig, async (config) => {
      const pipelines = planned(config) ?? [];
      for (const { path, workflow } of pipelines.flatMap(compileWorkflows)) {
        const text = printWorkflow(withoutPrograms(workflow));
        expect(await format(text, { parser: "yaml" }), path).toBe(text);
      }
      for (const { path, body } of pipelines.filter(({ workflows }) => workflows.build).flatMap(compileDocs))
        expect(await format(body, { parser: "markdown" }), path).toBe(body);
    }),
    { numRuns: runs(60) },
  );
});

it("compiles to the same bytes whenever it is asked", () => {
  fc.assert(
    fc.property(anyConfig, (config) => {
      const [first, second] = [planned(config), planned(structuredClone(config))];
      if (!first || !second) return;
      expect(first.flatMap(compile)).toEqual(second.flatMap(compile));
    }),
    { numRuns: runs(40) },
  );
});
