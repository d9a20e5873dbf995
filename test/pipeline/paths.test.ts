import { posix } from "node:path";
import fc from "fast-check";
import { expect, it, test } from "vitest";
import { leavesRepository, partsOf } from "../../src/pipeline/paths.ts";

it("resolves a path as Node.js does", () => {
  const part = fc.constantFrom("a", "b.c", "..", ".", "", "...");
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const path = parts.join("/");
      fc.pre(path !== "" && !path.startsWith("/"));
      expect(partsOf(path).join("/") || ".").toBe(posix.normalize(path).replace(/(?<=.)\/$/, ""));
    }),
  );
});

test.each([
  ["a/../b", false],
  ["..a", false],
  ["", false],
  ["a/../../b", true],
  ["/a", true],
  ["C:/a", true],
  ["a\\b", true],
])("%s leaves the repository: %s", (path, leaves) => expect(leavesRepository(path)).toBe(leaves));
