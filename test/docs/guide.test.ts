/** The guide's configs compile, lint clean, and give what the guide says. `UPDATE_DOCS=1` writes the lists below each of them. */
import { readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";
import { describe, expect, it, test } from "vitest";
import { requiredChecks } from "../../src/pipeline/describe.ts";
import { compileFiles } from "../../src/compiler/compile.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { GUIDE, load, shapes } from "../support/guide.ts";
import { findingsInEmitted } from "../support/lint-emitted.ts";

const listed = (texts: Iterable<string>): string => [...new Set(texts)].map((text) => `\`${text}\``).join(", ");

/** What comes out of a config, as the guide lists it. */
function lists(pipelines: readonly Pipeline[]): string[] {
  const files = compileFiles(pipelines)
    .filter(({ path }) => path.startsWith(".github/workflows/"))
    .map(({ path, body }) => ({ path, body: body() }));
  const secrets = files
    .flatMap(({ body }) => [...body.matchAll(/\bsecrets\.([A-Z]\w*)/g)].map(([, name]) => name ?? ""))
    .filter((name) => name !== "GITHUB_TOKEN");
  return [
    `- **Files**: ${listed(files.map(({ path }) => path.replace(".github/workflows/", "")).sort())}`,
    `- **Require**: ${listed(pipelines.flatMap((pipeline) => requiredChecks(pipeline).map(({ name }) => name)))}`,
    `- **Secrets**: ${listed(secrets.sort()) || "none"}`,
  ];
}

const LISTS = /^- \*\*Files\*\*:.*\n- \*\*Require\*\*:.*\n- \*\*Secrets\*\*:.*$/m;

test("the guide has a config in each section, and lists what comes out of it", async () => {
  expect(shapes.map(({ code }) => code === "")).toEqual(Array.from({ length: 10 }, () => false));
  const was = readFileSync(GUIDE, "utf8");
  let text = was;
  for (const shape of shapes)
    text = text.replace(shape.text, shape.text.replace(LISTS, lists((await load(shape)).pipelines).join("\n")));
  const formatted = await format(text, { parser: "markdown", printWidth: 300 });
  if (process.env["UPDATE_DOCS"]) writeFileSync(GUIDE, formatted);
  else expect(was).toBe(formatted);
});

describe.each(shapes)("$title", (shape) => {
  it("lints clean under strict", async () => {
    const { pipelines } = await load(shape);
    expect(await findingsInEmitted(compileFiles(pipelines).map(({ path, body }) => ({ path, body: body() })))).toEqual(
      [],
    );
  });
});
