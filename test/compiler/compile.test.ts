/** The whole compiler: same plan, same bytes; text that says what the model says, as Prettier would write it. */
import { createHash } from "node:crypto";
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ACTIONLINT_FILE } from "../../src/compiler/actionlint.ts";
import { compile, compileWorkflows } from "../../src/compiler/compile.ts";
import { compileConfig } from "../../src/compile-config.ts";
import { configSchema } from "../../src/config/schema.ts";
import { PLAN_FILE, printPlanFile } from "../../src/pipeline/plan-file.ts";
import { planFileSchema } from "../../src/pipeline/plan-file/schema.ts";
import { plans } from "../../src/pipeline/plans.ts";
import { filesOfPrograms, programFile } from "../../src/programs/programs.ts";
import { monorepo } from "../support/monorepo.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";
import { plain } from "../support/read-workflows.ts";
import { systemNamed, systems } from "../support/systems.ts";

const printed = [
  "Charon",
  "the minimal example",
  "this project",
  "a system that no one planned for",
  "a system with every part",
  "Charon whose consumers build for themselves",
].map(systemNamed);

const isWorkflow = (path: string): boolean => path.startsWith(".github/workflows/");

/** A system with that many consumers. */
const crowd = (count: number) =>
  smallConfig({
    consumers: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `test-${index}`,
        { needs: "app", dispatch: true, run: `./test.sh ${index}` },
      ]),
    ),
  });

const bytesOf = (count: number): number =>
  compile(planOf(crowd(count)).pipeline).reduce((sum, file) => sum + file.body.length, 0);

describe("compile", () => {
  it.each(systems)("gives the same bytes twice, also of a config read anew: $name", ({ config, pipeline }) => {
    const files = compile(pipeline);
    expect(compile(pipeline)).toEqual(files);
    // One of several pipelines has its names from the whole config.
    const anew =
      pipeline.member === undefined
        ? [planOf(structuredClone(config)).pipeline]
        : plans(configSchema.parse(structuredClone(monorepo))).pipelines.filter(
            ({ member }) => member === pipeline.member,
          );
    expect(anew.flatMap(compile)).toEqual(files);
  });

  it.each(systems)(
    "gives one file a workflow, by path, each directly where GitHub looks, and the programs beside them: $name",
    ({ pipeline, workflows }) => {
      const paths = compile(pipeline).map((file) => file.path);
      expect(paths).toEqual([...new Set(paths)].sort());
      const [own, others] = [isWorkflow, (path: string) => !isWorkflow(path)].map((kind) => paths.filter(kind));
      expect(own).toEqual(workflows.map((workflow) => workflow.path).sort());
      expect(own?.filter((path) => !/^\.github\/workflows\/[^/]+\.yml$/.test(path))).toEqual([]);
      const strange = others?.filter((path) => !path.startsWith(".github/pipewright/") && path !== ACTIONLINT_FILE);
      expect(strange).toEqual([]);
    },
  );

  it.each(systems)(
    "gives the programs that the workflows use, as they are, and no other: $name",
    ({ pipeline, workflows }) => {
      const used = new Set(
        workflows.flatMap(({ jobs }) => jobs.flatMap(({ steps }) => steps.flatMap((step) => step.program ?? []))),
      );
      const given = compile(pipeline).flatMap(({ path, body }) => {
        const file = path.replace(".github/pipewright/", "");
        return isWorkflow(path) || ["plan.json", ".gitattributes", ACTIONLINT_FILE].includes(file)
          ? []
          : [[file, body]];
      });
      expect(Object.fromEntries(given)).toEqual(
        Object.fromEntries(filesOfPrograms(used).map((file) => [file, programFile(file)])),
      );
    },
  );

  it("gives a plan that its schema allows, in the order in which it is printed, with the digest of each file", () => {
    for (const { pipeline } of systems) {
      const texts = new Map(compile(pipeline).map((file) => [file.path, file.body]));
      const plan = planFileSchema.parse(JSON.parse(texts.get(PLAN_FILE) ?? ""));
      expect(printPlanFile(plan)).toBe(texts.get(PLAN_FILE));
      for (const [file, digest] of Object.entries(plan.files))
        expect(
          createHash("sha256")
            .update(texts.get(`.github/pipewright/${file}`) ?? "")
            .digest("hex"),
          file,
        ).toBe(digest);
      const beside = [...texts.keys()].filter((path) => path.startsWith(".github/pipewright/"));
      expect(beside).toHaveLength(Object.keys(plan.files).length + 2);
    }
  });

  it.each(printed)("prints what the model says: $name", ({ pipeline }) => {
    const texts = new Map(compile(pipeline).map((file) => [file.path, file.body]));
    for (const { path, workflow } of compileWorkflows(pipeline))
      expect(parse(texts.get(path) ?? ""), path).toEqual(plain(workflow));
  });

  it.each(printed)("prints it as Prettier would: $name", async ({ pipeline }) => {
    for (const { path, body } of compile(pipeline))
      if (isWorkflow(path)) expect(await format(body, { parser: "yaml", printWidth: 80 }), path).toBe(body);
      else if (path === PLAN_FILE) expect(await format(body, { parser: "json", printWidth: 80 }), path).toBe(body);
  });

  it("grows with the number of consumers, and no faster", () => {
    // A single one is a job of the build's own file, and shorter for it.
    const [two = 0, eleven = 0, many = 0] = [2, 11, 101].map(bytesOf);
    const each = (eleven - two) / 9;
    expect((many - eleven) / 90).toBeGreaterThan(each * 0.99);
    expect((many - eleven) / 90).toBeLessThan(each * 1.05);
  });

  it("does not depend on the order of the config's sections", () => {
    const { consumers, builds, ...rest } = smallConfig();
    expect(compile(planOf({ consumers, ...rest, builds }).pipeline)).toEqual(compile(planOf(smallConfig()).pipeline));
  });

  it("is what the public API does", () => {
    const files = compileConfig(smallConfig());
    expect(files.map((file) => file.path)).toEqual(compile(planOf(smallConfig()).pipeline).map((file) => file.path));
  });
});
