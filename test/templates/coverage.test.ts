/** Coverage files as tools write them, held against minimums and a baseline. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { coverageOf, matcher, readCoverage, uncoveredLines } from "../../templates/lib/coverage.mjs";
import { type ProgramResult, runNodeProgram } from "../support/node-program.ts";
import { planFileSchema } from "../../src/pipeline/plan-file/schema.ts";
import { partOf, type PlannedPart } from "../support/program-folder.ts";
import { HOSTILE } from "../support/run-program.ts";

type Format = Parameters<typeof readCoverage>[1];

/** "file percent uncovered-lines" of each file. */
const read = (text: string, format: Format): string[] =>
  [...readCoverage(text, format)].map(([file, blocks]) =>
    `${file} ${coverageOf([blocks]).percent} ${uncoveredLines(blocks).join(",")}`.trim(),
  );
const percentOf = (text: string, format: Format): number | null =>
  coverageOf(readCoverage(text, format).values()).percent;

describe("a Go cover profile", () => {
  const PROFILE = `mode: atomic
example.com/kyklos/internal/window/next.go:10.32,14.2 3 7
example.com/kyklos/internal/window/next.go:14.2,20.3 5 0
example.com/kyklos/cmd/main.go:5.13,9.2 2 0
`;

  test("counts statements, not lines", () => {
    expect(read(PROFILE, "go")).toEqual([
      "example.com/kyklos/internal/window/next.go 37.5 14-20",
      "example.com/kyklos/cmd/main.go 0 5-9",
    ]);
    expect(percentOf(PROFILE, "go")).toBe(30);
  });

  test("names a block once for each package that was tested with it: covered once is covered", () => {
    const merged =
      "mode: set\na/b.go:1.1,2.2 4 0\na/b.go:3.1,4.2 1 0\na/b.go:1.1,2.2 4 1\na/b.go:3.1,4.2 1 0\nmode: set\na/b.go:1.1,2.2 4 0\n";
    expect(percentOf(merged, "go")).toBe(80);
    fc.assert(
      fc.property(
        fc.array(fc.record({ line: fc.integer({ min: 1, max: 9 }), count: fc.nat({ max: 2 }) }), {
          minLength: 1,
          maxLength: 40,
        }),
        (lines) => {
          const profile = `mode: count\n${lines.map(({ line, count }) => `m/f.go:${line}.1,${line}.9 ${line} ${count}`).join("\n")}\n`;
          const [ran, all] = [
            new Set(lines.filter(({ count }) => count > 0).map(({ line }) => line)),
            new Set(lines.map(({ line }) => line)),
          ];
          const sum = (set: ReadonlySet<number>): number => [...set].reduce((total, line) => total + line, 0);
          expect(coverageOf(readCoverage(profile, "go").values())).toMatchObject({
            covered: sum(ran),
            total: sum(all),
          });
        },
      ),
    );
  });

  test("has 200,000 lines and more", () => {
    const lines = Array.from(
      { length: 200_000 },
      (_, index) => `m/p${index % 50}/f${index % 500}.go:${index}.1,${index}.9 1 ${index % 4 === 0 ? 0 : 1}`,
    );
    expect(percentOf(`mode: atomic\n${lines.join("\n")}\n`, "go")).toBe(75);
  });

  test.each([
    ["", "it names no line of code"],
    ["mode: set\n", "it names no line of code"],
    ["a/b.go:1.1,2.2 4 1\n", 'line 1 is not "mode: set"'],
    ["mode: set\na/b.go:1.1,2.2 4\n", "line 2 is not"],
    ["mode: set\n\na/b.go 1 1\n", "line 3 is not"],
    ["mode: set\n:1.1,2.2 4 1\n", "line 2 is not"],
    ["mode: set\na/b.go:1.1,2.2 -4 1\n", "line 2 is not"],
    ["mode: set\na/b.go:1.1,2.2 4 1\na/b.go:1.1,2.2 5 1\n", "line 3 gives a block 5 statements that had 4 before"],
    [`mode: set\n${"x".repeat(20_000)}`, "line 2 has more than 10000 characters"],
    ["<html>", 'line 1 is not "mode: set"'],
  ])("that is broken is said to be so: %#", (text, message) => {
    expect(() => readCoverage(text, "go")).toThrow(message);
  });
});

