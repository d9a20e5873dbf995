import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { format } from "prettier";
import { expect, it } from "vitest";
import { RULES } from "../../src/lint/rules/index.ts";
import { lintPages } from "./lint-reference.ts";

const root = new URL("../../", import.meta.url);

it("docs/lint/rules says what the rules say (UPDATE_DOCS=1 writes it)", async () => {
  // The examples are quoted as they are: faulty YAML would not survive a formatter.
  const pages = await Promise.all(
    lintPages(RULES).map(async ({ path, text }) => ({
      path,
      text: await format(text, { parser: "markdown", embeddedLanguageFormatting: "off" }),
    })),
  );
  const folder = new URL("docs/lint/rules/", root);
  if (process.env["UPDATE_DOCS"] === "1") {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    for (const { path, text } of pages) await writeFile(new URL(path, root), text);
  }
  for (const { path, text } of pages) expect(await readFile(new URL(path, root), "utf8")).toBe(text);
  expect((await readdir(folder)).map((name) => `docs/lint/rules/${name}`).sort()).toEqual(
    pages
      .slice(1)
      .map(({ path }) => path)
      .sort(),
  );
});

it("the guide and the README name rules that exist", async () => {
  const known = new Set(RULES.map(({ id }) => id));
  for (const page of ["docs/lint/README.md", "README.md"]) {
    const text = await readFile(new URL(page, root), "utf8");
    const named = [
      ...[...text.matchAll(/pipewright-ignore(?:-file)?: ([a-z][a-z, -]*?) -- /g)].flatMap(([, list = ""]) =>
        list.split(", "),
      ),
      ...[...text.matchAll(/(?:pipewright explain|--fix=)\s?([a-z]+-[a-z-]+)/g)].map(([, id = ""]) => id),
      ...[...text.matchAll(/^ +([a-z]+-[a-z-]+): (?:off|warning|error)$/gm)].map(([, id = ""]) => id),
      ...[...text.matchAll(/^ +\d+:\d+ {2}(?:error|warning|info) {2}([a-z-]+)/gm)].map(([, id = ""]) => id),
    ];
    expect(named.length).toBeGreaterThan(1);
    for (const id of named) expect(known, `${page} names ${id}`).toContain(id);
  }
});
