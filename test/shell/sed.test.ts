import { expect, it } from "vitest";
import { regexesOfSed } from "../../src/shell/sed.ts";

it.each([
  ["s/a/b/", ["a"]],
  ["s#[/#]x#[z-a]#g; s|b|c|2p", ["[/#]x", "b"]],
  ["/start/,/end/ { s/\\/x/y/; d }", ["start", "end", "\\/x"]],
  ["1,5!s/[]/]a/b/", ["[]/]a"]],
  ["s/[[:space:]/]$//;ta", ["[[:space:]/]$"]],
  ["y/[z-a]/abcde/", []],
  ["\\,a/b,d", ["a/b"]],
  ["/x/a [z-a]\ns/q/r/", ["x", "q"]],
  ["# s/a/b/\n$d", []],
  [":a;N;$!ba;s/\\n/ /g", ["\\n"]],
  ["s/a", []],
  ["s", []],
  ["", []],
])("reads the expressions of %s", (program, regexes) => {
  expect(regexesOfSed(program)).toEqual(regexes);
});
