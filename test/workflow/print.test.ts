import fc from "fast-check";
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { withComment, withCommentAbove, type YamlMapping, type YamlValue } from "../../src/workflow/model.ts";
import { printYaml } from "../../src/workflow/print.ts";
import { runs } from "../support/property-runs.ts";

const asPrettier = (text: string) => format(text, { parser: "yaml" });

const hostile = fc.constantFrom(
  "",
  " ",
  "yes",
  "No",
  "null",
  "~",
  "1e3",
  "0x1f",
  "012",
  ".5",
  "1_000",
  "2026-01-31",
  "12:30",
  "- a",
  "? a",
  ": a",
  "a: b",
  "a #b",
  "#a",
  "@a",
  "`a`",
  "%a",
  "&a",
  "*a",
  "!a",
  "|",
  ">",
  "{a}",
  "[a]",
  "'a'",
  '"a"',
  "a'b\"c",
  "${{ a && 'b' || '' }}",
  "a\\b",
  "a\tb",
  "a\nb",
  "a\nb\n",
  "a\n\nb",
  " a\nb",
  "a \nb",
  "a\n b\n",
  "\n",
  "\n\n",
  "a\n\n",
  "é",
  "漢字",
  "🙂",
  "\u0085",
  "\u2028",
  "\u0000",
  "a:",
  "---",
  "...",
  "=",
  "<<",
  "a,b",
  "*/5 * * * *",
  "+1",
  "-1",
  "1.",
  "NaN",
  ".inf",
  "0o7",
);
const text = fc.oneof(
  hostile,
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.array(hostile).map((lines) => lines.join("\n")),
);
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
const value: fc.Arbitrary<YamlValue> = fc.letrec<{ value: YamlValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(text, tie("value"), { maxKeys: 4 }),
  ),
})).value;
const mapping: fc.Arbitrary<YamlMapping> = fc.dictionary(text, value, { minKeys: 1, maxKeys: 5 });

/** Unpaired surrogates are no text: no file can hold them. */
const isText = (input: unknown): boolean => JSON.stringify(input)?.includes("\\ud") !== true;

describe("printYaml", () => {
  it("prints what a YAML reader reads back", () => {
    fc.assert(
      fc.property(mapping.filter(isText), (input) => {
        expect(parse(printYaml(input))).toEqual(input);
      }),
      { numRuns: runs(3000) },
    );
  });

  it("prints what Prettier would print", async () => {
    const tame = fc.constantFrom(
      "main",
      "feature/**",
      "15m",
      "yes",
      "a: b",
      "a #b",
      'say "hi"',
      "it's",
      `it's "both"`,
      'ü "🚀"',
      "${{ github.sha }}",
      "echo a\necho b\n",
      "0 3 * * *",
      "**",
      "",
      "a\n\n  b\n",
      "x".repeat(120),
      `${"word ".repeat(40)}end`,
    );
    const tameValue: fc.Arbitrary<YamlValue> = fc.letrec<{ value: YamlValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        tame,
        fc.integer(),
        fc.boolean(),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(
          tame.filter((key) => !key.includes("\n") && key.length < 100),
          tie("value"),
          { maxKeys: 4 },
        ),
      ),
    })).value;
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom("on", "jobs", "steps", "a-b", "run"), tameValue, { minKeys: 1 }),
        async (input) => {
          const printed = printYaml(input);
          expect(printed).toBe(await asPrettier(printed));
        },
      ),
      { numRuns: runs(500) },
    );
  });

  it("puts comments behind a value and above a key", async () => {
    const printed = printYaml({
      uses: withCommentAbove(withComment("actions/checkout@abc", "v7"), "why"),
      on: withComment({ push: null }, "behind a mapping"),
      list: [withCommentAbove("one", "first"), withComment("two", "second")],
    });
    expect(printed).toBe(
      "# why\nuses: actions/checkout@abc # v7\non: # behind a mapping\n  push:\nlist:\n  # first\n  - one\n  - two # second\n",
    );
    expect(await asPrettier(printed)).toBe(printed);
  });
});
