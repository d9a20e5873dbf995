import { expect, test } from "vitest";
import { evaluate, ExpressionProblem, holds, interpolate, interpolateString } from "./expressions.ts";

const status = (result: "success" | "failure" | "cancelled") => ({
  success: () => result === "success",
  failure: () => result === "failure",
  cancelled: () => result === "cancelled",
});
const contexts = {
  github: { event_name: "push", ref: "refs/heads/main" },
  needs: { a: { result: "failure", outputs: { list: '["x","y"]' } } },
};

test("an expression alone keeps its type, text does not", () => {
  expect(interpolate("${{ fromJSON(needs.a.outputs.list) }}", { contexts })).toEqual(["x", "y"]);
  expect(interpolate("on ${{ github.event_name }}!", { contexts })).toBe("on push!");
  expect(interpolateString("${{ github.nothing }}", { contexts })).toBe("");
  expect(interpolateString("${{ format('{0}}}', 'a') }}", { contexts })).toBe("a}");
  expect(interpolateString(true, { contexts })).toBe("true");
});

test("comparison ignores case and unknown contexts are errors", () => {
  expect(evaluate("'PUSH' == github.event_name", { contexts })).toBe(true);
  expect(() => evaluate("secrets.X", { contexts })).toThrow(ExpressionProblem);
});

test("a condition without a status function also asks for success", () => {
  expect(holds("needs.a.result == 'failure'", { contexts, status: status("failure") })).toBe(false);
  expect(holds("always() && needs.a.result == 'failure'", { contexts, status: status("failure") })).toBe(true);
  expect(holds("${{ !cancelled() }}", { contexts, status: status("cancelled") })).toBe(false);
  expect(holds(undefined, { contexts, status: status("success") })).toBe(true);
  expect(holds("'success()' == 'x'", { contexts, status: status("success") })).toBe(false);
});

test("a condition of text and an expression, always true on GitHub, is refused", () => {
  expect(() => holds("${{ github.ref }} == 'x'", { contexts, status: status("success") })).toThrow("always true");
});
