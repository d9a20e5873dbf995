/** What the README says of its example is what the example compiles to. `UPDATE_DOCS=1` writes the counts. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import minimal from "../../examples/minimal/ci.config.ts";
import { stamp } from "../../src/cli/files/stamp.ts";
import { compile } from "../../src/compiler/compile.ts";
import { requiredChecks } from "../../src/pipeline/describe.ts";
import { planOf } from "../support/plan-of.ts";
import { readWorkflows } from "../support/read-workflows.ts";

const README = new URL("../../README.md", import.meta.url);
const CONFIG = new URL("../../examples/minimal/ci.config.ts", import.meta.url);
const COUNTS = /become \d+ workflow files with \d+ lines together/;
const SYSTEM = /^\| \[[^\]]+\]\(examples\/(\w+)\).* \d+ +lines +\|$/gm;
const { pipeline } = planOf(minimal);
const text = readFileSync(README, "utf8");

/** Code without its line breaks, however Prettier would set them. */
const flat = (code: string): string => code.replace(/,?\s+/g, " ").replace(/,? ([}\])])/g, " $1");

test("the example is the one of examples/minimal, in ten lines", () => {
  const code = /^```ts\n(import [\s\S]*?)\n```$/m.exec(text)?.[1] ?? "";
  expect(flat(readFileSync(CONFIG, "utf8")).trim()).toBe(flat(code));
  expect(code.split("\n")).toHaveLength(10);
});

test("the README counts its workflows and their lines", () => {
  const workflows = compile(pipeline).filter(({ path }) => path.startsWith(".github/workflows/"));
  const lines = workflows.flatMap(({ body }) => stamp(body, { source: "ci.config.ts" }).trimEnd().split("\n"));
  const counted = text.replace(COUNTS, `become ${workflows.length} workflow files with ${lines.length} lines together`);
  if (process.env["UPDATE_DOCS"]) writeFileSync(README, counted);
  else expect(text).toBe(counted);
});

test("the README counts the lines of each system's config", () => {
  const systems = readFileSync(README, "utf8");
  const counted = systems.replace(SYSTEM, (row, name: string) => {
    const config = readFileSync(new URL(`../../examples/${name}/ci.config.ts`, import.meta.url), "utf8");
    return row.replace(/\d+ +lines/, `${config.trimEnd().split("\n").length} lines`);
  });
  expect(systems.match(SYSTEM)).toHaveLength(5);
  if (process.env["UPDATE_DOCS"]) writeFileSync(README, counted);
  else expect(systems).toBe(counted);
});

test("the README names the jobs of a pull request, and what to require", () => {
  const build = readWorkflows(pipeline).find(({ name }) => name === "Build");
  const ofPull = build?.jobs.filter((job) => !job.if?.includes("class == 'main'")).map(({ name }) => name) ?? [];
  expect(ofPull).toEqual(["Build hello", "smoke", "All checks"]);
  expect(requiredChecks(pipeline).map(({ name }) => name)).toContain("All checks");
  const following = planOf({ ...minimal, topology: "workflow_run" }).pipeline;
  expect(requiredChecks(following).map(({ name }) => name)).toContain("Build hello");
  for (const name of ofPull) expect(text).toContain(`\`${name}\``);
});
