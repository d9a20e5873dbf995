/** GitHub's limits: the table itself, and lengths measured as GitHub's own parser measures them. */
import { JSONObjectReader } from "@actions/workflow-parser/templates/json-object-reader";
import { TemplateSchema } from "@actions/workflow-parser/templates/schema/template-schema";
import { TemplateContext, TemplateValidationErrors } from "@actions/workflow-parser/templates/template-context";
import { readTemplate } from "@actions/workflow-parser/templates/template-reader";
import { isBasicExpression } from "@actions/workflow-parser/templates/tokens/type-guards";
import { NoOperationTraceWriter } from "@actions/workflow-parser/templates/trace-writer";
import { YamlObjectReader } from "@actions/workflow-parser/workflows/yaml-object-reader";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { embeddedExpressions } from "../../src/workflow/expressions/embedded.ts";
import {
  forbiddenInArtifactName,
  inDigits,
  lengthAsExpression,
  type Limit,
  LIMITS,
  nearOf,
} from "../../src/workflow/limits.ts";
import type { ScalarNode } from "../../src/workflow/yaml/node.ts";

const all: readonly Limit[] = Object.values(LIMITS);

describe("the table", () => {
  it("says of each limit what it is, what happens beyond, and where that is said", () => {
    for (const { name, value, unit, per, beyond, source } of all) {
      expect(value, name).toBeGreaterThan(0);
      for (const text of [name, unit, per, beyond, source]) expect(text.trim(), name).not.toBe("");
    }
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  it("lies between the two sizes of files that were tried", () => {
    expect(LIMITS.workflowFile.value).toBeGreaterThan(510_313);
    expect(LIMITS.workflowFile.value).toBeLessThan(513_306);
  });
});

it("is near from 80 % on", () => {
  expect(nearOf(LIMITS.dispatchInputs)).toBe(20);
  expect(nearOf(LIMITS.matrixJobs)).toBe(205);
  expect(nearOf(LIMITS.expression)).toBe(16_800);
});

it("writes large numbers with commas, whatever the machine's language", () => {
  expect(inDigits(512_000)).toBe("512,000");
  expect(inDigits(25)).toBe("25");
});

it.each([
  ["results-linux", undefined],
  ["results (linux) #1, ä", undefined],
  ["results/linux", "a slash"],
  ["a\\b", "a backslash"],
  ["a:b", "a colon"],
  ["a\nb", "a line break"],
])("judges the artifact name %j", (name, fault) => {
  expect(forbiddenInArtifactName(name)).toBe(fault);
});

describe("the length of a text that holds expressions", () => {
  const scalar = (value: string): ScalarNode => ({ kind: "scalar", value, start: 0, end: 0 }) as unknown as ScalarNode;
  const ours = (text: string): number =>
    lengthAsExpression(
      text,
      embeddedExpressions(scalar(text)).map(({ within }) => within),
    );
  /** What the template reader that GitHub publishes makes of the text. */
  const schema = TemplateSchema.load(
    new JSONObjectReader(
      undefined,
      JSON.stringify({ version: "1", definitions: { text: { context: ["github"], string: {} } } }),
    ),
  );
  const theirs = (text: string): number => {
    const context = new TemplateContext(new TemplateValidationErrors(), schema, new NoOperationTraceWriter());
    const token = readTemplate(context, "text", new YamlObjectReader(undefined, JSON.stringify(text)), undefined);
    expect(context.errors.getErrors()).toEqual([]);
    if (!token || !isBasicExpression(token)) throw new Error("No expression.");
    return token.expression.length;
  };

  it("is none without an expression", () => {
    expect(ours("make test")).toBe(0);
  });

  it.each([
    "${{ github.sha }}",
    "echo ${{ github.sha }}",
    "echo '${{ github.sha }}' {a} ${{ github.ref }}\nmake",
    "${{ github.sha }}${{ github.ref }}",
    "a".repeat(500) + " ${{ github.sha }}",
  ])("is GitHub's for %j", (text) => {
    expect(ours(text)).toBe(theirs(text));
  });

  it("is GitHub's for any text", () => {
    const part = fc.oneof(
      fc.stringMatching(/^[a-z '{}\n"]{0,20}$/).filter((text) => !text.includes("{{") && !text.includes("}}")),
      fc.constant("${{ github.sha }}"),
      fc.constant("${{github.ref}}"),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const text = `x ${parts.join(" ")} \${{ github.sha }} y`;
        expect(ours(text)).toBe(theirs(text));
      }),
      { numRuns: 100 },
    );
  });
});
