/** Test results and archives as tools write them, and as somebody writes them who means harm. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJunit } from "../../templates/lib/junit.mjs";
import { readXml } from "../../templates/lib/xml.mjs";
import { readZip } from "../../templates/lib/zip.mjs";
import { zip } from "../support/zip.ts";
import { runs } from "../support/property-runs.ts";

const outcomes = (document: string): string[] =>
  readJunit(document).map(({ test: name, outcome, flaky }) => `${name}: ${outcome}${flaky ? " (flaky)" : ""}`);

describe("JUnit results", () => {
  test("of gotestsum: suites in one root, classes by package", () => {
    const document = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1">
	<testsuite tests="3" name="github.com/x/y/internal/window" time="0.01">
		<properties><property name="go.version" value="go1.22"></property></properties>
		<testcase classname="github.com/x/y/internal/window" name="TestNext/across_midnight" time="0.00"></testcase>
		<testcase classname="github.com/x/y/internal/window" name="TestNext/dst" time="0.00">
			<failure message="Failed" type="">    window_test.go:12: got 1 &lt; 2&#xA;</failure>
		</testcase>
		<testcase name="TestSlow" time="0.00" classname="github.com/x/y/internal/window"><skipped message="short"/></testcase>
	</testsuite>
</testsuites>`;
    const holder = "github.com/x/y/internal/window";
    expect(outcomes(document)).toEqual([
      `${holder} › TestNext/across_midnight: passed`,
      `${holder} › TestNext/dst: failed`,
      `${holder} › TestSlow: skipped`,
    ]);
  });

  test("of Surefire, which tells what it ran again", () => {
    const document = `<testsuite name="a.B"><testcase name='one' classname='a.B'><flakyFailure message="x"><stackTrace><![CDATA[<failure> & ]]></stackTrace></flakyFailure></testcase>
      <testcase name="two" classname="a.B"><failure/><rerunFailure/></testcase><testcase name="three" classname="a.B"><error/><system-out>ok</system-out></testcase></testsuite>`;
    expect(outcomes(document)).toEqual(["a.B › one: passed (flaky)", "a.B › two: failed", "a.B › three: failed"]);
  });

  test("are told apart by the suite where there is no class, also in nested suites", () => {
    expect(
      outcomes(
        '<testsuites><testsuite name="outer"><testsuite name="inner"><testcase name="x"/></testsuite><testcase name="x"/></testsuite></testsuites>',
      ),
    ).toEqual(["inner › x: passed", "outer › x: passed"]);
    expect(outcomes("<testsuite><testcase/></testsuite>")).toEqual(["(no name): passed"]);
  });

  test("hold names with entities, quotes, other scripts and line breaks as one line", () => {
    expect(
      outcomes(`<t><testcase name="a &amp;lt; &quot;b&quot; &#x1F680;&#10;::error::c 'd' > e" classname='İ "x"'/></t>`),
    ).toEqual([`İ "x" › a &lt; "b" 🚀 ::error::c 'd' > e: passed`]);
    expect(outcomes(`<t><testcase name="&unknown; &#0; &#x110000; &constructor;"/></t>`)).toEqual([
      "&unknown; &#0; &#x110000; &constructor;: passed",
    ]);
    expect(outcomes(`<t><testcase name="${"n".repeat(5000)}"/></t>`)[0]).toHaveLength(500 + ": passed".length);
  });

  test("a failure in a comment, in CDATA or in text is none", () => {
    expect(
      outcomes(
        '<t><testcase name="x"><!-- <failure/> --><system-out><![CDATA[<failure>]]>&lt;failure/></system-out></testcase></t>',
      ),
    ).toEqual(["x: passed"]);
    expect(outcomes('<t><testcase name="x"/><failure/></t>')).toEqual(["x: passed"]);
  });

  test("entities that a document declares mean nothing", () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE t [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><t><testcase name="&b;&f;"/></t>`;
    expect(outcomes(bomb)).toEqual(["&b;&f;: passed"]);
  });

  test.each([
    ["<t><testcase name='x'>", "line 1: <testcase> is never closed"],
    ["<t>\n</u></t>", "line 2: </u> closes what is not open"],
    ["<t a></t>", "line 1: <t> has something that is no attribute"],
    ["<t a='1></t>", "line 1: the document ends before '"],
    ["<t><![CDATA[x</t>", "line 1: the document ends before ]]>"],
    ["<!DOCTYPE t [<!ENTITY", "line 1: the document ends before >"],
    ["<>", "line 1: an element has no name"],
    ["<a>".repeat(101), "line 1: elements lie more than 100 deep"],
    [`<t>${"<testcase name='x'/>".repeat(100_001)}</t>`, "it holds more than 100000 tests"],
  ])("a broken document is said to be one: %#", (document, message) => {
    expect(() => readJunit(document)).toThrow(message);
  });

  test("no document takes long or breaks anything but itself", () => {
    const hostile = [
      "<".repeat(200_000),
      `<t ${"a".repeat(200_000)}`,
      `<t ${"a='1' ".repeat(50_000)}`,
      "&".repeat(200_000),
      `<t>${"&#".repeat(100_000)}</t>`,
      `<!--${"-".repeat(200_000)}`,
      `<t ${" ".repeat(200_000)}`,
      `<![CDATA[${"]".repeat(200_000)}`,
      "<!>".repeat(100_000),
      `${"<!--x-->".repeat(50_000)}[`,
    ];
    for (const document of hostile) {
      try {
        readJunit(document);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            "<",
            ">",
            "/",
            "testcase",
            "!",
            "[CDATA[",
            "]]>",
            "--",
            "?",
            "&",
            ";",
            "#x41",
            " a='b'",
            '"',
            "failure",
            "DOCTYPE",
          ),
          { maxLength: 40 },
        ),
        (words) => {
          try {
            readJunit(words.join(""));
          } catch (error) {
            expect(String(error)).toMatch(/line \d+: /);
          }
        },
      ),
      { numRuns: runs(2000) },
    );
  });

  test("any text survives the way through a document", () => {
    const escape = (text: string): string => [...text].map((sign) => `&#${sign.codePointAt(0)};`).join("");
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0")),
        (text) => {
          const [opened] = [...readXml(`<t a="${escape(text)}"/>`)];
          expect(opened?.attributes?.get("a")).toBe(text);
        },
      ),
    );
  });
});

const LIMITS = { mostBytes: 10_000, mostEntries: 10 };
const names = (archive: Buffer): string[] =>
  readZip(archive, () => true, LIMITS).map(({ name, bytes }) => `${name}: ${bytes.length}`);

describe("archives", () => {
  test("give the files that are wanted, packed or not", () => {
    const archive = zip(
      [
        { name: "a/", content: "" },
        { name: "a/b.xml", content: "x".repeat(2000) },
        { name: "c.xml", content: "yes", stored: true },
        { name: "big.log", content: "z".repeat(90_000) },
        { name: "empty.xml", content: "" },
      ],
      { comment: "with a comment" },
    );
    const files = readZip(archive, (name) => name.endsWith(".xml"), LIMITS);
    expect(files.map(({ name, bytes }) => [name, bytes.toString()])).toEqual([
      ["a/b.xml", "x".repeat(2000)],
      ["c.xml", "yes"],
      ["empty.xml", ""],
    ]);
  });

  test("of another program are read, whatever they hold", () => {
    const folder = mkdtempSync(join(tmpdir(), "pipewright-archive-"));
    const git = (...words: string[]): Buffer =>
      execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@example.com", ...words], {
        cwd: folder,
        stdio: ["ignore", "pipe", "ignore"],
      });
    try {
      git("init", "--quiet");
      const contents: Record<string, string> = {
        "junit.xml": "<t/>".repeat(500),
        "empty.xml": "",
        "İ 🚀.xml": "x",
        random: randomBytes(3000).toString("base64"),
      };
      for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), content);
      git("add", ".");
      git("commit", "--quiet", "-m", "x");
      // git writes the commit into the archive's comment.
      const files = readZip(git("archive", "--format=zip", "HEAD"), () => true, LIMITS);
      expect(Object.fromEntries(files.map(({ name, bytes }) => [name, bytes.toString()]))).toEqual(contents);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("are not unpacked beyond what they may hold, one by one or together", () => {
    expect(() => names(zip([{ name: "a.xml", content: "x".repeat(10_001) }]))).toThrow(
      "a.xml in the archive is larger than the 10000 bytes that are left",
    );
    expect(() =>
      names(
        zip([
          { name: "a", content: "x".repeat(6000) },
          { name: "b", content: "x".repeat(6000) },
        ]),
      ),
    ).toThrow("b in the archive is larger than the 4000 bytes that are left");
    expect(() => names(zip([{ name: "bomb", content: Buffer.alloc(5_000_000), claimedSize: 100 }]))).toThrow(
      "bomb in the archive cannot be unpacked (ERR_BUFFER_TOO_LARGE)",
    );
    expect(() => names(zip(Array.from({ length: 11 }, (_, index) => ({ name: `${index}`, content: "" }))))).toThrow(
      "lists 11 files, more than 10",
    );
  });

  test("that are broken or no archives are said to be so", () => {
    const whole = zip([{ name: "a.xml", content: "hello, hello, hello" }]);
    expect(() => names(Buffer.from("<html>"))).toThrow("this is no ZIP archive");
    expect(() => names(Buffer.alloc(0))).toThrow("this is no ZIP archive");
    expect(() => names(zip([{ name: "a", content: "x", encrypted: true }]))).toThrow("a in the archive is encrypted");
    for (let at = 0; at < whole.length; at += 1) {
      for (const value of [0, 255]) {
        const broken = Buffer.from(whole);
        broken[at] = value;
        try {
          readZip(broken, () => true, LIMITS);
        } catch (error) {
          expect(String(error)).toMatch(/archive/);
        }
      }
      expect(() => names(whole.subarray(0, at))).toThrow("this is no ZIP archive");
    }
  });
});
