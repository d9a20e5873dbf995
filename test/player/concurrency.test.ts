import { expect, test } from "vitest";
import { concurrencyGroups } from "./concurrency.ts";

const entry = (
  run: number,
  more: Partial<{
    cancelInProgress: boolean;
    queueMax: boolean;
    group: string;
    of: "run" | "job";
    cancel: () => void;
  }> = {},
) => ({
  run,
  of: "run" as const,
  group: "g",
  cancelInProgress: false,
  queueMax: false,
  cancel: () => undefined,
  ...more,
});

test("one runs, one waits, and a newer one evicts the waiting one", async () => {
  const groups = concurrencyGroups();
  const first = await groups.request(entry(1));
  const second = groups.request(entry(2));
  const third = groups.request(entry(3, { group: "G" }));
  expect((await second).kind).toBe("evicted");
  if (first.kind === "running") first.release();
  expect((await third).kind).toBe("running");
});

test("queue: max keeps every waiting one in order", async () => {
  const groups = concurrencyGroups();
  const first = await groups.request(entry(1));
  const second = groups.request(entry(2, { queueMax: true }));
  const third = groups.request(entry(3, { queueMax: true }));
  if (first.kind === "running") first.release();
  const admitted = await second;
  expect(admitted.kind).toBe("running");
  if (admitted.kind === "running") admitted.release();
  expect((await third).kind).toBe("running");
});

test("cancel-in-progress cancels the running one and starts when it has gone", async () => {
  const groups = concurrencyGroups();
  let cancelled = false;
  const first = await groups.request(entry(1, { cancel: () => (cancelled = true) }));
  const second = groups.request(entry(2, { cancelInProgress: true }));
  expect(cancelled).toBe(true);
  if (first.kind === "running") first.release();
  expect((await second).kind).toBe("running");
});

test("a job that waits for its own run's group is a deadlock", async () => {
  const groups = concurrencyGroups();
  await groups.request(entry(1));
  expect((await groups.request(entry(1, { of: "job" }))).kind).toBe("deadlock");
});
