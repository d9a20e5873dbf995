/** The pieces that programs share: they are files of their own, so each says what it is. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { filesOfPrograms, programNames } from "../../src/programs/programs.ts";
import { TEMPLATES } from "../support/run-program.ts";

const pieces = readdirSync(join(TEMPLATES, "lib")).filter((name) => /\.(sh|mjs)$/.test(name));
const read = (name: string): string => readFileSync(join(TEMPLATES, "lib", name), "utf8");

it.each(pieces)("%s says what it is and holds no expression of a workflow", (name) => {
  expect(read(name)).toMatch(name.endsWith(".sh") ? /^# shellcheck shell=bash\n# [A-Za-z]/ : /^(\/\/ |\/\*\*?\s)/);
  expect(read(name)).not.toContain("${{");
});

it("each is needed by a program", () => {
  const needed = filesOfPrograms(programNames());
  expect(pieces.filter((name) => !needed.includes(`lib/${name}`))).toEqual([]);
});
