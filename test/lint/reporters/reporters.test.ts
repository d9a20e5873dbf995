import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { marked, wrapped } from "../../../src/lint/reporters/terminal-text.ts";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/lint/finding.ts";
import { type LintReport, summarise } from "../../../src/lint/report.ts";
import { reportForGitHub } from "../../../src/lint/reporters/github.ts";
import { lintReportJsonSchema } from "../../../src/lint/reporters/json-schema.ts";
import { reportAsJson } from "../../../src/lint/reporters/json.ts";
import { reportPretty } from "../../../src/lint/reporters/pretty.ts";
import { reportAsSarif } from "../../../src/lint/reporters/sarif.ts";
import { RULES } from "../../../src/lint/rules/index.ts";
import { linesOf, positionAt } from "../../../src/workflow/yaml/position.ts";
import { findingsIn } from "../../support/lint.ts";

const ROOT = new URL("../../../", import.meta.url);
const TEXTS: Record<string, string> = {
  ".github/workflows/a, b: 100%.yml": "on: push\njobs:\n  test:\n\t\truns-on: x\n",
  ".github/workflows/b.yml": `on: push\nname: ${"long ".repeat(60)}END\n`,
};

function finding(file: string, marked: string, more: Partial<Finding> = {}): Finding {
  const text = TEXTS[file] ?? "";
  const start = text.indexOf(marked);
  const span = { start, end: start + marked.length };
  const lines = linesOf(text);
  return {
    rule: "yaml-syntax",
    family: "language",
    level: "error",
    file,
    span,
    start: positionAt(lines, span.start),
    end: positionAt(lines, span.end),
    message: "It is wrong. Mend it.",
    related: [],
    ...more,
  };
}

const [A = "", B = ""] = Object.keys(TEXTS);
const { span, start, end } = finding(B, "name");
const FINDINGS: Finding[] = [
  finding(A, "test", { related: [{ file: B, span, start, end, message: "The name is here." }] }),
  finding(A, "runs-on", {
    level: "warning",
    fix: { title: "Remove it", edits: [{ ...finding(A, "runs-on").span, text: "" }] },
    message: "100% wrong:\nreally, yes.",
  }),
  finding(B, "END", { level: "info", fix: { title: "Say less", edits: [], optIn: true } }),
];

const reportOf = (findings: Finding[], more: object = {}): LintReport => ({
  findings,
  textOf: (path) => TEXTS[path],
  summary: {
    ...summarise(findings, { files: 2, suppressed: 1, baselined: 2, maxWarnings: Number.POSITIVE_INFINITY }),
    ...more,
  },
});
const report = reportOf(FINDINGS);

describe("pretty", () => {
  it("shows each finding under its file, with its line and what is marked in it", () => {
    expect(reportPretty(report)).toMatchInlineSnapshot(`
      ".github/workflows/a, b: 100%.yml
        3:3  error  yaml-syntax
          It is wrong. Mend it.
          3 |   test:
            |   ^^^^
          .github/workflows/b.yml:2:1  The name is here.
          2 | name: long long long long long long long long long long long long long long long long long long long long long long lon…
            | ^^^^
        4:3  warning  yaml-syntax  [fixable]
          100% wrong:\\u000areally, yes.
          4 |         runs-on: x
            |         ^^^^^^^

      .github/workflows/b.yml
        2:307  info  yaml-syntax  [fixable with --opt-in-fixes]
          It is wrong. Mend it.
          2 | …long long long long long long END
            |                                ^^^

      1 error, 1 warning, 1 info in 2 files (1 suppressed, 2 in the baseline).
      \`pipewright lint --fix\` mends 1 of them.
      \`pipewright explain yaml-syntax\` says more of one.
      "
    `);
  });

  it("says that there is nothing, or nothing at all when it shall be quiet", () => {
    expect(reportPretty(reportOf([]))).toBe("Nothing to report in 2 files (1 suppressed, 2 in the baseline).\n");
    expect(reportPretty(reportOf([]), { quiet: true })).toBe("");
  });

  it("says how many warnings are allowed", () => {
    expect(reportPretty(reportOf(FINDINGS.slice(1, 2), { maxWarnings: 0, ok: false }))).toContain(
      "No more than 0 warnings are allowed.",
    );
  });

  it("lets no file talk to the terminal", () => {
    const evil = { ...finding(A, "test"), file: "\u001b[2Jx.yml", message: "\u001b]0;title\u0007." };
    expect(reportPretty(reportOf([evil]))).not.toContain("\u001b");
  });
});

describe("json", () => {
  it("is what the published schema says", () => {
    expect(readFileSync(new URL("schemas/lint-report.schema.json", ROOT), "utf8")).toBe(lintReportJsonSchema());
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(lintReportJsonSchema()));
    for (const each of [report, reportOf([]), reportOf(FINDINGS, { maxWarnings: 0 })])
      expect(validate(JSON.parse(reportAsJson(each))), JSON.stringify(validate.errors)).toBe(true);
  });

  it("has these keys and no others", () => {
    expect(JSON.parse(reportAsJson(report)).findings[1]).toEqual({
      rule: "yaml-syntax",
      family: "language",
      level: "warning",
      file: A,
      line: 4,
      column: 3,
      endLine: 4,
      endColumn: 10,
      message: "100% wrong:\nreally, yes.",
      fixable: true,
    });
    expect(JSON.parse(reportAsJson(report)).summary).toEqual({
      files: 2,
      errors: 1,
      warnings: 1,
      infos: 1,
      fixable: 1,
      suppressed: 1,
      baselined: 2,
      maxWarnings: null,
      ok: false,
    });
  });
});

