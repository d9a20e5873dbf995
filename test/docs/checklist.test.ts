/** The page of the checklist against the rules. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { RULES } from "../../src/lint/rules/index.ts";

const page = readFileSync(new URL("../../docs/lint/checklist.md", import.meta.url), "utf8");
const rows = page.split("\n").filter((line) => /^\| (?:10\.\d\.\d)? *\|/.test(line));

it("has 34 items, each with an answer", () => {
  const items = rows.flatMap((row) => /^\| (10\.\d\.\d) /.exec(row)?.[1] ?? []);
  expect(items).toHaveLength(34);
  expect(new Set(items).size).toBe(34);
  for (const row of rows) expect(row.split("|")[4]?.trim(), row).not.toBe("");
});

it("names rules that there are, with their levels", () => {
  const byId = new Map(RULES.map((rule) => [rule.id, rule]));
  for (const row of rows) {
    const cells = row.split("|").map((cell) => cell.trim());
    const ids = [...(cells[4] ?? "").matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, id]) => id ?? "");
    for (const id of ids) expect(byId.has(id), id).toBe(true);
    const levels = /^(off|info|warning|error) \/ (off|info|warning|error)$/.exec(cells[5] ?? "");
    const rule = byId.get(ids[0] ?? "");
    if (levels && rule)
      expect([rule.id, rule.levels.recommended, rule.levels.strict]).toEqual([ids[0], levels[1], levels[2]]);
  }
});

it("holds every rule of the family, under its own item", () => {
  for (const rule of RULES.filter(({ family }) => family === "checklist")) {
    let item = "";
    const place = rows.find((row) => {
      item = /^\| (10\.\d\.\d) /.exec(row)?.[1] ?? item;
      return row.split("|")[4]?.includes(`\`${rule.id}\``);
    });
    expect([rule.id, place && item]).toEqual([rule.id, rule.checklist]);
  }
});
