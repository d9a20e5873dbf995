/** What the rules on scripts take for granted, asked of the programs themselves. */
import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { firstBadBracket, reversedInTr } from "../../src/lint/rules/script/invalid-bracket-range.ts";
import { missing } from "../support/tools.ts";

const statusOf = (shell: string, args: string[], script: string): number | null =>
  spawnSync(shell, [...args, "-c", script], { encoding: "utf8", env: { PATH: process.env["PATH"] } }).status;
const bash = (script: string): number | null => statusOf("bash", ["--norc", "-e"], script);

describe("bash -e", () => {
  it.each([
    ["a pipeline has its last command's status", "false | cat", 0],
    ["with pipefail it has not", "set -o pipefail; false | cat", 1],
    ["a condition on a pipeline holds", "if false | cat; then exit 7; fi", 7],
    ["a list before && does not end the script", "false && true\nexit 7", 7],
    ["a function in a condition goes on", "f() { false; exit 7; }; if f; then :; fi", 7],
    ["export masks a status", "export X=$(false); exit 7", 7],
    ["an assignment does not", "X=$(false); exit 7", 1],
    ["a failure ends the script before $? is read", "false\nif [ $? -ne 0 ]; then exit 7; fi", 1],
    ["[ -n ] of nothing holds", "unset A; if [ -n $A ]; then exit 7; fi", 7],
    ["[ a==b ] holds", 'if [ "a"=="b" ]; then exit 7; fi', 7],
    ["grep -c prints 0 and fails", 'X=$(printf a | grep -c b || echo 0); [ "$X" = "0\n0" ] || exit 7', 0],
  ])("%s", (_what, script, status) => {
    expect(bash(script)).toBe(status);
  });
});

it("return outside of a function fails", () => {
  expect([1, 2]).toContain(bash("return 0; exit 7"));
});

it.skipIf(missing("dash"))("dash does not know what bashism-under-sh finds", () => {
  for (const script of [
    "[[ a == a ]]",
    "source /dev/null",
    "[ a == a ]",
    "a=(1 2)",
    "cat <<< a",
    "a=b; echo ${a//b/c}",
    "cat <(echo a)",
    "pushd /",
  ])
    expect([script, statusOf("dash", ["-e"], script)]).not.toEqual([script, 0]);
});

/** Repeatable, and different enough: a linear congruence. */
function* bracketContents(count: number): Generator<string> {
  const alphabet = ["a", "z", "A", "Z", "0", "9", "-", "-", ".", "_", "^", "+", " ", "[:alpha:]", "/"];
  let state = 42;
  const next = (below: number): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  for (let index = 0; index < count; index++)
    yield Array.from({ length: 1 + next(7) }, () => alphabet[next(alphabet.length)]).join("");
}

it("brackets are judged as grep judges them", () => {
  const patterns = [...new Set(bracketContents(600))]
    .map((content) => `[${content}]`)
    .filter((pattern) => pattern !== "[^]");
  const script = 'while IFS= read -r pattern; do grep -e "$pattern" </dev/null 2>/dev/null; echo $?; done';
  const statuses = execFileSync("bash", ["--norc", "-c", script], {
    input: `${patterns.join("\n")}\n`,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8" },
  })
    .trim()
    .split("\n");
  const wrong = patterns.filter(
    (pattern, index) => (statuses[index] === "2") !== (firstBadBracket(pattern) !== undefined),
  );
  expect(wrong).toEqual([]);
});

it("sets are judged as tr judges them", () => {
  const sets = [...new Set(bracketContents(600))].filter((set) => !set.startsWith("-") && !set.includes("["));
  const script = 'while IFS= read -r set; do tr -d "$set" </dev/null 2>/dev/null; echo $?; done';
  const statuses = execFileSync("bash", ["--norc", "-c", script], {
    input: `${sets.join("\n")}\n`,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8" },
  })
    .trim()
    .split("\n");
  const wrong = sets.filter((set, index) => (statuses[index] === "1") !== (reversedInTr(set) !== undefined));
  expect(wrong).toEqual([]);
});
