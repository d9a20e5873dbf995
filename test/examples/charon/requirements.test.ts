/**
 * Each requirement of Charon's plan: the emitted files meet it, and would not without the line of the config that the
 * table names, or with a file that is broken on purpose.
 */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import config from "../../../examples/charon/ci.config.ts";
import { emit } from "./emission.ts";
import { README, withTable } from "./readme.ts";
import { requirements } from "./requirements.ts";

const charon = emit(config);

describe("Charon's plan", () => {
  for (const row of requirements) {
    test(`${row.id} ${row.section} ${row.requirement}`, () => {
      if (row.proof !== undefined) expect(existsSync(row.proof), `${row.proof} is there`).toBe(true);
      if (row.kind === "beyond") return;
      const given = row.kind === "config" && row.given ? row.given.apply(config) : config;
      const files = given === config ? charon : emit(given);
      expect(row.holds(files), "the emitted files meet it").toBe(true);
      const without = row.kind === "config" ? emit(row.line.apply(given)) : row.breaks(charon);
      expect(row.holds(without), row.kind === "config" ? `they still do with ${row.line.path} ${row.line.change}` : "they still do when broken").toBe(false);
    });
  }

  test("every section of the plan has rows", () => {
    const sections = requirements.map(({ section }) => section).join(", ");
    const all = ["1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "3.1", "3.2", "4.1", "4.2", "4.3", "5.1", "5.2", "6.0", "6.1", "6.2", "6.3", "6.4", "6.5", "6.6", "6.7"];
    const more = ["7.1", "7.2", "7.3", "7.4", "7.5", "8.1", "8.2", "8.3", "8.4", "8.5", "8.6", "9.1", "9.2", "9.3", "9.4", "9.5", "10.1", "10.2", "10.3", "10.4", "10.5", "10.6", "10.7", "10.8", "11.1", "11.2", "11.3", "11.4", "12", "13", "14.1", "15.1", "15.2", "16"];
    expect([...all, ...more].filter((section) => !sections.includes(section))).toEqual([]);
  });

  test("the README shows this table", async () => {
    const text = await withTable();
    if (process.env["UPDATE"]) await writeFile(README, text);
    expect((await readFile(README, "utf8")) === text, "examples/charon/README.md is out of date: UPDATE=1 npx vitest run test/examples").toBe(true);
  });
});