describe("LCOV", () => {
  test("counts lines, and merges the records of one file", () => {
    const records =
      "TN:unit\nSF:src/a.ts\nFN:1,f\nFNDA:1,f\nDA:1,1\nDA:2,0\nDA:3,0\nBRDA:1,0,0,-\nLF:3\nLH:1\nend_of_record\nSF:src/b.ts\nDA:9,4,checksum==\nend_of_record\nSF:src/a.ts\nDA:2,5\nDA:3,-1\nend_of_record\n";
    expect(read(records, "lcov")).toEqual(["src/a.ts 100", "src/b.ts 100"]);
  });

  test.each([
    ["DA:1,1\n", "line 1 is not"],
    ["SF:a\nDA:x,1\n", "line 2 is not"],
    ["SF:a\nDA:1\n", "line 2 is not"],
    ["SF:a\nend_of_record\n", "it names no line of code"],
    ["mode: set\n", "line 1 is no LCOV record"],
  ])("that is broken is said to be so: %#", (text, message) => {
    expect(() => readCoverage(text, "lcov")).toThrow(message);
  });
});

describe("Cobertura", () => {
  test("counts lines, those of methods not twice", () => {
    const report = `<?xml version="1.0" ?><!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd"><coverage line-rate="0.5"><packages><package name="app"><classes>
      <class name="views.py" filename="app/views.py"><methods><method name="f"><lines><line number="1" hits="1"/></lines></method></methods>
        <lines><line number="1" hits="1"/><line hits="0" number="2"/></lines></class></classes></package></packages></coverage>`;
    expect(read(report, "cobertura")).toEqual(["app/views.py 50 2"]);
  });

  test.each([
    ["<coverage>", "<coverage> is never closed"],
    ['<c><class filename="a"><line number="1"/></class></c>', "a <line> of a has no number or no hits"],
    ["mode: set", "it names no line of code"],
  ])("that is broken is said to be so: %#", (text, message) => {
    expect(() => readCoverage(text, "cobertura")).toThrow(message);
  });
});

describe("a pattern", () => {
  const MODULE = ["example.com/m/"];
  test.each([
    ["./internal/window", "example.com/m/internal/window/next.go", true],
    ["./internal/window", "example.com/m/internal/window/dst/x.go", false],
    ["./internal/...", "example.com/m/internal/x.go", true],
    ["./internal/...", "example.com/m/internal/window/dst/x.go", true],
    ["./internal/...", "example.com/m/internals/x.go", false],
    ["./...", "example.com/m/main.go", true],
    [".", "example.com/m/main.go", true],
    ["./", "example.com/m/cmd/main.go", false],
    ["example.com/m/internal/window", "example.com/m/internal/window/next.go", true],
    ["example.com/.../window", "example.com/m/internal/window/next.go", true],
    ["internal/*/next.go", "example.com/m/internal/window/next.go", true],
    ["internal/*.go", "example.com/m/internal/window/next.go", false],
    ["src/time/**", "src/time/zone/a.ts", true],
    ["src/**/zone.ts", "src/zone.ts", true],
    ["src/**/zone.ts", "src/a/b/zone.ts", true],
    ["**/zone.ts", "src/timezone.ts", false],
    ["src/a?.ts", "src/ab.ts", true],
    ["src/a.ts", "src/axts", false],
    ["src/[id]/(x)+$.ts", "src/[id]/(x)+$.ts", true],
    ["src/é-ü", "src/é-ü/a.ts", true],
  ])("%s and %s: %s", (pattern, file, matches) => {
    expect(matcher(pattern, MODULE)(file)).toBe(matches);
  });
});

