import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyFixes } from "../../src/lint/fix.ts";
import type { Finding } from "../../src/lint/finding.ts";
import { judge } from "../../src/lint/judge.ts";
import type { RuleInfo } from "../../src/lint/report.ts";
import { DEFAULT_SETTINGS, type LintSettings } from "../../src/lint/settings.ts";
import { applySuppressions, suppressionsIn } from "../../src/lint/suppressions.ts";
import { linesOf, offsetAt } from "../../src/workflow/yaml/position.ts";
import { inShort } from "../support/lint.ts";

const FILE = ".github/workflows/ci.yml";
const RULES: RuleInfo[] = [
  { id: "job-timeout", family: "checklist", active: true },
  { id: "named-steps", family: "checklist", active: true },
  { id: "idle", family: "script", active: false },
];

const at = (text: string, line: number, rule = "job-timeout"): Finding => {
  const start = offsetAt(linesOf(text), { line, column: 1 });
  return { rule, family: "checklist", level: "warning", file: FILE, span: { start, end: start + 1 }, start: { line, column: 1 }, end: { line, column: 2 }, message: "M.", related: [] };
};

const apply = (text: string, findings: Finding[], settings: Partial<LintSettings> = {}, shellcheck = false) => applySuppressions(findings, new Map([[FILE, text]]), () => ({ rules: RULES, shellcheck }), { ...DEFAULT_SETTINGS, ...settings });

describe("a comment", () => {
  it("behind something covers the findings that start on its line", () => {
    const text = "a: 1 # pipewright-ignore: job-timeout -- built from nothing\nb: 2\n";
    const { findings, count } = apply(text, [at(text, 1), at(text, 2), at(text, 1, "named-steps")]);
    expect(count).toBe(1);
    expect(findings.map(({ start, rule }) => `${start.line} ${rule}`)).toEqual(["2 job-timeout", "1 named-steps"]);
  });

  it("on a line of its own covers the next line that is no comment, and may name several rules", () => {
    const text = "jobs:\n  # pipewright-ignore: job-timeout, named-steps -- upstream's\n  # what it does\n\n  test:\n    x: 1\n";
    expect(apply(text, [at(text, 5), at(text, 5, "named-steps")])).toEqual({ findings: [], count: 2 });
    expect(apply(text, [at(text, 6), at(text, 5, "named-steps")]).count).toBe(1);
  });

  it("covers the whole file where it says so", () => {
    const text = "# pipewright-ignore-file: job-timeout -- frozen\na: 1\nb: 2\n";
    expect(apply(text, [at(text, 2), at(text, 3)])).toEqual({ findings: [], count: 2 });
  });

  it("works in scripts, where it is the shell's own", () => {
    const text = "run: |\n  set -e\n  # pipewright-ignore: job-timeout -- on purpose\n  sleep 9\n";
    expect(apply(text, [at(text, 4)])).toEqual({ findings: [], count: 1 });
  });

  it("works with carriage returns, and at the end of the file", () => {
    const text = "a: 1\r\nb: 2 # pipewright-ignore: job-timeout -- why not\r\nc: 3 # pipewright-ignore: job-timeout -- why not";
    expect(apply(text, [at(text, 2), at(text, 3)])).toEqual({ findings: [], count: 2 });
  });

  it("is not one inside a word", () => {
    expect(suppressionsIn("a: b#pipewright-ignore: job-timeout -- x\n")).toEqual([]);
    expect(suppressionsIn("# pipewright-ignored: job-timeout -- x\n")).toEqual([]);
  });
});

