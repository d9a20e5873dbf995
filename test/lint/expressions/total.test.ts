/** The rules survive any YAML: wrong shapes, missing parts, odd names. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { expressionRules } from "../../../src/lint/rules/language/expressions/index.ts";
import { findingsIn } from "../../support/lint.ts";
import { runs } from "../../support/property-runs.ts";

const word = fc.constantFrom(
  "on",
  "push",
  "workflow_call",
  "workflow_dispatch",
  "inputs",
  "secrets",
  "outputs",
  "jobs",
  "needs",
  "steps",
  "strategy",
  "matrix",
  "include",
  "exclude",
  "with",
  "env",
  "if",
  "uses",
  "id",
  "run",
  "type",
  "options",
  "__proto__",
  "constructor",
  "*",
  "a",
);
const text = fc.constantFrom(
  "${{ steps.a.outputs.b }}",
  "${{ needs.a.outputs.b == 'x' }}",
  "${{ matrix.__proto__.a }}",
  "${{ inputs['constructor'] }}",
  "${{ secrets.toString }}",
  "${{ github.event.a.*.b[0] }}",
  "${{",
  "${{ }}",
  '${{ fromJSON(\'{"__proto__": {"a": 1}}\').a }}',
  "./a",
  "./.github/workflows/b.yml",
  "actions/cache@v4",
  "__proto__/constructor@v1",
  "::set-output name=a::b",
  'echo "a=1" >> $GITHUB_OUTPUT',
  "true",
  "1",
  "",
  "~",
  "boolean",
  "choice",
  "inherit",
);
const { node } = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    text,
    fc.constantFrom(null, true, 0),
    fc.array(tie("node"), { maxLength: 3 }),
    fc
      .array(fc.tuple(word, tie("node")), { maxLength: 5 })
      .map(
        (entries) =>
          JSON.parse(
            `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`,
          ) as unknown,
      ),
  ),
}));

it("never throws, and points into the file", async () => {
  await fc.assert(
    fc.asyncProperty(node, node, node, node, async (on, job, steps, action) => {
      const files = {
        ".github/workflows/a.yml": JSON.stringify(
          {
            on,
            jobs: {
              a: job,
              b: { needs: ["a"], strategy: job, steps, with: on, secrets: on, uses: "./.github/workflows/b.yml" },
            },
          },
          null,
          1,
        ),
        ".github/workflows/b.yml": JSON.stringify(
          { on: { workflow_call: on }, jobs: { a: { steps: [job, { id: "a", uses: "./a", with: job }] } } },
          null,
          1,
        ),
        "a/action.yml": JSON.stringify({ inputs: on, outputs: action, runs: { using: "composite", steps } }, null, 1),
      };
      for (const { file, span } of await findingsIn(files, expressionRules)) {
        expect(span.start).toBeLessThanOrEqual(span.end);
        expect(span.end).toBeLessThanOrEqual(files[file as keyof typeof files].length);
      }
    }),
    { numRuns: runs(300) },
  );
});
