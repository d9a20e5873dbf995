/** Where flaky tests are looked for, and how many are tolerated, as the programs read it. */
import { inRepository, junitArtifact } from "../check-names.ts";
import { runOfConsumer } from "../consumer-runs.ts";
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

const suitesOf = (pipeline: Pipeline, consumer: Consumer) =>
  consumer.results
    ? [
        {
          artifact: junitArtifact(consumer.key),
          budgetPercent: consumer.results.flakeBudget,
          name: consumer.name,
          workflow: runOfConsumer(pipeline, consumer),
        },
      ]
    : [];
