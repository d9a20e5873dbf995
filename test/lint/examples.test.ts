/** Every rule's own examples: it finds something in each bad one, nothing in any good one, and its fixes do what they say. */
import { describe, expect, it } from "vitest";
import { applyFixes } from "../../src/lint/fix.ts";
import type { Example } from "../../src/lint/rule.ts";
import { RULES } from "../../src/lint/rules/index.ts";
import { readYaml } from "../../src/workflow/yaml/read.ts";
import { filesOf, findingsIn, inShort } from "../support/lint.ts";

const listOf = (examples: Example | readonly Example[]): readonly Example[] =>
  Array.isArray(examples) ? (examples as readonly Example[]) : [examples as Example];

describe.each(RULES.map((rule) => [rule.id, rule] as const))("%s", (_id, rule) => {
  const settings = {
    ...rule.exampleSettings,
    rules: {
      ...rule.exampleSettings?.rules,
      [rule.id]: {
        ...rule.exampleSettings?.rules?.[rule.id],
        ...(rule.levels.strict === "off" ? { level: "warning" as const } : {}),
      },
    },
  };

  it.each(listOf(rule.bad).map((example, index) => [index, example] as const))(
    "finds its bad example %i",
    async (_index, example) => {
      const findings = await findingsIn(example, [rule], settings);
      expect(inShort(findings)).not.toEqual([]);
      for (const { message } of findings) expect(message).toMatch(/^[A-Z`"$.{(/*].*[.!?`)]$/s);
    },
  );

  it.each(listOf(rule.good).map((example, index) => [index, example] as const))(
    "is silent on its good example %i",
    async (_index, example) => {
      expect(inShort(await findingsIn(example, [rule], settings))).toEqual([]);
    },
  );

  if (rule.fixable)
    it("mends what it can, once and for all", async () => {
      let mended = 0;
      for (const example of listOf(rule.bad)) {
        let files = filesOf(example);
        for (let pass = 0; pass < 10; pass++) {
          const findings = await findingsIn(files, [rule], settings);
          const next = { ...files };
          for (const [path, text] of Object.entries(files)) {
            const { text: fixed, applied } = applyFixes(
              text,
              findings.flatMap(({ file, fix }) => (file === path && fix ? [fix] : [])),
            );
            mended += applied.length;
            next[path] = fixed;
          }
          if (JSON.stringify(next) === JSON.stringify(files)) break;
          files = next;
        }
        const left = await findingsIn(files, [rule], settings);
        expect(
          left.filter(({ fix }) => fix !== undefined),
          "a fix that does not make its finding go away",
        ).toEqual([]);
        for (const text of Object.values(files)) expect((await readYaml(text)).problems).toEqual([]);
      }
      expect(mended).toBeGreaterThan(0);
    });
});

it("names every rule once, in kebab-case, with texts that are sentences", () => {
  const ids = RULES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, summary, why } of RULES) {
    expect(id).toMatch(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/);
    expect(summary, id).toMatch(/^[A-Z`].*\.$/s);
    expect(why, id).toMatch(/\.$/s);
  }
});