describe("github", () => {
  it("is workflow commands, escaped as the runner reads them", () => {
    expect(reportForGitHub(report).split("\n")).toEqual([
      "::error file=.github/workflows/a%2C b%3A 100%25.yml,line=3,col=3,endLine=3,endColumn=7,title=yaml-syntax::It is wrong. Mend it.",
      "::warning file=.github/workflows/a%2C b%3A 100%25.yml,line=4,col=3,endLine=4,endColumn=10,title=yaml-syntax::100%25 wrong:%0Areally, yes.",
      "::notice file=.github/workflows/b.yml,line=2,col=307,endLine=2,endColumn=310,title=yaml-syntax::It is wrong. Mend it.",
      "1 error, 1 warning, 1 info in 2 files.",
      "",
    ]);
  });
});

describe("sarif", () => {
  // The schema that its authors publish, of draft 4: `id` is `$id` today.
  const {
    $schema: _,
    id: __,
    ...schema
  } = JSON.parse(
    readFileSync(new URL("node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json", ROOT), "utf8"),
  );
  const validate = new Ajv({
    strict: false,
    unicodeRegExp: false,
    formats: { uri: true, "uri-reference": /^(?!\/\/)[^\s\\<>"{}|^`]*$/, "date-time": true },
  }).compile(schema);
  const sarif = (of: LintReport) => JSON.parse(reportAsSarif(of, { version: "0.1.0", rules: RULES }));

  it("is valid, with fixes, related places and rules", () => {
    expect(validate(sarif(report)), JSON.stringify(validate.errors)).toBe(true);
    expect(validate(sarif(reportOf([]))), JSON.stringify(validate.errors)).toBe(true);
    const [run] = sarif(report).runs;
    expect(run).toMatchObject({
      columnKind: "utf16CodeUnits",
      tool: {
        driver: {
          name: "pipewright",
          rules: [{ id: "yaml-syntax", help: { markdown: expect.stringContaining("```yaml") } }],
        },
      },
    });
    expect(run.results[0]).toMatchObject({
      ruleId: "yaml-syntax",
      ruleIndex: 0,
      level: "error",
      relatedLocations: [{ message: { text: "The name is here." } }],
    });
    expect(run.results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(
      ".github/workflows/a,%20b%3A%20100%25.yml",
    );
    expect(run.results[1].fixes[0].artifactChanges[0].replacements).toEqual([
      { deletedRegion: { charOffset: finding(A, "runs-on").span.start, charLength: 7 }, insertedContent: { text: "" } },
    ]);
    expect(run.results[2].level).toBe("note");
  });

  it("is valid for every rule's own example", async () => {
    for (const rule of RULES) {
      const [example = ""] = Array.isArray(rule.bad) ? rule.bad : [rule.bad];
      const findings = await findingsIn(example, [rule], {
        ...rule.exampleSettings,
        rules: {
          ...rule.exampleSettings?.rules,
          [rule.id]: {
            ...rule.exampleSettings?.rules?.[rule.id],
            ...(rule.levels.strict === "off" ? { level: "warning" as const } : {}),
          },
        },
      });
      expect(validate(sarif(reportOf(findings))), `${rule.id} ${JSON.stringify(validate.errors)}`).toBe(true);
    }
  });

  it("fingerprints a finding by its line, so that it may move", () => {
    const prints = (findings: Finding[]): string[] =>
      sarif(reportOf(findings)).runs[0].results.map(
        (result: { partialFingerprints: Record<string, string> }) => result.partialFingerprints["pipewrightFinding/v1"],
      );
    expect(new Set(prints(FINDINGS)).size).toBe(3);
    expect(prints([...FINDINGS].reverse()).sort()).toEqual(prints(FINDINGS).sort());
  });
});

describe("what is marked", () => {
  const at = (line: string, part: string, columns = 80): string => {
    const start = line.indexOf(part);
    const { text, indent, width } = marked(line, { start, end: start + part.length }, columns);
    return `${text}\n${" ".repeat(indent)}${"^".repeat(width)}`;
  };

  it("stands below wide characters, marks that take no room, tabs and what a terminal would obey", () => {
    expect(at("echo 日本語 x", "x")).toBe("echo 日本語 x\n            ^");
    expect(at("echo 日本語 x", "本語")).toBe("echo 日本語 x\n       ^^^^");
    expect(at("echo 🎉 x", "x")).toBe("echo 🎉 x\n        ^");
    expect(at("e\u0301te x", "x")).toBe("e\u0301te x\n    ^");
    expect(at("\ta\tb", "b")).toBe("    a    b\n         ^");
    expect(at("\ufeffname: x", "name")).toBe("name: x\n^^^^");
    expect(at("a\u001b[31m b", "b")).toBe("a\\u001b[31m b\n            ^");
  });

  it("is shown of a line that is too long", () => {
    const long = `${"a ".repeat(40)}MARK ${"b ".repeat(40)}`;
    expect(at(long, "MARK", 40)).toBe(`…${"a ".repeat(5)}MARK${" b".repeat(12)}…\n           ^^^^`);
    expect(
      at(`x ${"M".repeat(100)} y`, "M".repeat(100), 40)
        .split("\n")
        .map(({ length }) => length),
    ).toEqual([40, 39]);
    expect(at(`MARK ${"b".repeat(100)}`, "MARK", 20)).toBe("MARK bbbbbbbbbbbbbb…\n^^^^");
    expect(at("日".repeat(50) + "x", "x", 21)).toBe(`…${"日".repeat(2)}x\n     ^`);
  });

  it("breaks messages between words, where a terminal is", () => {
    expect(wrapped("one two three", "  ", 9)).toBe("  one two\n  three");
    expect(wrapped("one two three", "  ", undefined)).toBe("  one two three");
    expect(wrapped("a-word-that-is-longer than", "", 5)).toBe("a-word-that-is-longer\nthan");
  });
});
