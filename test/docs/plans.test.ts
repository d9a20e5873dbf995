/** The page of the defects of five design documents, made from the tests that show each. */
import { readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";
import { expect, it } from "vitest";
import { PLANS } from "../lint/plans/plans.ts";

const place = new URL("../../docs/lint/plans.md", import.meta.url);

function page(): Promise<string> {
  const all = PLANS.flatMap(({ defects }) => defects);
  const found = all.filter((defect) => "rule" in defect).length;
  const cell = (text: string): string => text.replaceAll("|", "\\|");
  const text = [
    "# What the lint pass finds in five plans",
    "",
    "Five real pipelines were planned in design documents before they were built, with YAML that shows how. A reader of that YAML finds",
    `${all.length} places that would not do what the plan wants. ${found} of them are found by a rule; each has a small file with the same fault in`,
    "`test/lint/plans`, which a test lints. For the other " +
      `${all.length - found}` +
      " a sentence says why no linter can know.",
    "",
    "Made by `UPDATE_DOCS=1 npx vitest run test/docs`.",
    ...PLANS.flatMap(({ system, defects }) => [
      "",
      `## ${system}`,
      "",
      "| What is wrong | Rule, or why none can know |",
      "|---|---|",
      ...defects.map(
        (defect) => `| ${cell(defect.fault)} | ${"rule" in defect ? `\`${defect.rule}\`` : cell(defect.unknowable)} |`,
      ),
    ]),
    "",
  ].join("\n");
  return format(text, { parser: "markdown" });
}

it("is fresh", async () => {
  const text = await page();
  if (process.env["UPDATE_DOCS"]) writeFileSync(place, text);
  expect(readFileSync(place, "utf8")).toBe(text);
});
