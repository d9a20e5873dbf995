/** Types of expressions, as a table: the expression, what it is, what is said of it. */
import { describe, expect, it } from "vitest";
import { parseExpression } from "../../../src/workflow/expressions/parse.ts";
import { checkTypes } from "../../../src/workflow/expressions/types/check.ts";
import { ANY_GITHUB, JOB, RUNNER, STRATEGY } from "../../../src/workflow/expressions/types/fixed-contexts.ts";
import {
  ANY,
  arrayOf,
  BOOL,
  mapOf,
  NUMBER,
  objectOf,
  oneOf,
  STRING,
  type Type,
} from "../../../src/workflow/expressions/types/type.ts";

const CONTEXTS: Readonly<Record<string, Type>> = {
  github: ANY_GITHUB,
  env: mapOf(STRING),
  job: JOB,
  runner: RUNNER,
  strategy: STRATEGY,
  inputs: objectOf({ flag: BOOL, count: NUMBER, text: STRING, kind: oneOf("a", "b") }),
  matrix: objectOf({
    os: oneOf("ubuntu-latest", "macos-latest"),
    node: { kind: "number", values: [20, 22] },
    list: arrayOf(STRING),
    thing: objectOf({ name: STRING }),
    any: ANY,
  }),
  needs: objectOf({ a: objectOf({ result: STRING }), b: objectOf({ result: STRING }) }),
};

function check(text: string): { type: string; codes: string[]; at: string[]; messages: string[] } {
  const { expression } = parseExpression(text);
  if (!expression) throw new Error(`${text} is no expression.`);
  const { type, problems } = checkTypes(expression, {
    contextType: (name) => (Object.hasOwn(CONTEXTS, name) ? CONTEXTS[name] : undefined),
    availability: undefined,
  });
  const inFull = type.kind === "array" ? `array<${type.items.kind}>` : type.kind;
  return {
    type: inFull,
    codes: problems.map(({ code }) => code),
    at: problems.map(({ start, end }) => text.slice(start, end)),
    messages: problems.map(({ message }) => message),
  };
}

