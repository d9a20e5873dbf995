/** The settings for actionlint: narrow, and understood by people who have some already. */
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { actionlintFile, type UnknownForms, unknownForms } from "../../src/compiler/actionlint.ts";
import { missingIgnores } from "../../src/cli/actionlint-ignores.ts";
import { type Workflow } from "../../src/workflow/model.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";

const workflow = (uses: string, more: object = {}): Workflow =>
  ({
    name: "A",
    on: {},
    permissions: {},
    concurrency: { group: "a" },
    jobs: { a: { name: "a", steps: [{ name: "x", uses }], ...more } },
  }) as never;
const program = workflow("$/.github/pipewright/take-image");
const self = planOf(smallConfig({ programs: "self" })).pipeline;
const checkout = planOf(smallConfig({ programs: "checkout" })).pipeline;
const path = (name: string): string => `.github/workflows/${name}.yml`;
const files: UnknownForms[] = unknownForms([
  { pipeline: self, path: path("b"), workflow: program },
  { pipeline: self, path: path("a"), workflow: program },
  { pipeline: self, path: path("c"), workflow: workflow("actions/checkout@x") },
  { pipeline: self, path: path("d"), workflow: workflow("$/.github/pipewright/x", { "cache-mode": "read" }) },
  { pipeline: checkout, path: path("e"), workflow: program },
]);
const [file] = actionlintFile(files);
const text = file?.body() ?? "";

test("they name the workflows that hold what it does not know, and nothing else", () => {
  const settings = parse(text) as { paths: Record<string, { ignore: string[] }> };
  expect(Object.keys(settings)).toEqual(["paths"]);
  expect(Object.entries(settings.paths).map(([key, { ignore }]) => [key, ignore.length])).toEqual([
    [path("a"), 1],
    [path("b"), 1],
    [path("d"), 2],
  ]);
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  expect(actionlintFile([])).toEqual([]);
});

describe("somebody's own settings", () => {
  const missing = (own: string): string | undefined =>
    missingIgnores({ path: ".github/actionlint.yml", text: own }, files);

  test("lack nothing where they have the same lines, or wider ones", () => {
    expect(missing(text)).toBeUndefined();
    const wide = `paths:\n  .github/workflows/**/*.{yml,yaml}:\n    ignore: ['ref is missing', 'cache-mode']\n`;
    expect(missing(wide)).toBeUndefined();
    expect(missing(`paths: { "**": { ignore: ["."] } }`)).toBeUndefined();
  });

  test.each([
    ["none for these paths", "self-hosted-runner: { labels: [big] }\n"],
    ["expressions about something else", "paths: { '**': { ignore: ['shellcheck'] } }\n"],
    ["another folder", "paths: { '.github/*.yml': { ignore: ['.'] } }\n"],
    ["what is no YAML", "a: [\n"],
    ["an alias of nothing", "paths: *gone\n"],
    ["what is no expression", "paths: { '**': { ignore: ['(', 1] } }\n"],
    ["nothing", ""],
  ])("are told the lines that they lack: %s", (_what, own) => {
    const said = missing(own) ?? "";
    expect(said).toContain(".github/actionlint.yml is your own");
    expect(said.slice(said.indexOf("paths:"))).toBe(text.slice(text.indexOf("paths:")));
  });

  test("are told only what they lack", () => {
    const own = `paths:\n  ${path("a")}:\n    ignore: ['ref is missing']\n  ${path("d")}:\n    ignore: ['ref is missing']\n`;
    const said = missing(own) ?? "";
    expect(parse(said.slice(said.indexOf("paths:")))).toEqual({
      paths: {
        [path("b")]: {
          ignore: ['^specifying action "\\$/\\.github/pipewright/[a-z-]+" in invalid format because ref is missing'],
        },
        [path("d")]: { ignore: ['^unexpected key "cache-mode" for "(job|workflow)" section'] },
      },
    });
  });
});
