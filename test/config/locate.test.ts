import fc from "fast-check";
import { expect, test } from "vitest";
import { readCode } from "../../src/config/locate-code.ts";
import { readData } from "../../src/config/read-data.ts";
import { runs } from "../support/property-runs.ts";

const CODE = `import { defineConfig, image } from "pipewright";
import { other } from "./other.ts";
const self = { ...self, builds: self };
const a = b, b = a;
const list = [...list, ...[1, 2], other];
function make(x: string) { if (x) return { x, ...make(x) }; return other; }
export default defineConfig({
  project: a, ...self, ...make("x"), list, builds: { app: image({ ...other, args: { A: list[0] } }), ["q" + 1]: image() },
  consumers: { get unit() { return 1; }, e2e() {}, [a]: { needs: [...list, "app"] }, none: undefined! as never },
});
`;

const path = fc.array(
  fc.oneof(
    fc.constantFrom(
      "project",
      "builds",
      "consumers",
      "app",
      "args",
      "A",
      "list",
      "x",
      "unit",
      "e2e",
      "needs",
      "none",
      "kind",
      "toString",
      "__proto__",
    ),
    fc.nat(4),
  ),
  { maxLength: 6 },
);
const at = fc.constantFrom("key" as const, "value" as const);

test("every path gets a place inside the file, constants that refer to themselves included", () => {
  const document = readCode("ci.config.ts", CODE);
  const lines = CODE.split("\n");
  fc.assert(
    fc.property(path, at, (path, at) => {
      const { file, line, column } = document.locate({ path, message: "", at });
      expect(file).toBe("ci.config.ts");
      expect(line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1).toBe(
        true,
      );
    }),
    { numRuns: runs(2000) },
  );
});

test("every path gets a place in YAML", () => {
  const text = "project: &p {a: [1, 2]}\nbuilds:\n  app: *p\n  list:\n    - x\n    -\nconsumers:\n";
  const document = readData({ name: "ci.config.yaml", absolute: "", language: "yaml", text });
  fc.assert(
    fc.property(path, at, (path, at) => {
      const { line, column } = document.locate({ path, message: "", at });
      expect(line >= 1 && column >= 1 && line <= 8).toBe(true);
    }),
  );
});
