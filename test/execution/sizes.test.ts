/** Limits of files, with real files. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { partOf, type PlannedPart } from "../support/program-folder.ts";
import { type ProgramResult, HOSTILE, type Machine, startMachine } from "../support/run-program.ts";

let machine: Machine;
beforeAll(() => {
  machine = startMachine();
});
afterAll(() => machine.stop());

describe("files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pipewright-sizes-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function file(name: string, bytes: number): void {
    const path = join(folder, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "");
    truncateSync(path, bytes);
  }
  type Limits = readonly { glob: string; bytes: number }[];
  const planned = (limits: Limits): PlannedPart => ({
    builds: { binaries: { kind: "files", artifact: "files-binaries", inputs: null, maxSizes: [...limits] } },
    consumers: {},
  });
  const check = (limits: Limits): Promise<ProgramResult> =>
    machine.run("check-sizes", { BUILD: "binaries" }, { cwd: folder, plan: planned(limits) });

  test("at their limit pass, one byte over it fails", async () => {
    file("bin/app-linux-amd64", 100_000_000);
    file("bin/app-linux-arm64", 99_999_999);
    const result = await check([{ glob: "bin/app-*", bytes: 100_000_000 }]);
    expect(result).toMatchObject({ code: 0, outputs: { "largest-bytes": "100000000" } });
    expect(result.summary).toContain("| ✅ `bin/app-linux-amd64` | 100.00 MB | 100.00 MB |");
    file("bin/app-linux-arm64", 100_000_001);
    const over = await check([{ glob: "bin/app-*", bytes: 100_000_000 }]);
    expect(over.code).toBe(1);
    expect(over.log).toContain("bin/app-linux-arm64 has 100000001 bytes; 100000000 are allowed.");
    expect(over.log).not.toContain("app-linux-amd64 has");
  });

  test("are found in folders, with spaces in their names, behind links; folders are none", async () => {
    file("a/b/c d.js", 10);
    file("x.js", 10);
    file("target", 20);
    symlinkSync(join(folder, "target"), join(folder, "a/link.js"));
    expect((await check([{ glob: "**/*.js", bytes: 20 }])).log).toContain("a/b/c d.js: 10 bytes");
    expect((await check([{ glob: "**/*.js", bytes: 19 }])).log).toContain("a/link.js has 20 bytes");
    expect((await check([{ glob: "a/*", bytes: 5 }])).log).not.toContain("a/b has");
  });

  test("that are not there fail, all problems at once", async () => {
    file("one", 10);
    mkdirSync(join(folder, "folder"));
    const result = await check([
      { glob: "gone/*", bytes: 5 },
      { glob: "one", bytes: 5 },
      { glob: "folder", bytes: 5 },
    ]);
    expect(result.code).toBe(1);
    for (const problem of ["gone/* matches no file.", "one has 10 bytes; 5 are allowed.", "folder matches no file."])
      expect(result.log).toContain(problem);
  });

  test.each([
    [{ glob: "a" }],
    [{ glob: "", bytes: 1 }],
    [{ glob: "a", bytes: "1" }],
    [{ glob: "a", bytes: 1.5 }],
    [{ glob: "a", bytes: -1 }],
    [{ glob: "a\nb", bytes: 1 }],
  ])("need limits that are some: %j", (limit) => {
    expect(() => partOf(planned([limit as Limits[number]]))).toThrow("maxSizes");
  });

  test.each(HOSTILE)("keep their names: %j", async (name) => {
    const path = name.replaceAll("/", "_");
    file(path, 10);
    const result = await check([{ glob: "*", bytes: 5 }]);
    expect(result.code).toBe(1);
    expect(result.log).toContain("has 10 bytes; 5 are allowed.");
    expect((await check([{ glob: path.replace(/[\n\r\\]/g, "x"), bytes: 50 }])).log).not.toContain("executed:");
    expect((await check([{ glob: "executed", bytes: 5 }])).log).toContain("executed matches no file");
  });
});
