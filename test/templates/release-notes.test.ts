/** Release notes from the history of a real repository. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { prose, proseWithIssues } from "../../templates/lib/markdown.mjs";
import { type GitHistory, startHistory } from "../support/git-history.ts";
import { type ProgramResult, runNodeProgram } from "../support/node-program.ts";
import { HOSTILE } from "../support/run-program.ts";
import { runs } from "../support/property-runs.ts";

let history: GitHistory;
let out: string;
beforeEach(() => {
  history = startHistory();
  out = mkdtempSync(join(tmpdir(), "pipewright-notes-"));
});
afterEach(() => {
  history.remove();
  rmSync(out, { recursive: true, force: true });
});

interface Made extends ProgramResult {
  readonly notes: string;
  readonly changelog: string;
}

async function make(tag: string, glob = "v*", cwd = history.folder): Promise<Made> {
  const result = await runNodeProgram(
    "release-notes",
    { GITHUB_REF_NAME: tag, GITHUB_REPOSITORY: "o/r", RUNNER_TEMP: out },
    { cwd, plan: { release: { tags: glob, waitSeconds: 60, tests: [], copies: [] } } },
  );
  const read = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
  const changelog = join(out, "release", `CHANGELOG-${tag.replaceAll("/", "-")}.md`);
  return { ...result, notes: read(join(out, "notes.md")), changelog: read(changelog) };
}

/** The lines of a section. */
const under = (text: string, title: string): string[] =>
  (text.split(`## ${title}\n\n`)[1]?.split("\n\n")[0] ?? "").split("\n").filter(Boolean);
const short = (sha: string): string => `[\`${sha.slice(0, 7)}\`](https://github.com/o/r/commit/${sha})`;

