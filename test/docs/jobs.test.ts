/** The page of jobs and minutes says what the emitted files say. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { expect, it } from "vitest";
import { jobsPage } from "./jobs-page.ts";

const PAGE = join(import.meta.dirname, "../../docs/jobs.md");

it("docs/jobs.md says what the emitted files take (UPDATE_DOCS=1 writes it)", async () => {
  const page = await format(jobsPage(), { parser: "markdown" });
  if (process.env["UPDATE_DOCS"]) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, "utf8")).toBe(page);
});
