import { describe, expect, test } from "vitest";
import { folder } from "./folder.ts";
import { mistakes, mistakesIn } from "./mistakes.ts";

describe("a config that takes for ever", () => {
  test("a loop", async () => {
    const cwd = folder({ "ci.config.ts": "while (true) {}\nexport default {};\n" });
    expect(await mistakesIn(cwd, { timeLimit: 1500 })).toEqual([
      expect.stringMatching(/^ci\.config\.ts:1:1 The config did not finish within 1\.5 seconds\. Look for a loop/),
    ]);
  });
  test("a promise that never settles", async () => {
    expect(await mistakes("await new Promise(() => {});\nexport default {};\n")).toEqual([
      expect.stringContaining("awaits something that never settles"),
    ]);
    const cwd = folder({
      "ci.config.ts": "setInterval(() => {}, 1000);\nawait new Promise(() => {});\nexport default {};\n",
    });
    expect(await mistakesIn(cwd, { timeLimit: 1500 })).toEqual([
      expect.stringContaining("did not finish within 1.5 seconds"),
    ]);
  });
  test("memory without end", async () => {
    const cwd = folder({
      "ci.config.ts":
        "const all: unknown[] = [];\nfor (;;) all.push(new Array(1_000_000).fill(0.5));\nexport default all;\n",
    });
    expect(await mistakesIn(cwd, { timeLimit: 25_000 })).toEqual([
      expect.stringContaining("needs more than 512 megabytes of memory"),
    ]);
  });
});