describe("what is wrong with a comment", () => {
  it("is a missing reason; the finding is set aside all the same", () => {
    const text = "a: 1 # pipewright-ignore: job-timeout\n";
    const { findings, count } = apply(text, [at(text, 1)]);
    expect(count).toBe(1);
    expect(inShort(findings)).toEqual(["1:6 suppression-reason This suppression says no reason. Put it behind the rules: `-- <reason>`."]);
    expect(findings[0]?.level).toBe("warning");
    expect(apply(text, [at(text, 1)], { preset: "strict" }).findings[0]?.level).toBe("error");
  });

  it("is an unknown rule, with the nearest name and its place", () => {
    expect(inShort(apply("a: 1 # pipewright-ignore: job-timeuot -- x\n", []).findings)).toEqual(["1:27 unknown-suppression There is no rule `job-timeuot`. Did you mean `job-timeout`?"]);
  });

  it("is that it names none", () => {
    for (const text of ["# pipewright-ignore\na: 1\n", "# pipewright-ignore: -- x\na: 1\n"]) expect(apply(text, []).findings.map(({ rule }) => rule)).toEqual(["unknown-suppression"]);
  });

  it("is that it covers nothing, but not for rules that did not run", () => {
    const text = "# pipewright-ignore: job-timeout, idle -- x\na: 1\n";
    expect(inShort(apply(text, []).findings)).toEqual(["1:22 unused-suppression `job-timeout` finds nothing here any more. Remove it from the comment."]);
    expect(apply(text, [], { rules: { "unused-suppression": { level: "off" } } }).findings).toEqual([]);
  });

  it("is not that it covers nothing in a file that does not parse", () => {
    const text = "# pipewright-ignore: job-timeout -- x\na: [\n";
    expect(apply(text, [at(text, 2, "yaml-syntax")]).findings.map(({ rule }) => rule)).toEqual(["yaml-syntax"]);
  });

  it.each([
    ["a: 1\n  # pipewright-ignore: job-timeout -- x\nb: 2\n", "a: 1\nb: 2\n"],
    ["a: 1  # pipewright-ignore: job-timeout, named-steps -- x\r\nb: 2\n", "a: 1\r\nb: 2\n"],
    ["# pipewright-ignore: job-timeout, idle -- x\nb: 2\n", "# pipewright-ignore: idle -- x\nb: 2\n"],
    ["# pipewright-ignore: idle, job-timeout -- x\nb: 2\n", "# pipewright-ignore: idle -- x\nb: 2\n"],
  ])("goes: %j", (text, mended) => {
    let now = text;
    for (let pass = 0; pass < 3; pass++) now = applyFixes(now, apply(now, []).findings.flatMap(({ fix }) => fix ?? [])).text;
    expect(now).toBe(mended);
  });
});

it("suppressing every finding leaves none, wherever they are", () => {
  const line = fc.constantFrom("a: 1", "  - b", "", "# comment", "run: |", "  echo '#'");
  fc.assert(
    fc.property(fc.array(fc.tuple(line, fc.boolean()), { maxLength: 30 }), fc.constantFrom("\n", "\r\n"), (rows, end) => {
      const text = rows.map(([written, wrong]) => `${written}${wrong ? " # pipewright-ignore: job-timeout, named-steps -- x" : ""}`).join(end);
      const findings = rows.flatMap(([written, wrong], index) => (wrong && written.trim() !== "" && !written.startsWith("#") ? [at(text, index + 1), at(text, index + 1, "named-steps")] : []));
      const { findings: left, count } = apply(text, findings);
      expect(count).toBe(findings.length);
      expect(left.filter(({ rule }) => rule === "job-timeout" || rule === "named-steps")).toEqual([]);
    }),
  );
});

describe("shellcheck", () => {
  const text = "# pipewright-ignore-file: shellcheck -- elsewhere\na: 1 # pipewright-ignore: shellcheck/SC2086 -- words are meant\n";

  it("is a name, as a whole and by code", () => {
    const left = (only: string): string[] => apply(only, [at(only, 2, "shellcheck/SC2086")], {}, true).findings.map(({ rule }) => rule);
    expect(left(text)).toEqual([]);
    expect(left("\na: 1 # pipewright-ignore: shellcheck/SC2086 -- x\n")).toEqual([]);
    expect(left("\na: 1 # pipewright-ignore: shellcheck/SC2016 -- x\n")).toEqual(["shellcheck/SC2086", "unused-suppression"]);
    expect(left("\na: 1 # pipewright-ignore: shellcheck/2086 -- x\n")).toEqual(["shellcheck/SC2086", "unknown-suppression"]);
  });

  it("is not judged where it did not run", () => expect(apply(text, []).findings).toEqual([]));
});

describe("a rule on the repository", () => {
  const text = "a: 1 # pipewright-ignore: together -- x\n";
  const rules: RuleInfo[] = [{ id: "together", family: "pipeline", active: true, together: true }];
  const unused = (whole: ReadonlySet<string>): string[] =>
    judge({ found: [], texts: new Map([[FILE, text]]), linted: new Set([FILE]), whole, rules, settings: DEFAULT_SETTINGS, maxWarnings: 0 }).findings.map(({ rule }) => rule);

  it("says nothing of a file that is judged without its repository", () => {
    expect(unused(new Set())).toEqual([]);
    expect(unused(new Set([FILE]))).toEqual(["unused-suppression"]);
  });
});
