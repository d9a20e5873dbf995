import { readFile, writeFile } from "node:fs/promises";
import { format } from "prettier";
import { expect, it } from "vitest";
import { configReference } from "./config-reference.ts";

const root = new URL("../../", import.meta.url);

it("docs/config.md says what the schema says (UPDATE_DOCS=1 writes it)", async () => {
  const schema = JSON.parse(await readFile(new URL("schemas/config.schema.json", root), "utf8"));
  const page = await format(configReference(schema), { parser: "markdown" });
  const file = new URL("docs/config.md", root);
  if (process.env["UPDATE_DOCS"] === "1") await writeFile(file, page);
  expect(await readFile(file, "utf8")).toBe(page);
});
