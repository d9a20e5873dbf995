import { describe, expect, it } from "vitest";
import { filesOf, listOf } from "../../src/lint/examples.ts";
import { RULES } from "../../src/lint/rules/index.ts";
import { holdsFor, mutate, random } from "../support/fuzz-lint.ts";
import { runs } from "../support/property-runs.ts";

const EXAMPLES = RULES.flatMap(({ bad, good }) => [...listOf(bad), ...listOf(good)]).map((example) =>
  Object.fromEntries(
    filesOf(example)
      .filter(({ path }) => /\.ya?ml$/.test(path))
      .map(({ path, text }) => [path, text]),
  ),
);

describe("the lint pass takes any text: no exception, no hang, no finding outside of the file", () => {
  it("of the rules' own examples, broken in a thousand ways", async () => {
    const pick = random(20_260_101);
    let findings = 0;
    for (let run = 0; run < runs(1000); run++) {
      const texts = Object.entries(EXAMPLES[pick(EXAMPLES.length)] ?? {}).map(([path, text]) => {
        let broken = text;
        for (let times = 0; times <= pick(4); times++) broken = mutate(broken, pick);
        return [path, broken] as const;
      });
      findings += await holdsFor(Object.fromEntries(texts), run % 10 === 0);
    }
    expect(findings).toBeGreaterThan(runs(100));
  });

  it.each([
    ["nothing", ""],
    ["a byte order mark", "\uFEFF"],
    ["a null", "\u0000"],
    ["only a comment", "# x"],
    ["a scalar", "x"],
    ["a list", "- a\n- b\n"],
    [
      "keys of prototypes",
      "__proto__: {}\nconstructor: {}\ntoString: x\non: { __proto__: x, hasOwnProperty: }\njobs: { __proto__: { steps: [{ __proto__: 1, uses: __proto__ }], needs: __proto__ } }\n",
    ],
    [
      "everything null",
      "on:\njobs:\n  a:\n    needs:\n    steps:\n    env:\n    strategy:\n    container:\n    permissions:\n",
    ],
    ["lists where mappings are", "on: [[push]]\njobs: [a]\nenv: [b]\npermissions: [c]\n"],
    ["deep nesting", `${"[".repeat(2000)}\n`],
    [
      "many lines",
      `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n${"          echo $x | grep '[a-z' || true\n".repeat(10_000)}`,
    ],
    [
      "one long line",
      `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo ${"$(a) ".repeat(5_000)}\n`,
    ],
    [
      "many expressions",
      `on: push\nenv:\n${Array.from({ length: 2000 }, (_, index) => `  A${index}: \${{ github.event.issue.title && secrets.A${index} }}\n`).join("")}jobs: {}\n`,
    ],
    [
      "a hundred thousand aliases",
      `a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n`,
    ],
  ])("such as %s", async (_name, text) => {
    await holdsFor({ ".github/workflows/a.yml": text, "action.yml": text }, true);
  });
});
