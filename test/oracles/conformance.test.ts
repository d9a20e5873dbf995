/** The examples of another linter's documentation: where it reports something, so must we. */
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import type { Finding } from "../../src/lint/finding.ts";
import { findingsIn } from "../support/lint.ts";
import { missingFiles, realFiles } from "../support/real-files.ts";

const FOLDER = realFiles("conformance/actionlint-examples");

/** They come from programs that are called on scripts, which are not ours to judge. */
const OTHER_PROGRAMS = new Set(["shellcheck", "pyflakes"]);

interface Expected {
  /** From 1; 0 stands for the file as a whole. */
  line: number;
  kind: string;
}

it.skipIf(missingFiles("conformance/actionlint-examples"))(
  "finds what actionlint finds, on the same lines",
  async () => {
    const expected = JSON.parse(await readFile(new URL("expected.json", FOLDER), "utf8")) as Record<string, Expected[]>;
    const missing: string[] = [];
    let total = 0;
    for (const [name, places] of Object.entries(expected)) {
      const findings = await findingsOf(name);
      for (const { line, kind } of places) {
        if (OTHER_PROGRAMS.has(kind)) continue;
        total++;
        if (!findings.some(({ start, end }) => line === 0 || (start.line <= line && line <= end.line)))
          missing.push(`${name}:${line} ${kind}`);
      }
    }
    if (missing.length > 0) console.warn(`Not found, of ${total}:\n${missing.join("\n")}`);
    expect(missing.length).toBeLessThanOrEqual(0.05 * total);
  },
);

async function findingsOf(name: string): Promise<Finding[]> {
  const findings = await findingsIn({ [`.github/workflows/${name}`]: await readFile(new URL(name, FOLDER), "utf8") });
  return findings.filter(({ family }) => family === "language" || family === "security");
}
