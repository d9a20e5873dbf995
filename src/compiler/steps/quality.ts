/** What is kept of tests beyond their verdict: coverage, the results of single tests, and what explains a failure. */
import { coverageArtifact, inRepository, junitArtifact } from "../../pipeline/check-names.ts";
import { isData } from "../../pipeline/plan-file/consumers.ts";
import { COVERAGE_OF_MAIN } from "../../pipeline/step-names.ts";
import type { Consumer, Pipeline } from "../../pipeline/types.ts";
import type { Step } from "../../workflow/model.ts";
import { every, expression } from "../expressions.ts";
import { useAction } from "./action.ts";
import { uploadArtifact } from "./artifacts.ts";
import { useProgram, runScript } from "./program.ts";
import { matrixSuffix } from "./test.ts";

/** Results are read again as long as the runs that count for flaky tests. */
const RESULT_DAYS = 30;
const FIGURE_DAYS = 7;
/** What explains a failure is wanted for as long as somebody may look into it. */
const DIAGNOSTIC_DAYS = 90;

const temporary = (name: string): string => `${expression("runner.temp")}/${name}`;
const baselineFolder = temporary("coverage-baseline");

/**
 * Holds the coverage against its minimums, and against main's. Main's figures lie in a cache: a pull request reads those of
 * main, and what it writes itself nobody else ever reads.
 */
export function coverageSteps(
  pipeline: Pipeline,
  consumer: Consumer,
  { commit, isMain }: { commit: string; isMain: string },
): Step[] {
  const { coverage } = consumer;
  if (!coverage) return [];
  const key = `${inRepository(pipeline, `coverage-${consumer.key}`)}${matrixSuffix(consumer)}-`;
  const out = temporary("coverage");
  return [
    useAction(pipeline, "actions/cache/restore", {
      name: COVERAGE_OF_MAIN,
      with: { path: baselineFolder, key: `${key}${expression(commit)}`, "restore-keys": key },
      continueOnError: true,
    }),
    useProgram("check-coverage", {
      name: "Check the coverage",
      id: "coverage",
      with: { consumer: consumer.key, "coverage-file": isData(coverage.file) ? undefined : coverage.file },
    }),
    uploadArtifact(pipeline, {
      title: "Keep the coverage",
      name: `${coverageArtifact(consumer.key)}${matrixSuffix(consumer)}`,
      paths: [`${out}/coverage.json`],
      keepDays: FIGURE_DAYS,
      if: "!cancelled()",
      missing: "ignore",
      overwrite: true,
    }),
    runScript(
      { name: "Make it main's", if: every("success()", isMain), env: { FROM: out, TO: baselineFolder } },
      'rm -rf "$TO"\ncp -r "$FROM" "$TO"\n',
    ),
    useAction(pipeline, "actions/cache/save", {
      name: "Keep the coverage of main",
      if: every("success()", isMain),
      continueOnError: true,
      with: { path: baselineFolder, key: `${key}${expression(commit)}` },
    }),
  ];
}

/** The results of single tests, for each attempt: what fails and passes on one commit is flaky. */
export const resultSteps = (pipeline: Pipeline, consumer: Consumer): Step[] =>
  consumer.results
    ? [
        uploadArtifact(pipeline, {
          title: "Keep the results of the tests",
          name: `${junitArtifact(consumer.key)}${matrixSuffix(consumer)}-attempt-${expression("github.run_attempt")}`,
          paths: consumer.results.junit,
          keepDays: RESULT_DAYS,
          if: "!cancelled()",
          missing: "warn",
          overwrite: true,
        }),
      ]
    : [];

/** What explains a failure: the config's own commands, then the environment, git, the machine and how to repeat it. */
export function diagnosticSteps(pipeline: Pipeline, consumer: Consumer): Step[] {
  const { diagnostics } = consumer;
  if (!diagnostics) return [];
  const folder = temporary("diagnostics");
  const commands = consumer.steps.flatMap((step) => step.run ?? []);
  return [
    ...(diagnostics.run.length > 0
      ? [
          runScript(
            { name: "Collect what explains the failure", if: "failure()" },
            `set +e\n${diagnostics.run.map((command) => command.trimEnd()).join("\n")}\ntrue\n`,
          ),
        ]
      : []),
    useProgram("collect-diagnostics", {
      name: "Collect the state of the runner",
      if: "failure()",
      with: {
        consumer: consumer.key,
        paths: isData(diagnostics.paths) ? undefined : `${diagnostics.paths.join("\n")}\n`,
        commands: isData(commands) ? undefined : `${commands.map((command) => command.trimEnd()).join("\n")}\n`,
      },
    }),
    uploadArtifact(pipeline, {
      title: "Keep what explains the failure",
      name: `diagnostics-${consumer.key}${matrixSuffix(consumer)}`,
      paths: [folder],
      keepDays: DIAGNOSTIC_DAYS,
      if: "failure()",
      missing: "ignore",
      overwrite: true,
    }),
  ];
}
