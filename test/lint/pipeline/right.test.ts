/** Whole pipelines as the documentation of GitHub, Docker and the tools shows them, or as they should be: nothing to say. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { RULES } from "../../../src/lint/rules/index.ts";
import { findingsIn } from "../../support/lint.ts";

const FOLDER = fileURLToPath(new URL("./right/", import.meta.url));
const rules = RULES.filter(({ family }) => family === "pipeline");

/** The files of one repository; workflows stand without their folders. */
const filesOf = (name: string): Record<string, string> => ({
  Dockerfile: "FROM alpine:3.22\n",
  ...Object.fromEntries(
    readdirSync(join(FOLDER, name)).map((file) => [
      file.endsWith(".yml") ? `.github/workflows/${file}` : file,
      readFileSync(join(FOLDER, name, file), "utf8"),
    ]),
  ),
});

describe("pipelines that are right", () => {
  it.each(readdirSync(FOLDER))("%s", async (name) => {
    const findings = await findingsIn(filesOf(name), rules, { preset: "recommended" });
    expect(findings.map(({ file, start, rule, message }) => `${file}:${start.line} ${rule} ${message}`)).toEqual([]);
  });
});
