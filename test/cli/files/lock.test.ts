import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { whileLocked } from "../../../src/cli/files/lock.ts";
import { folder } from "../folder.ts";

describe("the writer's lock", () => {
  test("lets one work at a time, and is gone afterwards", async () => {
    const [root, locks] = [await folder(), await folder()];
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside--;
    };
    await Promise.all([1, 2, 3].map(() => whileLocked(root, work, { folder: locks })));
    expect(most).toBe(1);
    expect(await readdir(locks)).toEqual([]);
  });

  test("is released after a failure", async () => {
    const [root, locks] = [await folder(), await folder()];
    await expect(whileLocked(root, () => Promise.reject(new Error("no")), { folder: locks })).rejects.toThrow("no");
    expect(await whileLocked(root, async () => 1, { folder: locks })).toBe(1);
  });

  test("of a process that is gone counts for nothing; one that is held too long is told", async () => {
    const [root, locks] = [await folder(), await folder()];
    await whileLocked(
      root,
      async () => {
        const [name = ""] = await readdir(locks);
        await expect(whileLocked(root, async () => 1, { folder: locks, patience: 60 })).rejects.toThrow(
          `Another Pipewright (process ${process.pid}) is writing in ${root} and does not finish.`,
        );
        await writeFile(join(locks, name), "4194999");
        expect(await whileLocked(root, async () => 1, { folder: locks, patience: 60 })).toBe(1);
      },
      { folder: locks },
    );
  });

  test("is done without where there is no place for it", async () => {
    expect(await whileLocked(await folder(), async () => 1, { folder: "/nowhere" })).toBe(1);
  });
});
