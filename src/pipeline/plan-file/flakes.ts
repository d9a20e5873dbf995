/** Where flaky tests are looked for, and how many are tolerated, as the programs read it. */
import { inRepository, junitArtifact } from "../check-names.ts";
import { FLAKES_ARTIFACT } from "../step-names.ts";
import type { Consumer, Pipeline } from "../types.ts";
import type { PipelinePart } from "./schema.ts";

export function flakesPart(pipeline: Pipeline): PipelinePart["flakes"] {
  const { flakes } = pipeline;
  if (!flakes) return null;
  return {
    artifact: inRepository(pipeline, FLAKES_ARTIFACT),
    issues: flakes.issues,
    overallBudgetPercent: flakes.budget,
    quarantineAfter: flakes.quarantineAfter,
    runs: flakes.runs,
    suites: pipeline.consumers.flatMap((consumer) => suitesOf(pipeline, consumer)),
  };
}

const suitesOf = (pipeline: Pipeline, { key, name, results }: Consumer) =>
  results
    ? [
        {
          artifact: junitArtifact(key),
          budgetPercent: results.flakeBudget,
          name,
          workflow: pipeline.topology === "workflow_call" ? (pipeline.workflows.build?.name ?? "") : name,
        },
      ]
    : [];
