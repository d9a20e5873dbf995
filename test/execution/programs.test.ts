/** What holds for every bash program, as it stands in templates/ and as a workflow file carries it. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inlineProgram } from "../../src/compiler/inline.ts";
import { TEMPLATES } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const read = (name: string): string => readFileSync(join(TEMPLATES, name), "utf8");
const programs = readdirSync(TEMPLATES).filter((name) => name.endsWith(".sh"));
const libraries = readdirSync(join(TEMPLATES, "lib"))
  .filter((name) => name.endsWith(".sh"))
  .map((name) => `lib/${name}`);
const texts = Object.fromEntries(libraries.map((name) => [name, read(name)]));

it.each(programs)("%s says what it does and holds no expression", (name) => {
  const text = read(name);
  expect(text).toMatch(/^#!\/usr\/bin\/env bash\n# [A-Z]/);
  expect(text).not.toContain("${{");
});

it.each(libraries)("%s names its shell and holds no expression", (name) => {
  expect(read(name)).toMatch(/^# shellcheck shell=bash\n# [A-Za-z]/);
  expect(read(name)).not.toContain("${{");
});

describe.skipIf(missing("shellcheck"))("shellcheck finds nothing", () => {
  it("in the shared pieces", () => {
    const run = spawnSync("shellcheck", ["--external-sources", "--source-path=SCRIPTDIR", ...libraries], {
      cwd: TEMPLATES,
      encoding: "utf8",
    });
    expect(run.stdout + run.stderr).toBe("");
  });

  it.each(programs)("in %s as a workflow carries it", (name) => {
    const inlined = inlineProgram(read(name), texts);
    expect(inlined).not.toMatch(/^source /m);
    const run = spawnSync("shellcheck", ["--shell=bash", "-"], { input: inlined, encoding: "utf8" });
    expect(run.stdout + run.stderr).toBe("");
  });
});
