/** Caches: who sees whose, which key is found, and when one is saved. */
import { expect, test } from "vitest";
import { standInActions } from "./actions/index.ts";
import { play, pull, push } from "./bare-host.ts";
import type { Cache } from "./caches.ts";
import { workflowRunEvent, type GitHubEvent } from "./events.ts";
import { repository, SHA } from "./bare-host.ts";
import type { Run } from "./runs.ts";

const pin = (name: string) => `${name}@${"0".repeat(40)}`;
const on = "on: [push, pull_request]";

/** Plays one job with these steps for each event, with the caches of the ones before. */
async function playEvents(
  steps: (run: number) => string,
  ...events: GitHubEvent[]
): Promise<{ runs: Run[]; caches: Cache[] }> {
  const caches: Cache[] = [];
  const runs: Run[] = [];
  for (const [index, event] of events.entries()) {
    const text = `name: A\n${event.name === "workflow_run" ? "on: { workflow_run: { workflows: [B] } }" : on}\njobs:\n  a:\n    runs-on: x\n    steps:\n${steps(index)}`;
    const { player } = play({ a: text }, { caches, actions: standInActions });
    runs.push(...(await player.happen(event)));
    await player.settle();
  }
  return { runs, caches };
}

const key = (name: string, more = "") =>
  `      - { id: c, uses: "${pin("actions/cache")}", with: { path: deps, key: "${name}"${more} } }\n`;
const show = `      - { env: { HIT: "[\${{ steps.c.outputs.cache-hit }}]" }, run: 'echo "$HIT"; cat deps/* 2>/dev/null || mkdir -p deps; date +%N > "deps/$RANDOM"' }\n`;
const hits = (runs: readonly Run[]) => runs.map((run) => run.jobs[0]?.steps[1]?.log[0]);

test("a miss saves after success, an exact hit restores and saves nothing, and a prefix restores the newest and saves", async () => {
  const { runs, caches } = await playEvents(
    (index) => key(["deps-1", "deps-1", "deps-2"][index] ?? "", ', restore-keys: "deps-"') + show,
    push(),
    push(),
    push(),
  );
  expect(hits(runs)).toEqual(["[]", "[true]", "[false]"]);
  expect(runs[1]?.jobs[0]?.steps[1]?.log[1]).toMatch(/^\d+$/);
  expect(caches.map((cache) => [cache.key, cache.ref])).toEqual([
    ["deps-1", "refs/heads/main"],
    ["deps-2", "refs/heads/main"],
  ]);
});

test("a failed job saves nothing", async () => {
  const { caches } = await playEvents(() => `${key("k")}${show}      - { run: "false" }`, push());
  expect(caches).toEqual([]);
});

test("branches read main's caches, pull requests also their own, and main neither's", async () => {
  const { runs, caches } = await playEvents(
    (index) => key(index === 0 ? "main" : "other", ', restore-keys: "main"') + show,
    push("main"),
    push("fix/x"),
    pull(),
    pull(),
    push("main"),
  );
  // The other branch's cache is out of the pull request's sight, so it finds main's by its prefix.
  expect(hits(runs)).toEqual(["[]", "[false]", "[false]", "[true]", "[false]"]);
  expect(caches.map((cache) => `${cache.key} of ${cache.ref}`)).toEqual([
    "main of refs/heads/main",
    "other of refs/heads/fix/x",
    "other of refs/pull/3/merge",
    "other of refs/heads/main",
  ]);
});

test("another list of paths is another cache", async () => {
  const { runs } = await playEvents(
    (index) => key("k").replace("path: deps", `path: "${index === 0 ? "deps" : "deps\\nmore"}"`) + show,
    push(),
    push(),
  );
  expect(hits(runs)).toEqual(["[]", "[]"]);
});

test("restore and save: the key that was found, a look without files, and a miss that fails", async () => {
  const restore = (more: string) =>
    `      - { id: r, uses: "${pin("actions/cache/restore")}", with: { path: deps, key: k-2, restore-keys: "k-", ${more} } }\n`;
  const tell = `      - { if: always(), env: { R: "\${{ steps.r.outputs.cache-hit }} \${{ steps.r.outputs.cache-matched-key }} \${{ steps.r.outputs.cache-primary-key }}" }, run: 'echo "$R"; ls' }\n`;
  const save = `      - { run: "mkdir deps; echo 1 > deps/f" }\n      - { uses: "${pin("actions/cache/save")}", with: { path: deps, key: k-1 } }\n`;
  const { runs, caches } = await playEvents(
    (index) =>
      [restore("fail-on-cache-miss: true") + tell, save, restore("lookup-only: true") + tell, restore("") + tell, save][
        index
      ] ?? "",
    push(),
    push(),
    push(),
    push(),
    push(),
  );
  expect(runs.map((run) => run.conclusion)).toEqual(["failure", "success", "success", "success", "success"]);
  expect(runs[2]?.jobs[0]?.steps[1]?.log).toEqual(["false k-1 k-2"]);
  expect(runs[3]?.jobs[0]?.steps[1]?.log).toEqual(["false k-1 k-2", "deps"]);
  // A cache never changes: saving its key again is refused with a warning.
  expect(runs[4]?.jobs[0]?.annotations.join()).toContain("Unable to reserve cache with key k-1");
  expect(caches).toHaveLength(1);
});

test("a workflow_run of a fork's run reads main's caches and writes none", async () => {
  const triggering = { name: "B", head_branch: "main", head_repository: { full_name: "mallory/app", fork: true } };
  const { runs, caches } = await playEvents(
    (index) => key(index === 0 ? "k" : "new", ', restore-keys: "k"') + show,
    push(),
    workflowRunEvent(repository, "completed", triggering, SHA, 1, "mallory"),
  );
  expect(hits(runs)).toEqual(["[]", "[false]"]);
  expect(caches.map((cache) => cache.key)).toEqual(["k"]);
});

test("an input that is missing or unknown stops the play", async () => {
  await expect(
    playEvents(() => `      - { uses: "${pin("actions/cache")}", with: { path: deps } }`, push()),
  ).rejects.toThrow("requires the input `key`");
  await expect(playEvents(() => key("k", ", keys: x"), push())).rejects.toThrow("no input `keys`");
});
