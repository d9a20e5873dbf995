/** What the guide's configs compile to, judged by actionlint and zizmor. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileFiles } from "../../src/compiler/compile.ts";
import { load, shapes } from "../support/guide.ts";
import { missing } from "../support/tools.ts";

describe.skipIf(missing("actionlint", "zizmor"))("the guide", () => {
  let root = "";
  const files: string[] = [];
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "pipewright-guide-"));
    for (const [index, shape] of shapes.entries()) {
      // Where actionlint finds the settings that are emitted.
      mkdirSync(join(root, String(index), ".git"), { recursive: true });
      for (const { path, body } of compileFiles((await load(shape)).pipelines)) {
        const file = join(root, String(index), path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, body());
        if (file.endsWith(".yml")) files.push(file);
      }
    }
  }, 120_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it("actionlint has nothing to say", () => {
    // From the root of each repository, as people have it: there it reads the paths of its settings.
    for (const index of shapes.keys()) {
      const cwd = join(root, String(index));
      execFileSync("actionlint", ["-no-color", "-oneline", "-shellcheck="], { cwd, stdio: "inherit" });
    }
    expect(files.length).toBeGreaterThan(shapes.length);
  });

  it("zizmor has nothing to say, as pedantic as it can be", () => {
    execFileSync("zizmor", ["--offline", "--no-progress", "--persona=pedantic", "--color=never", ...files], {
      cwd: root,
      stdio: "inherit",
    });
    expect(files.length).toBeGreaterThan(shapes.length);
  });
});
