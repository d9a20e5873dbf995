/** Runs a step that carries a bash program which needs neither network nor Docker, as the emitted file has it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json } from "../player/json.ts";
import { type Contexts, interpolateString } from "../player/expressions.ts";
import type { EmittedStep } from "./read-workflows.ts";

export interface StepResult {
  readonly code: number | null;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The step's expressions are evaluated with these contexts, as GitHub would. */
export function runStep(step: EmittedStep, contexts: Contexts): StepResult {
  const folder = mkdtempSync(join(tmpdir(), "pipewright-step-"));
  try {
    const output = join(folder, "output");
    writeFileSync(output, "");
    const given = Object.fromEntries(
      Object.entries(step.env).map(([name, value]) => [name, interpolateString(value as Json, { contexts })]),
    );
    const { status, stdout, stderr } = spawnSync(
      "bash",
      ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run ?? ""],
      {
        cwd: folder,
        encoding: "utf8",
        env: { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", RUNNER_TEMP: folder, GITHUB_OUTPUT: output, ...given },
      },
    );
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
    event: {},
    sha: COMMIT,
    ...change,
  },
  inputs: { tag: "" },
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
  schedule: (): Contexts => github({ event_name: "schedule", ref: "refs/heads/main", ref_name: "main" }),
  manual: (tag = ""): Contexts => ({
    ...github({ event_name: "workflow_dispatch", ref: "refs/heads/main", ref_name: "main" }),
    inputs: { tag },
  }),
  release: (tag: string): Contexts => github({ event_name: "push", ref: `refs/tags/${tag}`, ref_name: tag }),
};