describe("types", () => {
  it.each([
    ["null", "null"],
    ["true", "bool"],
    ["0x1F", "number"],
    ["'it''s'", "string"],
    ["github", "object"],
    ["GITHUB.Ref", "string"],
    ["github['ref']", "string"],
    ["github.event.anything.at.all", "any"],
    ["github[env.NAME]", "any"],
    ["env.ANYTHING", "string"],
    ["env[inputs.text]", "string"],
    ["job.services.redis.ports[6379]", "any"],
    ["job.services.redis.id", "string"],
    ["matrix.list[0]", "string"],
    ["matrix.list.*", "array<string>"],
    ["needs.*.result", "array<string>"],
    ["github.event.commits.*.author.name", "array<any>"],
    ["!github.ref", "bool"],
    ["inputs.flag == true", "bool"],
    ["inputs.text && inputs.text", "string"],
    ["inputs.flag && 'a' || 'b'", "string"],
    ["inputs.flag && 1 || 'b'", "any"],
    ["inputs.flag && matrix.thing || inputs.text", "any"],
    ["inputs.count || 30", "number"],
    ["contains(matrix.list, 'x')", "bool"],
    ["format('{0}', inputs.count)", "string"],
    ["join(needs.*.result, ', ')", "string"],
    ["toJSON(github)", "string"],
    ["fromJSON('[1, 2]')", "array<number>"],
    ["fromJSON('{\"a\": 1}').a", "number"],
    ["fromJSON(inputs.text)", "any"],
    ["fromJSON(inputs.text).a[0].*.b", "array<any>"],
    ["case(inputs.flag, 'a', inputs.count > 2, 'b', 'c')", "string"],
    ["hashFiles('**/go.sum')", "string"],
    ["success()", "bool"],
    ["runner.os == 'linux'", "bool"],
    ["matrix.node == '20'", "bool"],
    ["inputs.text == 1", "bool"],
    ["inputs.flag != ''", "bool"],
    ["github.event.pull_request == null", "bool"],
    ["matrix.thing != null", "bool"],
    ["inputs.kind == 'A'", "bool"],
    ["inputs.text > 'a'", "bool"],
  ])("%s is fine, and %s", (text, type) => {
    expect(check(text)).toEqual({ type, codes: [], at: [], messages: [] });
  });

  it.each([
    ["gihub.ref", "unknown-context", "gihub"],
    ["main == github.ref_name", "unknown-context", "main"],
    ["github.reff", "unknown-property", "reff"],
    ["github['reff']", "unknown-property", "'reff'"],
    ["github.repository.owner.login", "unknown-property", "owner"],
    ["job.container.os", "unknown-property", "os"],
    ["matrix.list.name", "unknown-property", "name"],
    ["matrix.list.*.name", "unknown-property", "name"],
    ["inputs.text.*", "unknown-property", "inputs.text.*"],
    ["env[0]", "index-type", "0"],
    ["env[inputs.flag]", "index-type", "inputs.flag"],
    ["matrix.list[inputs.flag]", "index-type", "inputs.flag"],
    ["startWith('a', 'b')", "unknown-function", "startWith"],
    ["startsWith('a', github.event)", "function-arguments", "github.event"],
    ["contains('a', matrix.list)", "function-arguments", "matrix.list"],
    ["case('x', 'a', 'b')", "function-arguments", "'x'"],
    ["always(true)", "function-arguments", "always(true)"],
    ["format('{0} {2}', 1, 2)", "format-arguments", "'{0} {2}'"],
    ["format('{x}', 1)", "format-arguments", "'{x}'"],
    ["fromJSON('{')", "invalid-json", "'{'"],
    ["fromJSON('{\"linux\": 1}')['mac']", "unknown-property", "'mac'"],
    ["github.event == 'push'", "comparison-type", "github.event == 'push'"],
    ["matrix.list == 'x'", "comparison-type", "matrix.list == 'x'"],
    ["inputs.flag == 'true'", "comparison-type", "inputs.flag == 'true'"],
    ["env.DEBUG == true", "comparison-type", "env.DEBUG == true"],
    ["inputs.flag > 1", "comparison-type", "inputs.flag"],
    ["matrix.thing < 1", "comparison-type", "matrix.thing"],
    ["runner.os == 'ubuntu'", "impossible-comparison", "'ubuntu'"],
    ["matrix.os == 'windows-latest'", "impossible-comparison", "'windows-latest'"],
    ["matrix.node == 18", "impossible-comparison", "18"],
    ["inputs.kind != 'c'", "impossible-comparison", "'c'"],
  ])("%s: %s at %s", (text, code, at) => {
    expect(check(text)).toMatchObject({ codes: expect.arrayContaining([code]), at: expect.arrayContaining([at]) });
  });

  it("names the nearest property", () => {
    expect(check("github.respository").messages).toEqual([
      "`github` has no property `respository`. Did you mean `repository`?",
    ]);
    expect(check("inputs.flga").messages[0]).toContain("Did you mean `flag`?");
  });

  it("reports every value that a format string leaves out", () => {
    expect(check("format('{0}{1}', 1, 2, 3, 4)").codes).toEqual(["format-arguments", "format-arguments"]);
  });
});

describe("syntax", () => {
  const problem = (text: string): string => {
    const { error } = parseExpression(text);
    return error ? `${text.slice(error.start, error.end)}: ${error.message}` : "fine";
  };

  it.each([
    [' "hello" ', `"hello": Text stands in single quotes in an expression: write 'hello'.`],
    ["1 + 1", "+: There is no operator `+` in expressions: they do no arithmetic, and text is joined with `format`."],
    ["github.ref = 'x'", "=: There is no assignment in expressions; `==` compares."],
    ["github.ref === 'x'", "=: GitHub has `==` and `!=`, but no `===` and `!==`."],
    ["a & b", "&: A single `&` is no operator; write `&&`."],
    ["a and b", "and: There is no operator `and`; write `&&`."],
    ["a b", "b: An operator is missing before `b`, such as `==` or `&&`. Text stands in single quotes."],
    ["contains(a, 'b'", "(: This parenthesis is not closed."],
    ["github.event.", ".: A property name is missing after the dot."],
    ["github.ref ==", "==: A value is missing after `==`."],
    [
      "${{ a }}",
      "${{: This already is an expression, and expressions do not nest: leave out the inner `${{` and `}}`.",
    ],
    ["'abc", "'abc: This text is not closed: a single quote is missing. A quote inside of text is written twice."],
    ["a)", "): This closing parenthesis has no opening one."],
    ["contains('a')", "contains: `contains` gets too few arguments; it takes 2."],
  ])("%s", (text, expected) => {
    expect(problem(text)).toBe(expected);
  });
});

it("refuses what is too deep to be walked", () => {
  for (const text of [
    `a${" == a".repeat(4_000)}`,
    `a${".a".repeat(10_000)}`,
    `${"!".repeat(20_000)}a`,
    `${"(".repeat(9_000)}a${")".repeat(9_000)}`,
  ])
    expect(parseExpression(text).error?.message).toContain("nested");
  expect(check(`inputs.flag${" || inputs.flag".repeat(1_000)}`).codes).toEqual([]);
});
