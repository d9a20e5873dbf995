import { expect, it } from "vitest";
import { commandsOf } from "../../src/shell/commands.ts";
import { hasOption, invocationOf } from "../../src/shell/invocation.ts";
import { parseShell } from "../../src/shell/parse.ts";
import { variablesOf } from "../../src/shell/variables.ts";

const variablesIn = (text: string): ReturnType<typeof variablesOf> => variablesOf(parseShell(text));
const setsIn = (text: string): string[] => [...new Set(variablesIn(text).sets.map(({ name }) => name))];
const readsIn = (text: string): string[] =>
  variablesIn(text).reads.map(({ name, quoted }) => `${quoted ? '"' : ""}${name}`);

it("knows every way to set a variable", () => {
  expect(
    setsIn(
      'a=1; export b=2 c; local d e=3; for f in x; do :; done; read -r -p "?" g h; while IFS=, read i; do :; done; printf -v j x; (( k = 1, l++ )); : "${m:=1}"; mapfile -t n; getopts ab o; p=1 make; declare -A q; r[0]=1; let s=1; arr=(1)',
    ),
  ).toEqual([
    "a",
    "b",
    "d",
    "e",
    "f",
    "g",
    "h",
    "REPLY",
    "i",
    "IFS",
    "j",
    "k",
    "l",
    "m",
    "n",
    "o",
    "OPTARG",
    "OPTIND",
    "p",
    "q",
    "r",
    "s",
    "arr",
  ]);
});

it("knows what is read, and whether its words are split", () => {
  expect(
    readsIn(
      'echo $a "$b" ${c} "${d:-$e}"; x=$f; [[ $g ]]; [ $h ]; case $i in j) ;; esac; for k in $l; do :; done; echo $((m+1)); cat <<E\n$n\nE\necho "$(echo $o)"; y=($p) > $q',
    ),
  ).toEqual(["a", '"b', "c", '"d', '"e', '"f', '"g', "h", '"i', "l", '"m', '"n', "o", "p", "q"]);
  expect(readsIn("echo '$a' \\$b $1 $? $@")).toEqual([]);
  expect(variablesIn("echo ${a:-} ${b:?no} ${#c} $d").reads.map(({ tolerant }) => tolerant)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

it("says when it cannot know", () => {
  expect(variablesIn("source ./env.sh").opaque).toBe(true);
  expect(variablesIn('eval "$(x)"').opaque).toBe(true);
  expect(variablesIn("x=1").opaque).toBe(false);
});

it("sees the program behind its wrappers", () => {
  const unwrapped = (text: string): unknown => {
    const [command] = commandsOf(parseShell(text));
    const { name, args } = command ? invocationOf(command) : { name: "", args: [] };
    return [name, ...args];
  };
  expect(unwrapped("sudo -E -u me env A=b /usr/bin/docker push x")).toEqual(["docker", "push", "x"]);
  expect(unwrapped("timeout -k 5 60 curl x")).toEqual(["curl", "x"]);
  expect(unwrapped("command -v curl")).toEqual(["command", "-v", "curl"]);
  expect(hasOption(["-sSL", "--fail"], "S")).toBe(true);
  expect(hasOption(["--fail-with-body"], "fail")).toBe(false);
});
