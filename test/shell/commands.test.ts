import { describe, expect, it } from "vitest";
import { commandsOf, type ShellCommand } from "../../src/shell/commands.ts";
import { readShell } from "../../src/shell/effective-shell.ts";
import { optionsAt } from "../../src/shell/options.ts";
import { parseShell } from "../../src/shell/parse.ts";
import { literalOf } from "../../src/shell/words.ts";

const commandsOfText = (text: string): ShellCommand[] => commandsOf(parseShell(text));
const named = (text: string, name: string): ShellCommand => {
  const found = commandsOfText(text).find((command) => command.name === name);
  if (!found) throw new Error(`No command ${name} in ${text}.`);
  return found;
};

describe("the commands of a script", () => {
  it("are found at any depth, in order", () => {
    const text =
      'a "$(b <(c))" <<EOF\n$(d)\nEOF\nfor x in $(e); do f; done; g() { h; }; case $x in y) i;; esac; (j); { k; }; [[ -n $(l) ]] && m `n`; echo $(( $(o) + 1 )) "${p:-$(q)}"';
    expect(commandsOfText(text).map(({ name }) => name)).toEqual([
      "a",
      "b",
      "c",
      "d",
      "e",
      "f",
      "h",
      "i",
      "j",
      "k",
      "l",
      "m",
      "n",
      "echo",
      "o",
      "q",
    ]);
  });

  it("know what becomes of their status", () => {
    expect(named("if a; then b; fi", "a")).toMatchObject({ inCondition: true });
    expect(named("if a; then b; fi", "b")).toMatchObject({ inCondition: false });
    expect(named("a | b", "a").pipeline).toMatchObject({ index: 0, length: 2 });
    expect(named("a && b || c", "a").orElse).toMatchObject({ name: { value: "c" } });
    expect(named("a && b", "a")).toMatchObject({ andThen: true, orElse: undefined });
    expect(named("{ a; b; } || c", "a").orElse).toMatchObject({ name: { value: "c" } });
    expect(named("! a", "a")).toMatchObject({ negated: true });
    expect(named("a &", "a")).toMatchObject({ background: true });
    expect(named("f() { a; }", "a")).toMatchObject({ inFunction: "f" });
    expect(named("until a; do b; done", "b")).toMatchObject({ inLoop: "until" });
    expect(named("x=$(a) || b", "a")).toMatchObject({ inSubstitution: true, orElse: undefined });
  });

  it("have values without quotes and names only where they are plain", () => {
    expect(named(`docker run "a b" 'c'd $X`, "docker").args).toEqual(["run", "a b", "cd", "$X"]);
    expect(commandsOfText('"$TOOL" run')[0]?.name).toBeUndefined();
    expect(named("'my tool' run", "my tool").args).toEqual(["run"]);
    expect(named("A=1 tool", "tool").assignments.map(({ name }) => name)).toEqual(["A"]);
  });

  it("survive what is no script", () => {
    for (const text of [
      "if (",
      "$(".repeat(5000),
      "{ ".repeat(5000),
      "a | ".repeat(20_000),
      "'",
      "`\\`a\\``",
      "\0\ud800",
      "x".repeat(300_000),
      "echo $((".repeat(300),
    ])
      expect(() => commandsOfText(text)).not.toThrow();
  });
});

it("reads a word's value only where it is known", () => {
  const [word, other, third, fourth] = named(`x 'a b' "$c" ___________ d*`, "x").argWords;
  expect([literalOf(word), literalOf(other), literalOf(third), literalOf(fourth)]).toEqual([
    "a b",
    undefined,
    undefined,
    "d*",
  ]);
});

it("reads the templates of `shell:`", () => {
  expect(readShell("bash")).toMatchObject({ shell: "bash", errexit: true, pipefail: true });
  expect(readShell("sh")).toMatchObject({ shell: "sh", errexit: true, pipefail: false });
  expect(readShell("bash {0}")).toMatchObject({ errexit: false, pipefail: false });
  expect(readShell("bash -leo pipefail {0}")).toMatchObject({ errexit: true, pipefail: true });
  expect(readShell("bash --noprofile --norc -euxo pipefail {0}")).toMatchObject({
    errexit: true,
    pipefail: true,
    xtrace: true,
    nounset: true,
  });
  expect(readShell("nix develop -c bash -e {0}")).toMatchObject({ shell: "bash", errexit: true, pipefail: false });
  expect(readShell("pwsh")).toBeUndefined();
  expect(readShell("python")).toBeUndefined();
});

it("follows `set` along the script", () => {
  const text = "a\nset -euo pipefail\nb\nset +e\nc\n(set -x; d)\ne\nf() { set -e; }\n";
  const commands = commandsOfText(text);
  const at = (name: string): unknown =>
    optionsAt({ errexit: true, pipefail: false, nounset: false, xtrace: false }, commands, text.indexOf(`${name}\n`));
  expect(at("a")).toMatchObject({ errexit: true, pipefail: false });
  expect(at("b")).toMatchObject({ errexit: true, pipefail: true, nounset: true });
  expect(at("c")).toMatchObject({ errexit: false, pipefail: true });
  expect(at("e")).toMatchObject({ errexit: false, xtrace: false });
});
