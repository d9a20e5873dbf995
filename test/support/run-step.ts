/** Runs a step with a program for Node that needs neither network nor Docker, as the emitted files hand it what it takes. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { planFile, printPlanFile } from "../../src/pipeline/plan-file.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { filesOfPrograms, programFile, programPath } from "../../src/programs/programs.ts";
import type { Json } from "../player/json.ts";
import { type Contexts, evaluate, interpolateString } from "../player/expressions.ts";
import { environmentOf, runnerVariables, variableOf } from "./program-folder.ts";
import type { EmittedStep } from "./read-workflows.ts";

export interface StepResult {
  readonly code: number | null;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The step's expressions are evaluated with these contexts, as GitHub would; the plan is the pipeline's own. */
export function runStep(pipeline: Pipeline, step: EmittedStep, contexts: Contexts): StepResult {
  const { program } = step;
  if (program === undefined) throw new Error(`${step.where} uses no program.`);
  const folder = mkdtempSync(join(tmpdir(), "pipewright-step-"));
  const write = (path: string, text: string): string => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  try {
    for (const path of filesOfPrograms([program])) write(path, programFile(path));
    write("plan.json", printPlanFile(planFile([pipeline], {})));
    const output = write("output", "");
    const github = (name: string): Json => evaluate(`github.${name}`, { contexts });
    const given = Object.fromEntries(
      Object.entries(step.with).map(([name, value]) => [
        variableOf(name),
        interpolateString(value as Json, { contexts }),
      ]),
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, programPath(program))], {
      cwd: folder,
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"] ?? "",
        ...runnerVariables,
        ...Object.fromEntries(
          ["event_name", "ref_name", "ref_type", "head_ref", "sha", "repository", "run_id"].map((name) => [
            `GITHUB_${name.toUpperCase()}`,
            String(github(name) ?? ""),
          ]),
        ),
        RUNNER_TEMP: folder,
        GITHUB_OUTPUT: output,
        GITHUB_EVENT_PATH: write("event.json", JSON.stringify(github("event"))),
        ...environmentOf(program, given),
      },
    });
    const lines = readFileSync(output, "utf8")
      .split("\n")
      .filter((line) => line !== "");
    return {
      code: status,
      log: stdout + stderr,
      outputs: Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
      ),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const COMMIT = "abc1234def5678901234567890123456789abcde";
export const MERGE_COMMIT = "fedcba9876543210fedcba9876543210fedcba98";
export const REPOSITORY = "Wikid82/Charon";

const github = (change: Record<string, Json>): Contexts => ({
  github: {
    repository: REPOSITORY,
    server_url: "https://github.com",
    run_id: "4242",
    actor: "wikid82",
    head_ref: "",
    ref_type: "branch",
    event: {},
    sha: COMMIT,
    ...change,
  },
  inputs: { tag: "", nightly: false },
});

/** What the build workflow knows of each kind of event. */
export const events = {
  pullRequest: (branch = "fix/login", from = REPOSITORY): Contexts =>
    github({
      event_name: "pull_request",
      ref: "refs/pull/12/merge",
      ref_name: "12/merge",
      sha: MERGE_COMMIT,
      head_ref: branch,
      event: { pull_request: { number: 12, head: { sha: COMMIT, ref: branch, repo: { full_name: from } } } },
    }),
  push: (branch: string): Contexts => github({ event_name: "push", ref: `refs/heads/${branch}`, ref_name: branch }),
  queue: (): Contexts =>
    github({
      event_name: "merge_group",
      ref: "refs/heads/gh-readonly-queue/main/pr-12-0123456",
      ref_name: "gh-readonly-queue/main/pr-12-0123456",
      sha: COMMIT,
      event: { merge_group: { head_sha: COMMIT } },
    }),
  schedule: (): Contexts => ({
    ...github({ event_name: "schedule", ref: "refs/heads/main", ref_name: "main" }),
    inputs: { nightly: true },
  }),
  manual: (tag = ""): Contexts => ({
    ...github({
      event_name: "workflow_dispatch",
      ref: "refs/heads/main",
      ref_name: "main",
      event: { inputs: { tag } },
    }),
    inputs: { tag, nightly: false },
  }),
  release: (tag: string): Contexts =>
    github({ event_name: "push", ref: `refs/tags/${tag}`, ref_name: tag, ref_type: "tag" }),
};
