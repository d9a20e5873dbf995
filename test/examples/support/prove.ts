/**
 * Each requirement of an example's plan: the emitted files meet it, and would not without the line of the config that the
 * table names, or with a file that is broken on purpose.
 */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { ConfigInput } from "../../../src/config/schema.ts";
import { emit } from "./emission.ts";
import { readmeOf, withTable } from "./readme.ts";
import type { Topic } from "./topics.ts";

export interface Example {
  /** The folder under `examples` and `test/examples`. */
  name: string;
  /** As the tests call it: `Charon's plan`. */
  title: string;
  config: ConfigInput;
  topics: readonly Topic[];
  /** Every section of the plan that asks for something; each needs a row. */
  sections: readonly string[];
}

export function proveRequirements({ name, title, config, topics, sections }: Example): void {
  const files = emit(config);
  const rows = topics.flatMap((topic) => topic.rows);

  describe(title, () => {
    for (const row of rows) {
      test(`${row.id} ${row.section} ${row.requirement}`, () => {
        if (row.proof !== undefined) expect(existsSync(row.proof), `${row.proof} is there`).toBe(true);
        if (row.kind === "beyond") return;
        const given = row.kind === "config" && row.given ? row.given.apply(config) : config;
        expect(row.holds(given === config ? files : emit(given)), "the emitted files meet it").toBe(true);
        const without = row.kind === "config" ? emit(row.line.apply(given)) : row.breaks(files);
        expect(
          row.holds(without),
          row.kind === "config"
            ? `they still do with ${row.line.path} ${row.line.change}`
            : "they still do when broken",
        ).toBe(false);
      });
    }

    test("every section of the plan has rows", () => {
      const answered = new Set(rows.flatMap(({ section }) => section.split(", ")));
      expect(sections.filter((section) => !answered.has(section))).toEqual([]);
    });

    test("the README shows this table", async () => {
      const readme = readmeOf(name);
      const text = await withTable(name, config, topics);
      if (process.env["UPDATE"]) await writeFile(readme, text);
      expect(
        (await readFile(readme, "utf8")) === text,
        `examples/${name}/README.md is out of date: UPDATE=1 npx vitest run test/examples`,
      ).toBe(true);
    });
  });
}
