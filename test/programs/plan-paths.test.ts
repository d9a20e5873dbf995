/** plan.json holds what programs read, all of it and no more. */
import { expect, it } from "vitest";
import { pipelineSchema } from "../../src/pipeline/plan-file/schema.ts";
import { filesOfPrograms, programNames } from "../../src/programs/programs.ts";
import { leavesOf, planPathsIn, strangeStep } from "../support/plan-paths.ts";
import { codeOf } from "../support/read-programs.ts";

const files = filesOfPrograms(programNames()).filter((path) => /\.(sh|mjs)$/.test(path));
const pathsOf = (file: string) => planPathsIn(codeOf(file), file.endsWith(".sh"));

it.each(files.filter((file) => pathsOf(file).length > 0))("%s reads what the schema has", (file) => {
  const strange = pathsOf(file).filter((path) => strangeStep(pipelineSchema, path) !== undefined);
  expect(strange.map((path) => path.join("."))).toEqual([]);
});

it("every value of the schema is named by a program", () => {
  const code = files.map(codeOf).join("\n");
  const idle = leavesOf(pipelineSchema)
    // What tells the kinds of one thing apart is read by whoever reads the thing.
    .filter((path) => path.at(-1) !== "kind")
    .filter((path) => !new RegExp(`\\b${path.filter((step) => step !== "*").at(-1)}\\b`).test(code));
  expect(idle.map((path) => path.join("."))).toEqual([]);
});

it("paths are found in both languages", () => {
  const shell = `tag="$(plan '.builds[$build].image' --arg build "$BUILD")"\nplan ".retry.attempts // 3"`;
  expect(planPathsIn(shell, true)).toEqual([
    ["builds", "*", "image"],
    ["retry", "attempts"],
  ]);
  const node = `const { tags, forks: how } = readPlan();\nconst plan = readPlan();\nplan.builds[key]?.image;\nreadPlan().retry;\ntags.main;`;
  const named = planPathsIn(node, false).map((path) => path.join("."));
  expect(named.sort()).toEqual(["builds.*.image", "forks", "retry", "tags", "tags.main"]);
  expect(strangeStep(pipelineSchema, ["builds", "*", "picture"])).toBe("picture");
  expect(strangeStep(pipelineSchema, ["builds", "*", "image", "length"])).toBeUndefined();
});
