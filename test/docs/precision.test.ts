/** The page of how right the findings are: counted by hand, so only its rows can be held to the rules. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { RULES } from "../../src/lint/rules/index.ts";

const rows = new Map(
  readFileSync(new URL("../../docs/lint/precision.md", import.meta.url), "utf8")
    .split("\n")
    .flatMap((line) => (/^\| `[a-z-]+`/.test(line) ? [line.split("|").map((cell) => cell.trim())] : []))
    .map((cells) => [(cells[1] ?? "").replaceAll("`", ""), cells] as const),
);

it("has a row for every rule, with its levels and what was read or why nothing could be", () => {
  for (const { id, levels } of RULES) {
    if (levels.recommended === "off" && levels.strict === "off") continue;
    const row = rows.get(id);
    expect(row?.[2], id).toBe(`${levels.recommended} / ${levels.strict}`);
    expect(`${row?.[4]} ${row?.[6]}`, id).toMatch(/[1-9]|[a-z]{4}/);
  }
});

it("has no row of a rule that is gone", () => {
  const known = new Set(RULES.map(({ id }) => id));
  expect([...rows.keys()].filter((id) => id !== "recommended" && id !== "strict" && !known.has(id))).toEqual([]);
});
