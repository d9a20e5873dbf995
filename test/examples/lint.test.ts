/** What Pipewright emits, and what is written by hand here, has nothing to be said of it: not even as advice, under every rule. */
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { pipewright } from "../cli/pipewright.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const EXAMPLES = (await readdir(join(ROOT, "examples"), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map((entry) => join("examples", entry.name));

test.each([...EXAMPLES, "."])("%s lints clean under strict", async (folder) => {
  const { code, stdout, stderr } = await pipewright(ROOT, [
    "lint",
    "--cwd",
    folder,
    "--preset",
    "strict",
    "--no-cache",
  ]);
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^Nothing to report in \d+ files(?: \(\d+ suppressed\))?\.\n$/),
    stderr: "",
  });
});
