import { expect, test } from "vitest";
import {
  dispatchEvent,
  type GitHubEvent,
  mergeGroupEvent,
  pullRequestEvent,
  pushEvent,
  type RepositoryInfo,
  scheduleEvent,
  workflowRunEvent,
} from "./events.ts";
import { DispatchRefused, dispatchInputs, triggers } from "./triggers.ts";
import { parseWorkflow } from "./workflow-file.ts";

const repository: RepositoryInfo = { owner: "Wikid82", name: "Charon", defaultBranch: "main", private: false };
const sha = "a".repeat(40);
const workflow = (on: string) =>
  parseWorkflow(".github/workflows/a.yml", `name: A\non: ${on}\njobs: { a: { runs-on: x, steps: [{ run: "true" }] } }`);
const starts = (on: string, event: GitHubEvent) => triggers(workflow(on), event);

const push = (branch: string) => pushEvent(repository, `refs/heads/${branch}`, sha, "ann");
const tag = (name: string) => pushEvent(repository, `refs/tags/${name}`, sha, "ann");
const pull = (base: string, headRef: string, headRepository = "Wikid82/Charon") =>
  pullRequestEvent(
    repository,
    { number: 7, title: "t", base, baseSha: sha, headRef, headSha: sha, headRepository, mergeSha: sha },
    "opened",
    "ann",
  );
const ran = (name: string, head_branch: string, depth = 1) =>
  workflowRunEvent(repository, "completed", { name, head_branch }, sha, depth, "ann");

test("a push filter for branches leaves tags out, and the other way round", () => {
  expect(starts("{ push: { branches: [main] } }", push("main"))).toBe(true);
  expect(starts("{ push: { branches: [main] } }", tag("v1.0.0"))).toBe(false);
  expect(starts("{ push: { tags: ['v*'] } }", tag("v1.0.0"))).toBe(true);
  expect(starts("{ push: { tags: ['v*'] } }", push("main"))).toBe(false);
  expect(starts("push", tag("v1.0.0"))).toBe(true);
});

test("pull_request branches filter the base", () => {
  expect(starts("{ pull_request: { branches: [main] } }", pull("main", "fix/x"))).toBe(true);
  expect(starts("{ pull_request: { branches: ['fix/**'] } }", pull("main", "fix/x"))).toBe(false);
  expect(starts("{ pull_request: { types: [closed] } }", pull("main", "fix/x"))).toBe(false);
});

test("workflow_run filters the name, which is a pattern, the type and the head branch", () => {
  const on = "{ workflow_run: { workflows: [Build], types: [completed], branches: [main, 'feature/**'] } }";
  expect(starts(on, ran("Build", "main"))).toBe(true);
  expect(starts(on, ran("Build", "fix/x"))).toBe(false);
  expect(starts(on, ran("Build two", "main"))).toBe(false);
  expect(starts("{ workflow_run: { workflows: ['Build*'] } }", ran("Build two", "main"))).toBe(true);
  expect(starts("{ workflow_run: { workflows: ['C+'] } }", ran("C+", "main"))).toBe(false);
  expect(starts("{ workflow_run: { workflows: ['C\\+'] } }", ran("C+", "main"))).toBe(true);
  expect(starts("{ workflow_run: { workflows: [Build], types: [requested] } }", ran("Build", "main"))).toBe(false);
});

test("a chain of workflow_run ends after three levels", () => {
  const on = "{ workflow_run: { workflows: [Build] } }";
  expect(starts(on, ran("Build", "main", 3))).toBe(true);
  expect(starts(on, ran("Build", "main", 4))).toBe(false);
});

test("merge groups, schedules and dispatches", () => {
  const queue = mergeGroupEvent(repository, "main", sha, `refs/heads/gh-readonly-queue/main/pr-7-${sha}`, sha);
  expect(starts("{ merge_group: { branches: [main] } }", queue)).toBe(true);
  expect(starts("{ merge_group: { branches: [development] } }", queue)).toBe(false);
  expect(starts("{ schedule: [{ cron: '0 3 * * *' }] }", scheduleEvent(repository, "0 3 * * *", sha))).toBe(true);
  expect(starts("{ schedule: [{ cron: '0 3 * * *' }] }", scheduleEvent(repository, "0 4 * * *", sha))).toBe(false);
  expect(
    starts(
      "workflow_dispatch",
      dispatchEvent(repository, ".github/workflows/a.yml", "refs/heads/main", sha, {}, "ann"),
    ),
  ).toBe(true);
  expect(
    starts(
      "workflow_dispatch",
      dispatchEvent(repository, ".github/workflows/b.yml", "refs/heads/main", sha, {}, "ann"),
    ),
  ).toBe(false);
});

test("a trigger that the player does not know is a loud stop", () => {
  expect(() => starts("{ pull_request_target: {} }", push("main"))).toThrow("pull_request_target");
});

test("dispatch inputs get their defaults, and GitHub's refusals", () => {
  const on =
    "{ workflow_dispatch: { inputs: { tag: { required: true, type: string }, dry: { type: boolean, default: true } } } }";
  expect(dispatchInputs(workflow(on), { tag: "x" })).toEqual({ tag: "x", dry: true });
  expect(dispatchInputs(workflow(on), { tag: "x", dry: "false" })).toEqual({ tag: "x", dry: false });
  expect(() => dispatchInputs(workflow(on), {})).toThrow(DispatchRefused);
  expect(() => dispatchInputs(workflow(on), { tag: "x", other: "y" })).toThrow(DispatchRefused);
});
