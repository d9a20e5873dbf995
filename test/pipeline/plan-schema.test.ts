/** `schemas/plan.schema.json`: fresh, strict, and true of every plan that is emitted. */
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, it, test } from "vitest";
import { stamp } from "../../src/cli/files/stamp.ts";
import { planJsonSchema } from "../../src/pipeline/plan-file/json-schema.ts";
import { planFile, printPlanFile } from "../../src/pipeline/plan-file.ts";
import { systems } from "../support/systems.ts";

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(planJsonSchema()) as object);

test("the committed schema is fresh: run `npm run schema`", () => {
  expect(readFileSync(new URL("../../schemas/plan.schema.json", import.meta.url), "utf8")).toBe(planJsonSchema());
});

it.each(systems)("allows the plan of $name, with and without the mark of its owner", ({ pipeline }) => {
  const text = printPlanFile(planFile([pipeline], { "lib/log.sh": "0" }));
  for (const printed of [text, stamp(text, { source: "ci.config.ts", comment: "json" })]) {
    expect(validate(JSON.parse(printed)), JSON.stringify(validate.errors)).toBe(true);
  }
});

test("refuses another version, and a key that no program reads", () => {
  const plan = { version: 1, pipelines: {}, files: {} };
  expect(validate(plan)).toBe(true);
  expect(validate({ ...plan, version: 2 })).toBe(false);
  expect(validate({ ...plan, extra: 1 })).toBe(false);
});
