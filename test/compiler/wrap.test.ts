/** Long conditions and lists on several lines. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wrapCondition, wrapList } from "../../src/compiler/wrap.ts";

const asOne = (text: string): string => text.replaceAll("\n", " ");

describe("a condition", () => {
  const term = fc
    .stringMatching(/^[a-z.]{1,40}( == '[a-z &|'']{0,20}')?$/)
    .map((text) => text.replaceAll(/(?<=')'(?=.)/g, ""));

  it("is the same condition on lines that fit, broken before operators alone", () => {
    fc.assert(
      fc.property(
        fc.array(term, { minLength: 1, maxLength: 30 }),
        fc.constantFrom(" && ", " || "),
        (terms, operator) => {
          const condition = terms.join(operator);
          const wrapped = wrapCondition(condition);
          expect(asOne(wrapped).replaceAll(" && ", " ").replaceAll(" || ", " ")).toBe(
            condition.replaceAll(" && ", " ").replaceAll(" || ", " "),
          );
          expect(asOne(wrapped)).toBe(condition);
          if (condition.length <= 280) expect(wrapped).toBe(condition);
          for (const line of wrapped.split("\n").slice(1)) expect(line).toMatch(/^(&&|\|\|) /);
        },
      ),
    );
  });

  it("that is short, or has its lines already, stays as it is", () => {
    expect(wrapCondition("a && b")).toBe("a && b");
    const broken = `${"a".repeat(200)}\n&& ${"b".repeat(200)}`;
    expect(wrapCondition(broken)).toBe(broken);
  });

  it("keeps a text with an operator in it whole", () => {
    const text = `'${"x && y || ".repeat(40)}'`;
    expect(wrapCondition(`a == ${text} && b`)).toBe(`a == ${text}\n&& b`);
  });
});

it("a list is the same list", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.integer(), fc.boolean())), (values) => {
      expect(JSON.parse(wrapList(values))).toEqual(values);
    }),
  );
  const long = wrapList(Array.from({ length: 60 }, (_, index) => `extension-${index}`));
  expect(Math.max(...long.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(130);
});
