/** Archives, read back by unzip. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32, writeZip } from "../../templates/lib/write-zip.mjs";
import { missing } from "../support/tools.ts";

it("crc32 gives the check value of the algorithm", () => {
  expect(crc32(Buffer.from("123456789"))).toBe(0xcbf43926);
});

it("the same files give the same archive", () => {
  const files = [{ name: "a/b.txt", bytes: Buffer.from("x") }];
  expect(writeZip(files)).toEqual(writeZip(files));
});

describe.skipIf(missing("unzip"))("an archive", () => {
  it("holds any bytes under the names that they were given", () => {
    const folder = mkdtempSync(join(tmpdir(), "pipewright-zip-"));
    const file = join(folder, "a.zip");
    try {
      fc.assert(
        fc.property(
          fc.dictionary(
            fc.stringMatching(/^[a-z0-9]{1,8}(\/[a-zA-Z0-9._+-]{0,7}[a-z0-9]){0,3}$/),
            fc.uint8Array({ maxLength: 500 }),
            { minKeys: 1, maxKeys: 6 },
          ),
          (contents) => {
            const files = Object.entries(contents).map(([name, bytes]) => ({ name, bytes: Buffer.from(bytes) }));
            writeFileSync(file, writeZip(files));
            expect(execFileSync("unzip", ["-tqq", file], { encoding: "utf8" })).toBe("");
            for (const { name, bytes } of files) expect(execFileSync("unzip", ["-p", file, name])).toEqual(bytes);
          },
        ),
        { numRuns: 30 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
