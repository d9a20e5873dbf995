/** The checker is total, and whatever GitHub's own evaluator does without complaint on contexts of the declared types is no error of types. */
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import fc from "fast-check";
import { expect, it } from "vitest";
import { parseExpression } from "../../../src/workflow/expressions/parse.ts";
import { checkTypes } from "../../../src/workflow/expressions/types/check.ts";
import { arrayOf, BOOL, NUMBER, objectOf, STRING, type Type } from "../../../src/workflow/expressions/types/type.ts";
import { runs } from "../../support/property-runs.ts";

const CONTEXTS: Readonly<Record<string, Type>> = {
  inputs: objectOf({ text: STRING, count: NUMBER, flag: BOOL }),
  matrix: objectOf({ list: arrayOf(STRING), thing: objectOf({ name: STRING, size: NUMBER }) }),
};

const check = (text: string, contexts = CONTEXTS) => {
  const { expression } = parseExpression(text);
  return (
    expression &&
    checkTypes(expression, {
      contextType: (name) => (Object.hasOwn(contexts, name) ? contexts[name] : undefined),
      availability: undefined,
    })
  );
};

const pieces = fc.constantFrom(
  "github",
  "matrix",
  "inputs",
  "__proto__",
  "constructor",
  ".",
  "*",
  "[",
  "]",
  "(",
  ")",
  "'a'",
  "0",
  "==",
  "!=",
  "<",
  "&&",
  "||",
  "!",
  ",",
  "format",
  "fromJSON",
  "'{\"__proto__\":{}}'",
  "contains",
  "list",
  "text",
  "hasOwnProperty",
  "toString",
  " ",
);

it("never throws, whatever the text", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces, { maxLength: 20 }).map((parts) => parts.join("")),
      ),
      (text) => {
        const checked = check(text);
        for (const { start, end, message } of checked?.problems ?? []) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(message).toMatch(/^[A-Z`'"]/);
        }
      },
    ),
    { numRuns: runs(2_000) },
  );
});

/** Expressions that use each value as what it is. */
const { text } = fc.letrec<{ text: string; count: string; flag: string }>((tie) => ({
  text: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom("inputs.text", "matrix.thing.name", "matrix.list[0]", "'x'", "''"),
    fc.tuple(tie("flag"), tie("text"), tie("text")).map(([flag, a, b]) => `(${flag} && ${a} || ${b})`),
    fc.tuple(tie("text"), tie("count")).map(([a, b]) => `format('{0}-{1}', ${a}, ${b})`),
    fc.tuple(tie("flag"), tie("text"), tie("text")).map(([flag, a, b]) => `case(${flag}, ${a}, ${b})`),
    fc.constantFrom("join(matrix.list, '-')", "toJSON(matrix.thing)", "join(matrix.list.*, '')"),
  ),
  count: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom("inputs.count", "matrix.thing.size", "42", "fromJSON('7')", "matrix['thing']['size']"),
  ),
  flag: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom("inputs.flag", "!inputs.flag", "true"),
    fc.tuple(tie("text"), tie("text")).map(([a, b]) => `startsWith(${a}, ${b})`),
    fc.tuple(tie("text"), tie("text")).map(([a, b]) => `contains(${a}, ${b})`),
    fc
      .tuple(tie("count"), fc.constantFrom("<", "<=", ">", ">=", "==", "!="), tie("count"))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc.tuple(tie("flag"), tie("flag")).map(([a, b]) => `(${a} && ${b})`),
    fc.constantFrom("contains(matrix.list, 'x')"),
  ),
}));

const values = fc.record({
  text: fc.string(),
  count: fc.double({ noNaN: true }),
  flag: fc.boolean(),
  list: fc.array(fc.string(), { minLength: 1 }),
  name: fc.string(),
  size: fc.integer(),
});

const dictionary = (entries: Readonly<Record<string, data.ExpressionData>>): data.Dictionary =>
  new data.Dictionary(...Object.entries(entries).map(([key, value]) => ({ key, value })));

it("finds no fault in what evaluates", () => {
  fc.assert(
    fc.property(text, values, (written, { text: given, count, flag, list, name, size }) => {
      const contexts = dictionary({
        inputs: dictionary({
          text: new data.StringData(given),
          count: new data.NumberData(count),
          flag: new data.BooleanData(flag),
        }),
        matrix: dictionary({
          list: new data.Array(...list.map((item) => new data.StringData(item))),
          thing: dictionary({ name: new data.StringData(name), size: new data.NumberData(size) }),
        }),
      });
      const tree = new Parser(new Lexer(written).lex().tokens, ["inputs", "matrix"], []).parse();
      expect(new Evaluator(tree, contexts).evaluate().kind).toBe(data.Kind.String);
      const checked = check(written);
      expect(checked?.problems.filter(({ code }) => code !== "impossible-comparison")).toEqual([]);
      expect(checked?.type.kind).toBe("string");
    }),
    { numRuns: runs(500) },
  );
});