describe("the program", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pipewright-coverage-"));
    writeFileSync(join(folder, "go.mod"), "module example.com/m\n\ngo 1.22\n");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A profile of packages with 100 statements each, so many of which are covered. */
  function profile(packages: Readonly<Record<string, number>>): void {
    const lines = Object.entries(packages).map(
      ([name, covered]) =>
        `example.com/m/${name}/a.go:1.1,9.2 ${covered} 1\nexample.com/m/${name}/a.go:10.1,19.2 ${100 - covered} 0`,
    );
    writeFileSync(join(folder, "coverage.out"), `mode: atomic\n${lines.join("\n")}\n`);
  }

  type Coverage = NonNullable<NonNullable<PlannedPart["consumers"]>[string]>["coverage"];
  const planned = (coverage: Coverage): PlannedPart => ({
    consumers: { smoke: { coverage: { file: "coverage.out", format: "go", packages: {}, marker: "c", ...coverage } } },
  });
  const check = (coverage: Coverage = {}, environment: Record<string, string> = {}): Promise<ProgramResult> =>
    runNodeProgram(
      "check-coverage",
      { CONSUMER: "smoke", RUNNER_TEMP: folder, ...environment },
      { cwd: folder, plan: planned(coverage) },
    );
  const summary = (): unknown => JSON.parse(readFileSync(join(folder, "coverage/coverage.json"), "utf8"));
  function baseline(content: unknown): void {
    mkdirSync(join(folder, "coverage-baseline"), { recursive: true });
    writeFileSync(
      join(folder, "coverage-baseline/coverage.json"),
      typeof content === "string" ? content : JSON.stringify(content),
    );
  }

  test("passes where every minimum is reached, and writes what it found", async () => {
    profile({ window: 96, cmd: 64 });
    const result = await check({ minimum: 80, packages: { "./window/...": 95 } });
    expect(result).toMatchObject({ code: 0, outputs: { percent: "80", delta: "", alert: "false" } });
    expect(result.summary).toContain("| ✅ ./window/... | 96 % | 95 % |");
    expect(summary()).toEqual({
      version: 1,
      percent: 80,
      covered: 160,
      total: 200,
      packages: { "example.com/m/cmd": 64, "example.com/m/window": 96 },
      baseline: null,
      delta: null,
      thresholds: [
        { name: "total", percent: 80, minimum: 80 },
        { name: "./window/...", percent: 96, minimum: 95 },
      ],
      belowMinimum: [],
    });
  });

  test("fails under a minimum, names what is under it, and the lines that no test runs", async () => {
    profile({ window: 94, cmd: 99 });
    const result = await check({ minimum: 80, packages: { "./window": 95, "./cmd": 90 } });
    expect(result.code).toBe(1);
    expect(result.log).toContain("::error::The coverage of ./window is 94 %25, under the minimum of 95 %25.");
    expect(result.log).not.toContain("./cmd");
    expect(result.summary).toContain("| example.com/m/window/a.go | 10-19 |");
    expect(result.summary).not.toContain("| example.com/m/cmd/a.go |");
    expect(result.outputs).toEqual({ percent: "96.5", delta: "", alert: "false" });
    expect(summary()).toMatchObject({ belowMinimum: [{ name: "./window", percent: 94, minimum: 95 }] });
  });

  test("what is a hair under the minimum is under it, and is not shown as if it were not", async () => {
    writeFileSync(join(folder, "coverage.out"), "mode: set\nm/a.go:1.1,2.2 79999 1\nm/a.go:3.1,4.2 20001 0\n");
    expect(await check({ minimum: 80 })).toMatchObject({ code: 1, outputs: { percent: "79.99" } });
    writeFileSync(join(folder, "coverage.out"), "mode: set\nm/a.go:1.1,2.2 801 1\nm/a.go:3.1,4.2 199 0\n");
    expect((await check({ minimum: 80.1 })).code).toBe(0);
  });

  test("compares with the main branch, and warns of a fall that is to be told", async () => {
    profile({ window: 90 });
    baseline({ version: 1, percent: 95.01, packages: { "example.com/m/window": 95.01 } });
    const fallen = await check({ maxDrop: 5 });
    expect(fallen).toMatchObject({ code: 0, outputs: { percent: "90", delta: "-5.01", alert: "true" } });
    expect(fallen.log).toContain(
      "::warning::The coverage fell by 5.01 points, from 95.01 %25 to 90 %25; a fall by 5 or more is told.",
    );
    expect(fallen.summary).toContain("| example.com/m/window | 90 % | -5.01 |");
    expect(summary()).toMatchObject({ baseline: 95.01, delta: -5.01 });
    baseline({ percent: 95 });
    expect((await check({ maxDrop: 5 })).outputs).toMatchObject({ delta: "-5", alert: "true" });
    expect((await check({ maxDrop: 5.01 })).outputs).toMatchObject({ delta: "-5", alert: "false" });
    expect((await check()).outputs).toMatchObject({ alert: "false" });
    baseline({ percent: 80.1 });
    expect((await check({ maxDrop: 0 })).outputs).toMatchObject({ delta: "9.9", alert: "false" });
  });

  test.each(["", "{", "null", "[]", '{"percent":"90"}', '{"percent":101}', '{"percent":-1}', '{"percent":null}'])(
    "goes on without a baseline that is none: %s",
    async (text) => {
      profile({ window: 90 });
      baseline(text);
      const result = await check({ maxDrop: 5 });
      expect(result).toMatchObject({ code: 0, outputs: { delta: "", alert: "false" } });
      expect(result.log).toContain("/coverage-baseline/coverage.json holds no summary of coverage");
    },
  );

  test.each([
    [{ file: "gone.out" }, "there is no file gone.out"],
    [{ format: "lcov" }, "coverage.out cannot be read as lcov: line 1 is no LCOV record"],
    [
      { packages: { "./renamed/...": 90 } },
      "the pattern ./renamed/... of `packages` matches no file. Files are named like this: example.com/m/window/a.go",
    ],
  ] as const)("says what is wrong with its input: %j", async (coverage, message) => {
    profile({ window: 90 });
    const result = await check(coverage);
    expect(result.code).toBe(1);
    expect(result.log).toContain(`::error::The coverage cannot be judged: ${message}`);
  });

  test("reads the file that GitHub had to name before the plan's", async () => {
    profile({ window: 90 });
    expect((await check({ file: undefined }, { COVERAGE_FILE: "coverage.out" })).outputs["percent"]).toBe("90");
  });

  test.each([
    { format: "clover" },
    { format: "constructor" },
    { minimum: "eighty" },
    { minimum: 101 },
    { maxDrop: -1 },
    { packages: [90] },
    { packages: { "./a": "90" } },
  ])("a plan cannot hold %j", (coverage) => {
    const { shape } = planFileSchema;
    const plan = { ...partOf(planned({})) };
    const smoke = { ...plan.consumers["smoke"], coverage: { ...plan.consumers["smoke"]?.coverage, ...coverage } };
    const parsed = (consumer: unknown): boolean =>
      shape.pipelines.safeParse({ "": { ...plan, consumers: { smoke: consumer } } }).success;
    expect([parsed(plan.consumers["smoke"]), parsed(smoke)]).toEqual([true, false]);
  });

  test.each(HOSTILE)("a file's name stays a name: %j", async (name) => {
    const line = name.replace(/[\n\r]/g, "");
    writeFileSync(join(folder, "coverage.out"), `mode: set\n${line}/x.go:1.1,2.2 4 0\n`);
    const result = await check({ minimum: 50, packages: { nothing: 1 } });
    expect(result.code).toBe(1);
    const shown = await check({ minimum: 50 });
    for (const { log, summary: text } of [result, shown])
      expect(log + text).not.toMatch(/##\[|^\s*::(?!error::The coverage)/m);
    expect(shown.summary).not.toContain("<b>");
  });
});
