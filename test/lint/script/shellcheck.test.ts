import { describe, expect, it } from "vitest";
import type { LintSettings } from "../../../src/lint/settings.ts";
import { DEFAULT_SETTINGS } from "../../../src/lint/settings.ts";
import { findingsFrom, readAnswer, type ShellcheckComment, scriptsToCheck } from "../../../src/lint/shellcheck.ts";
import { inShort, repositoryOf } from "../../support/lint.ts";
import { jobOfScript } from "../../support/script.ts";

const FILE = `on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: |
          set -e
          echo "ü" $NAME
          [ \${{ github.sha }} = x ]
  b:
    runs-on: ubuntu-latest
    steps:
      - run: "echo \\"ü\\" $NAME"
      - run: echo a
        shell: sh
      - run: echo b
        shell: pwsh
`;

const comment = (details: Partial<ShellcheckComment>): ShellcheckComment => ({
  file: "0.sh",
  line: 2,
  endLine: 2,
  column: 10,
  endColumn: 15,
  level: "info",
  code: 2086,
  message: "Double quote to prevent globbing and word splitting.",
  ...details,
});

async function shortOf(
  comments: readonly ShellcheckComment[],
  index = 0,
  settings: Partial<LintSettings> = {},
): Promise<string[]> {
  const { documents } = await repositoryOf(FILE);
  const checked = scriptsToCheck(documents)[index];
  return checked ? inShort(findingsFrom(checked, comments, { ...DEFAULT_SETTINGS, ...settings })) : [];
}

describe("what shellcheck says", () => {
  it("is asked of scripts in bash and sh, expressions replaced", async () => {
    const { documents } = await repositoryOf(FILE);
    expect(scriptsToCheck(documents).map(({ shell, text }) => [shell, text])).toEqual([
      ["bash", 'set -e\necho "ü" $NAME\n[ _________________ = x ]\n'],
      ["bash", 'echo "ü" $NAME'],
      ["sh", "echo a"],
    ]);
  });

  it("stands at its place in the YAML file, whatever the scalar's style", async () => {
    expect(await shortOf([comment({})])).toEqual([
      "8:20 shellcheck/SC2086 Double quote to prevent globbing and word splitting.",
    ]);
    expect(await shortOf([comment({ line: 1, endLine: 1 })], 1)).toEqual([
      "13:26 shellcheck/SC2086 Double quote to prevent globbing and word splitting.",
    ]);
  });

  it("is left out where an expression or `set -e` makes it untrue", async () => {
    expect(
      await shortOf([
        comment({ line: 3, endLine: 3, column: 1, endColumn: 2, code: 2050 }),
        comment({ code: 2164 }),
        comment({ code: 2154 }),
      ]),
    ).toEqual([]);
  });

  it("is not asked what POSIX has where `sh` is the container's", async () => {
    const posix = comment({ line: 1, endLine: 1, column: 1, endColumn: 5, code: 3010 });
    const shortIn = async (head: string, keys = ""): Promise<string[]> => {
      const [checked] = scriptsToCheck((await repositoryOf(jobOfScript("[[ a ]]", { head, keys }))).documents);
      return checked ? inShort(findingsFrom(checked, [posix], DEFAULT_SETTINGS)) : [];
    };
    expect(await shortIn("runs-on: ubuntu-latest\ncontainer: rockylinux:9")).toEqual([]);
    expect(await shortIn("runs-on: ubuntu-latest", "shell: sh")).toHaveLength(1);
  });

  it("is turned off code by code, or altogether", async () => {
    expect(await shortOf([comment({})], 0, { rules: { "shellcheck/SC2086": { level: "off" } } })).toEqual([]);
    expect(await shortOf([comment({})], 0, { rules: { shellcheck: { level: "off" } } })).toEqual([]);
  });

  it("is nothing where the answer is no answer", () => {
    expect(readAnswer("oops")).toBeUndefined();
    expect(readAnswer('{"comments":[{"file":1}]}')).toBeUndefined();
    expect(readAnswer('{"comments":[]}')).toEqual([]);
  });
});
