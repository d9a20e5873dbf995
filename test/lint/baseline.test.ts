import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyBaseline, baselineOf, printBaseline, readBaseline } from "../../src/lint/baseline.ts";
import type { Finding } from "../../src/lint/finding.ts";
import { linesOf, offsetAt } from "../../src/workflow/yaml/position.ts";

const FILE = ".github/workflows/ci.yml";
const on = (text: string, line: number, rule = "job-timeout"): Finding => {
  const start = offsetAt(linesOf(text), { line, column: 1 });
  return {
    rule,
    family: "checklist",
    level: "warning",
    file: FILE,
    span: { start, end: start },
    start: { line, column: 1 },
    end: { line, column: 1 },
    message: "M.",
    related: [],
  };
};
const always = (): boolean => true;

describe("the baseline", () => {
  const before = "jobs:\n  test:\n  other:\n";
  const entries = baselineOf([on(before, 2)], () => before);

  it("is a list that a person can read", () => {
    expect(printBaseline(entries)).toBe(`{
  "version": 1,
  "findings": [
    {
      "rule": "job-timeout",
      "file": ".github/workflows/ci.yml",
      "source": "test:",
      "count": 1
    }
  ]
}
`);
    expect(readBaseline(printBaseline(entries))).toEqual(entries);
  });

  it("knows a finding again whose line has moved or was indented anew", () => {
    const after = "name: x\njobs:\n    test:\n";
    expect(applyBaseline([on(after, 3)], entries, () => after, always)).toEqual({ left: [], count: 1, stale: [] });
  });

  it("sets aside as many as there were, and no more", () => {
    const after = "jobs:\n  test:\n  test:\n";
    expect(applyBaseline([on(after, 2), on(after, 3)], entries, () => after, always)).toMatchObject({
      left: [on(after, 3)],
      count: 1,
    });
  });

  it("is stale where nothing is found any more, but only where something could have been", () => {
    expect(applyBaseline([], entries, () => before, always).stale).toEqual(entries);
    expect(
      applyBaseline(
        [],
        entries,
        () => before,
        () => false,
      ).stale,
    ).toEqual([]);
  });

  it("is refused with a sentence when it is no baseline", () => {
    for (const text of ["", "{", "[]", '{"version":2,"findings":[]}', '{"version":1,"findings":[{"rule":1}]}', "null"])
      expect(readBaseline(text)).toMatch(/^It.*\.$/s);
  });

  it("of all findings leaves none, whatever they are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ line: fc.integer({ min: 1, max: 6 }), rule: fc.constantFrom("a", "b", "__proto__") })),
        fc.array(fc.constantFrom("x", "  x", "y\t", ""), { minLength: 6, maxLength: 6 }),
        (rows, lines) => {
          const text = lines.join("\n");
          const findings = rows.map(({ line, rule }) => on(text, line, rule));
          const all = readBaseline(printBaseline(baselineOf(findings, () => text)));
          expect(typeof all === "string" ? all : applyBaseline(findings, all, () => text, always)).toEqual({
            left: [],
            count: findings.length,
            stale: [],
          });
        },
      ),
    );
  });
});
