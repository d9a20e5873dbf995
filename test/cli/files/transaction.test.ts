import { chmod, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Disk, realDisk } from "../../../src/cli/files/disk.ts";
import { type Write, writeAll } from "../../../src/cli/files/transaction.ts";
import { contents, folder, put } from "../folder.ts";

/** One file to replace, one to remove, one to create in a folder that is not there yet. */
async function repository(): Promise<{ root: string; writes: Write[]; before: Record<string, string> }> {
  const root = await folder({ "flows/a.yml": "old a", "flows/b.yml": "old b", "flows/own.yml": "by hand" });
  const write = (path: string, before: string | undefined, after: string | undefined): Write =>
    writeOf(root, path, before, after);
  return {
    root,
    before: await contents(root),
    writes: [
      write("flows/a.yml", "old a", "new a"),
      write("flows/b.yml", "old b", undefined),
      write("docs/ci/c.md", undefined, "new c"),
    ],
  };
}

const bytes = (text: string | undefined): Buffer | undefined => (text === undefined ? undefined : Buffer.from(text));
const writeOf = (root: string, path: string, before: string | undefined, after: string | undefined): Write => ({
  path,
  file: join(root, path),
  before: bytes(before),
  after: bytes(after),
});

/** A disk on which one operation fails from its nth call on. */
function failing(operation: keyof Disk, call: number, code: string): Disk {
  let calls = 0;
  const fail = async (): Promise<never> => {
    throw Object.assign(new Error(`${code}: injected`), { code });
  };
  const broken = {
    ...realDisk,
    [operation]: (...args: never[]) => {
      calls++;
      return calls >= call && calls < call + 1
        ? fail()
        : (realDisk[operation] as (...given: never[]) => unknown)(...args);
    },
  };
  return broken;
}

describe("writing all files or none", () => {
  test("replaces, creates and removes, and leaves nothing else behind", async () => {
    const { root, writes } = await repository();
    await writeAll(writes);
    expect(await contents(root)).toEqual({
      "docs/ci/c.md": "new c",
      "flows/a.yml": "new a",
      "flows/own.yml": "by hand",
    });
  });

  test("keeps the rights of a file", async () => {
    const { root, writes } = await repository();
    await chmod(join(root, "flows/a.yml"), 0o666);
    await writeAll(writes);
    expect((await stat(join(root, "flows/a.yml"))).mode & 0o777).toBe(0o666);
    expect((await stat(join(root, "docs/ci/c.md"))).mode & 0o777).toBe(0o644);
  });

  const operations: (keyof Disk)[] = ["create", "read", "mode", "makeFolder", "keep", "rename", "remove"];
  const failures = operations.flatMap((operation) => [1, 2, 3].map((call) => ({ operation, call })));
  test.each(failures)("puts everything back when $operation fails at call $call", async ({ operation, call }) => {
    const { root, writes, before } = await repository();
    const writing = writeAll(writes, { disk: failing(operation, call, "EIO") });
    const failed = await writing.then(
      () => false,
      (error: unknown) => String(error),
    );
    const after = await contents(root);
    // Some operations are not called that often, and litter that cannot be removed after success is no failure.
    if (failed === false)
      expect(Object.keys(after)).toEqual(expect.arrayContaining(["docs/ci/c.md", "flows/a.yml", "flows/own.yml"]));
    else expect(after).toEqual(before);
  });

  test("a disk that fills up in the middle of a file loses nothing, and says so", async () => {
    const { root, writes, before } = await repository();
    const full: Disk = {
      ...realDisk,
      async create(file, bytes, mode) {
        if (!bytes.toString().startsWith("new c")) return realDisk.create(file, bytes, mode);
        await realDisk.create(file, bytes.subarray(0, 2), mode);
        throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
      },
    };
    await expect(writeAll(writes, { disk: full })).rejects.toThrow(
      "docs/ci/c.md could not be written: the disk is full (ENOSPC). Nothing was changed. Free some space and run the command again.",
    );
    expect(await contents(root)).toEqual(before);
    await expect(stat(join(root, "docs"))).rejects.toThrow("ENOENT");
  });

  test.each([
    ["EROFS", "the file system is read-only"],
    ["EACCES", "its folder does not allow it"],
  ])("a read-only folder (%s) is named", async (code, reason) => {
    const { root, writes, before } = await repository();
    await expect(writeAll(writes, { disk: failing("create", 1, code) })).rejects.toThrow(
      `could not be written: ${reason} (${code}). Nothing was changed.`,
    );
    expect(await contents(root)).toEqual(before);
  });

  test("a file that changed meanwhile is not overwritten", async () => {
    const { root, writes } = await repository();
    await put(root, "flows/b.yml", "newer b");
    await expect(writeAll(writes)).rejects.toThrow(
      "flows/b.yml was changed by someone else while Pipewright was writing. Nothing was changed.",
    );
    expect(await contents(root)).toEqual({
      "flows/a.yml": "old a",
      "flows/b.yml": "newer b",
      "flows/own.yml": "by hand",
    });
  });

  test("an interrupt puts everything back", async () => {
    const { root, writes, before } = await repository();
    const interrupt = new AbortController();
    const disk: Disk = {
      ...realDisk,
      async rename(from, to) {
        await realDisk.rename(from, to);
        interrupt.abort();
      },
    };
    await expect(writeAll(writes, { disk, interrupted: interrupt.signal })).rejects.toThrow(
      "Interrupted before all files were written. Nothing was changed.",
    );
    expect(await contents(root)).toEqual(before);
  });

  test("what cannot be put back is told", async () => {
    const { writes } = await repository();
    let renames = 0;
    const disk: Disk = {
      ...realDisk,
      async rename(from, to) {
        if (++renames > 1) throw Object.assign(new Error("EIO: i/o error, rename"), { code: "EIO" });
        await realDisk.rename(from, to);
      },
    };
    const error = await writeAll(writes, { disk }).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("could not be written: the system answered EIO (EIO).");
    expect(String(error)).toContain("This could not be put back: EIO: i/o error, rename. Look at `git status`.");
    expect(String(error)).not.toContain("Nothing was changed");
  });

  test("a file where a folder should be is told", async () => {
    const root = await folder({ docs: "a file" });
    await expect(writeAll([writeOf(root, "docs/ci.md", undefined, "x")])).rejects.toThrow(
      "docs/ci.md could not be written: a file lies where its folder should be",
    );
  });

  test("hundreds of files are all in place", async () => {
    const root = await folder();
    const paths = Array.from({ length: 300 }, (_, index) => `flows/${index}.yml`);
    await writeAll(paths.map((path) => writeOf(root, path, undefined, path)));
    expect(await contents(root)).toEqual(Object.fromEntries([...paths].sort().map((path) => [path, path])));
  });
});
