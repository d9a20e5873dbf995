/** The real shellcheck, through the command's edge. */
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/config/user-error.ts";
import type { Io } from "../../src/cli/io.ts";
import { shellcheckFindings } from "../../src/cli/lint/shellcheck.ts";
import type { Subject } from "../../src/cli/lint/subject.ts";
import { DEFAULT_SETTINGS } from "../../src/lint/settings.ts";
import { inShort } from "../support/lint.ts";
import { missing } from "../support/tools.ts";

const PATH = ".github/workflows/ci.yml";
const TEXT = `on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo "ünïcödé 🎉" $NAME
          if [ \${{ github.ref }} = x ]; then
            cd folder
          fi
      - run: |
          ls *.txt | while read line; do echo "$line"; done
      - run: source ./env.sh && [[ -n $A ]]
        shell: sh
      - run: if true
`;

const subject: Subject = { sources: [{ path: PATH, text: TEXT }], linted: [PATH], groups: [] };
const io = (env: Io["env"]): Io => ({
  cwd: "/",
  stdout: { write: () => true },
  stderr: { write: () => true },
  env,
  isTTY: false,
});

describe.skipIf(missing("shellcheck"))("shellcheck", () => {
  it("finds what it finds, at its place in the file", async () => {
    const found = inShort(await shellcheckFindings(subject, DEFAULT_SETTINGS, io(process.env)));
    expect(found).toContainEqual(expect.stringMatching(/^7:29 shellcheck\/SC2086 /));
    expect(found).toContainEqual(expect.stringMatching(/^12:\d+ shellcheck\/SC2162 /));
    expect(found).toContainEqual(expect.stringMatching(/^13:14 shellcheck\/SC(?:2039|3046) /));
    expect(found).toContainEqual(expect.stringMatching(/^15:\d+ shellcheck\/SC10\d\d /));
    // Of an expression, of `set -e` and of `env:` it knows nothing.
    expect(found.filter((line) => /SC(?:2050|2154|2164|1091|2148)/.test(line))).toEqual([]);
  });

  it("asks for thousands of scripts in few processes", async () => {
    const steps = Array.from({ length: 400 }, (_, index) => `      - run: echo $A${index}\n`).join("");
    const many: Subject = {
      sources: [{ path: PATH, text: `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n${steps}` }],
      linted: [PATH],
      groups: [],
    };
    expect(await shellcheckFindings(many, DEFAULT_SETTINGS, io(process.env))).toHaveLength(400);
  });
});

it("says in a sentence that shellcheck is missing", async () => {
  const failure: unknown = await shellcheckFindings(subject, DEFAULT_SETTINGS, io({ PATH: "/nowhere" })).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(UserError);
  expect(String((failure as UserError).message)).toContain("shellcheck is not installed.");
});
