import { expect, it } from "vitest";
import { withUnixLines } from "../../src/config/line-ends.ts";
import { compile } from "../../src/compiler/compile.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";

it("gives every text the line ends that shells read, and leaves a value without others as it is", () => {
  const plain = { a: ["x\n", { b: 1, c: null }] };
  expect(withUnixLines(plain)).toBe(plain);
  expect(withUnixLines({ a: ["x\r\ny\r\n", { b: 1 }], c: "z" })).toEqual({ a: ["x\ny\n", { b: 1 }], c: "z" });
});

it("no command that was written on Windows reaches a shell with a carriage return", () => {
  const { pipeline, problems } = planOf(
    smallConfig({ consumers: { smoke: { needs: "app", run: ["echo a\r\necho b\r\n", "echo c\r\n"] } } }),
  );
  expect(problems).toEqual([]);
  for (const { path, body } of compile(pipeline).filter((file) => file.path.includes("/workflows/")))
    expect(body, path).not.toMatch(/\r|\\r\\n/);
});