describe("the notes of a release", () => {
  test("group what changed since the release before, breaking changes first", async () => {
    history.commit("feat: old");
    history.tag("v1.0.0");
    const zone = history.commit(
      "feat(window)!: time zones by name (#12)\n\nLonger.\n\nCloses #9, fixes #12\nBREAKING CHANGE: offsets such as +02:00\n are no longer read\nReviewed-by: Z",
      "Grace",
    );
    const dst = history.commit("fix: no window lost at DST", "Grace");
    history.commit("docs: readme");
    const ci = history.commit("ci(deps): newer actions");
    const bare = history.commit("Polish the start");
    const api = history.commit("refactor(api)!: drop v1alpha1");
    history.tag("v1.1.0");
    const { code, outputs, notes, changelog } = await make("v1.1.0");
    expect({ code, outputs }).toEqual({
      code: 0,
      outputs: { fallback: "false", "previous-tag": "v1.0.0", commits: "6", breaking: "2" },
    });
    expect(notes).toBe(`## ⚠ Breaking changes

- **api:** drop v1alpha1 (${short(api)})
- **window:** offsets such as +02:00 are no longer read (${short(zone)})

## Features

- **window:** time zones by name ([#12](https://github.com/o/r/issues/12)) (${short(zone)}), [#9](https://github.com/o/r/issues/9)

## Fixes

- no window lost at DST (${short(dst)})

## Other

- Polish the start (${short(bare)})

And 3 changes to documentation, tests and tools.

## Contributors

Ada, Grace

[All changes since v1.0.0](https://github.com/o/r/compare/v1.0.0...v1.1.0)
`);
    expect(changelog).toMatch(/^# v1\.1\.0 \(2026-03-01\)\n/);
    expect(under(changelog, "Continuous integration")).toEqual([`- **deps:** newer actions (${short(ci)}) by Ada`]);
    expect(under(changelog, "Fixes")).toEqual([`- no window lost at DST (${short(dst)}) by Grace`]);
    expect(changelog.match(/^- .* by (Ada|Grace)$/gm)).toHaveLength(6);
  });

  test("leave merges out, and commits that were taken back, but not what was put in again", async () => {
    history.commit("feat: base");
    history.tag("v1.0.0");
    const gone = history.commit("feat: gone");
    history.commit(`Revert "feat: gone"\n\nThis reverts commit ${gone}.`);
    const back = history.commit("feat: there and back");
    const revert = history.commit(`Revert "feat: there and back"\n\nThis reverts commit ${back}.`);
    history.commit(`Revert "Revert "feat: there and back""\n\nThis reverts commit ${revert}.`);
    const old = history.git("rev-parse", "v1.0.0^{commit}");
    history.commit(`revert: feat: base\n\nRefs: ${old.slice(0, 9)}`);
    history.git("checkout", "--quiet", "-b", "side");
    history.commit("fix: on the side");
    history.git("checkout", "--quiet", "main");
    history.commit("chore: main goes on");
    history.git("merge", "--quiet", "--no-ff", "-m", "Merge pull request #3 from o/side", "side");
    history.tag("v1.0.1");
    const { notes, changelog, outputs } = await make("v1.0.1");
    expect(under(notes, "Features")).toEqual([expect.stringContaining("there and back")]);
    expect(under(notes, "Reverts")).toEqual([expect.stringContaining("feat: base")]);
    expect(under(notes, "Fixes")).toEqual([expect.stringContaining("on the side")]);
    expect(outputs["commits"]).toBe("4");
    expect(notes + changelog).not.toMatch(/gone|Merge pull request/);
  });

  test("name people once, those who helped too, and no bots", async () => {
    history.commit(
      "feat: a\n\nCo-authored-by: Alan <alan@example.com>\nCo-authored-by: renovate[bot] <r@example.com>",
      "Grace",
    );
    history.commit("fix: b", "dependabot[bot]");
    history.commit("fix: c", "grace");
    history.tag("v0.1.0");
    expect((await make("v0.1.0")).notes).toContain("## Contributors\n\nAlan, grace\n");
  });

  test("of a first release hold everything, and those of a release without changes say so", async () => {
    history.commit("feat: first");
    history.tag("v0.1.0");
    const first = await make("v0.1.0");
    expect(first.outputs).toMatchObject({ "previous-tag": "", commits: "1" });
    expect(first.notes).toContain("[All changes](https://github.com/o/r/commits/v0.1.0)");
    history.tag("v0.1.1");
    expect((await make("v0.1.1")).notes).toContain("Nothing has changed in the code.");
  });

  test("are cut at a whole line where GitHub would not take them; the changelog is not", async () => {
    for (let index = 0; index < 420; index += 1) history.commit(`feat: ${index} ${"x".repeat(290)}`);
    history.tag("v1.0.0");
    const { notes, changelog } = await make("v1.0.0");
    expect(notes.length).toBeLessThan(100_500);
    expect(notes.trimEnd().split("\n").slice(-3)).toEqual([
      "There are more changes than fit here.",
      "",
      "[All changes](https://github.com/o/r/commits/v1.0.0)",
    ]);
    expect(changelog.match(/^- /gm)).toHaveLength(420);
  });
});

describe("the release before", () => {
  /** A commit and a tag for each name, in this order; a name after "|" hangs on a branch beside. */
  function releases(...names: string[]): void {
    for (const name of names) {
      if (name.startsWith("|")) history.git("checkout", "--quiet", "-b", `side-${name.slice(1)}`);
      history.commit(`feat: ${name}`);
      history.tag(name.replace("|", ""));
      if (name.startsWith("|")) history.git("checkout", "--quiet", "main");
    }
  }
  const previous = async (tag: string, glob?: string): Promise<string | undefined> =>
    (await make(tag, glob)).outputs["previous-tag"];

  test("is the newest version before it, not the newest tag", async () => {
    releases("v1.9.0", "v1.10.0", "v1.2.0", "moved", "v2.0.0-rc.1", "v2.0.0-rc.2", "v2.0.0-rc.10", "v2.0.0", "v3.0.0");
    expect(await previous("v2.0.0")).toBe("v1.10.0");
    expect(await previous("v2.0.0-rc.10")).toBe("v2.0.0-rc.2");
    expect(await previous("v2.0.0-rc.1")).toBe("v1.10.0");
    expect(await previous("v3.0.0")).toBe("v2.0.0");
  });

  test("lies in its history, and on its own line", async () => {
    releases("v1.0.0", "|v1.5.0", "v2.0.0", "chart-1.0.0", "chart-1.1.0-rc.1");
    expect(await previous("v2.0.0")).toBe("v1.0.0");
    expect(await previous("v1.5.0")).toBe("v1.0.0");
    expect(await previous("chart-1.1.0-rc.1", "chart-*")).toBe("chart-1.0.0");
    expect(await previous("chart-1.0.0", "chart-*")).toBe("");
    expect(await previous("v2.0.0", "*")).toBe("v1.0.0");
  });
});

describe("notes that cannot be made", () => {
  test.each([
    ["of a tag that is not there", "v9.9.9", "there is no tag v9.9.9 here"],
    ["of a name that no tag can have", "v1..0 ^{x}", "there is no tag"],
    ["of an option", "--output=x", "there is no tag --output=x here"],
    ["of a tag that is no version", "nightly", "nightly names no version of the pattern v*"],
  ])("%s give way to a template, and the release goes on", async (_, tag, message) => {
    history.commit("feat: x");
    history.tag("v1.0.0");
    history.tag("nightly");
    const result = await make(tag);
    expect(result).toMatchObject({ code: 0, outputs: { fallback: "true" } });
    expect(result.log).toContain(`::warning::The release notes could not be made from the commits: ${message}`);
    expect(result.notes).toContain("## Features\n\n-");
    expect(result.changelog).toContain("Fill this in.");
    expect(existsSync(join(history.folder, "x"))).toBe(false);
  });

  test("from a part of the history, or outside of a repository, neither", async () => {
    history.commit("feat: x");
    history.commit("feat: y");
    history.tag("v1.0.0");
    history.git(
      "clone",
      "--quiet",
      "--depth=1",
      "--branch=v1.0.0",
      "-c",
      "advice.detachedHead=false",
      `file://${history.folder}`,
      join(out, "shallow"),
    );
    const shallow = await make("v1.0.0", undefined, join(out, "shallow"));
    expect(shallow.outputs).toEqual({ fallback: "true" });
    expect(shallow.log).toContain("the checkout does not have the whole history");
    expect((await make("v1.0.0", undefined, out)).outputs).toEqual({ fallback: "true" });
  });

  test("nor even written end well all the same", async () => {
    history.commit("feat: x");
    history.tag("v1.0.0");
    mkdirSync(join(out, "notes.md"));
    const result = await runNodeProgram(
      "release-notes",
      { GITHUB_REF_NAME: "v1.0.0", GITHUB_REPOSITORY: "o/r", RUNNER_TEMP: out },
      { cwd: history.folder },
    );
    expect(result).toMatchObject({ code: 0, outputs: { fallback: "true" } });
    expect(result.log).toContain("The template could not be written either");
  });
});

describe("what a commit says", () => {
  const EVIL = [
    ...HOSTILE,
    "@octocat and @github/team",
    "[click](https://evil.example)",
    "https://evil.example",
    "www.evil.example",
    "<img src=x onerror=alert(1)>",
    "![x](y)",
    "mail me@evil.example",
    "see other/repo#5",
    "&lt;b&gt; &#64;octocat",
    "<!-- hidden",
    "---",
    "- [ ] task",
    "1. one",
    "# big",
    "```",
    "| a | b |",
    "\u202egnp.exe",
    "$x^2$",
    "feat: again",
    "BREAKING CHANGE",
    "~~x~~",
    "\u200b@octocat",
  ];

  test.each(EVIL)("is shown and does nothing: %j", async (text) => {
    history.commit(`feat(${text}): ${text}\n\nBREAKING CHANGE: ${text}\nCo-authored-by: ${text} <x@example.com>`, text);
    history.commit(text);
    history.commit(`fix: ${text}`);
    history.tag("v1.0.0");
    const result = await make("v1.0.0");
    expect(result).toMatchObject({ code: 0, outputs: { fallback: "false", commits: "3" } });
    expect(result.log).not.toMatch(/##\[|^\s*::/m);
    for (const markdown of [result.notes, result.changelog]) {
      const own = markdown
        .replace(/\[(`[0-9a-f]{7}`|#\d+|All changes)\]\(https:\/\/github\.com\/o\/r\/[\w/.-]+\)/g, "")
        .replaceAll("**", "")
        .replace(/^(#{1,2} |- )/gm, "");
      expect(own).not.toMatch(/@\w|[\w/]#\d|:\/\/|www\.e|[<>`[\]|*~$]|[\u202a-\u202e]|^\s*(?:[-+]|\d+\.) /m);
    }
  });

  test("about issues of this repository becomes a link to them, and to nothing else", () => {
    const link = (number: number): string => `[#${number}](A/issues/${number})`;
    expect(proseWithIssues("fix #1, (#22) and #333: x", "A")).toBe(`fix ${link(1)}, (${link(22)}) and ${link(333)}: x`);
    expect(proseWithIssues("#7", "A")).toBe(link(7));
    for (const text of ["o/r#5", "a#5", "#5a", "#1234567890", "# 5", "&#5;"])
      expect(proseWithIssues(text, "A")).not.toContain("](");
  });

  test("whatever it is, is one line without markup", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(prose(text)).not.toMatch(/[\n\r<>`[\]|*_\\~$]|@(?!\u200b)/);
        expect(
          prose(text)
            .replace(/&#\d+;/g, "")
            .replaceAll("#\u200b", ""),
        ).not.toMatch(/[&#]/);
      }),
      { numRuns: runs(2000) },
    );
  });
});
