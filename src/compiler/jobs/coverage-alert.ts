/** The job that tells people when the tests reach less of main than they did before. The job that tests holds no address. */
import type { Consumer, Pipeline } from "../../pipeline/types.ts";
import type { CallOutput, Job } from "../../workflow/model.ts";
import { every, expression } from "../expressions.ts";
import { useProgram } from "../steps/program.ts";
import { addressOf, titled } from "./notify.ts";

/** A matrix would give the outputs of whichever of its jobs ended last. */
const isTold = ({ coverage, matrix }: Consumer): boolean => coverage !== undefined && matrix === undefined;

const OUTPUTS = ["coverage-alert", "coverage-delta"] as const;
const stepOutput = (name: (typeof OUTPUTS)[number]): string =>
  expression(`steps.coverage.outputs.${name.replace("coverage-", "")}`);

/** What a job that measures the coverage hands on. */
export const coverageOutputs = (consumer: Consumer): { outputs?: Record<string, string> } =>
  isTold(consumer) ? { outputs: Object.fromEntries(OUTPUTS.map((name) => [name, stepOutput(name)])) } : {};

/** The same for a called workflow. @param job the id of the job in it */
export const calledCoverageOutputs = (consumer: Consumer, job: string): { outputs?: Record<string, CallOutput> } =>
  isTold(consumer)
    ? {
        outputs: Object.fromEntries(
          OUTPUTS.map((name) => [
            name,
            { description: "What became of the coverage", value: expression(`jobs.${job}.outputs.${name}`) },
          ]),
        ),
      }
    : {};

/**
 * @param measured consumers, each with the id of the job that measures its coverage
 * @param isMain a condition: the run is for a commit whose coverage people are told of; with the jobs that it asks
 */
export function coverageAlertJob(
  pipeline: Pipeline,
  measured: readonly { consumer: Consumer; job: string }[],
  isMain: { if: string; needs?: readonly string[] },
): Record<string, Job> {
  const channels = pipeline.notify.filter(({ events }) => events.includes("coverage"));
  const told = measured.filter(({ consumer }) => isTold(consumer));
  if (channels.length === 0 || told.length === 0) return {};
  const fell = (job: string): string => `needs.${job}.outputs.coverage-alert == 'true'`;
  const all = told.map(({ job }) => fell(job)).join(" || ");
  return {
    "tell-coverage": {
      name: "Tell that the coverage fell",
      needs: [...(isMain.needs ?? []), ...told.map(({ job }) => job)],
      if: every("!cancelled()", isMain.if, told.length > 1 ? `(${all})` : all),
      "runs-on": pipeline.runners.default,
      "timeout-minutes": 5,
      permissions: {},
      steps: told.flatMap(({ consumer, job }) =>
        channels.map((channel) =>
          useProgram("notify", {
            name: titled(`Tell people about the coverage of ${consumer.name}`, channel, channels),
            if: told.length > 1 ? fell(job) : undefined,
            with: { ...addressOf(channel), ...message(consumer, job) },
          }),
        ),
      ),
    },
  };
}

const message = (consumer: Consumer, job: string) => ({
  event: "coverage",
  consumer: consumer.key,
  delta: expression(`needs.${job}.outputs.coverage-delta`),
});
