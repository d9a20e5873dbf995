/** The page of GitHub's limits is fresh, and names rules that there are and that know the limit. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { expect, it } from "vitest";
import { RULES } from "../../src/lint/rules/index.ts";
import { limitsPage, SAID_BY } from "./limits-page.ts";

const PAGE = join(import.meta.dirname, "../../docs/limits.md");

it("docs/limits.md says what the table says (UPDATE_DOCS=1 writes it)", async () => {
  const page = await format(limitsPage(), { parser: "markdown" });
  if (process.env["UPDATE_DOCS"]) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, "utf8")).toBe(page);
});

it("names rules that exist", () => {
  const known = new Set(RULES.map(({ id }) => id));
  const named = Object.values(SAID_BY).flatMap(({ rules = [] }) => rules);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((id) => !known.has(id))).toEqual([]);
});
