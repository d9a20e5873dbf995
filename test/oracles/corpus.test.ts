/** The workflows of popular repositories: every finding that says "error" has been read, so another one is a change to read. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { lint } from "../../src/index.ts";
import { missingFiles, realFiles } from "../support/real-files.ts";

const FOLDER = "corpus/workflows";

/** Errors under `recommended`, each file by itself: files of one folder, but of hundreds of repositories. */
const READ: Readonly<Record<string, number>> = {
  "comparison-type": 1,
  "constant-condition": 2,
  "deprecated-command": 7,
  "exclusive-keys": 2,
  "matrix-reference": 30,
  "object-as-string": 11,
  "retired-action-version": 734,
  "retired-runner": 313,
  "script-injection": 1,
  "step-reference": 16,
  "unknown-property": 4,
  "untrusted-checkout": 1,
  "untrusted-env-write": 4,
  "vulnerable-action": 3,
  "yaml-type": 1,
};

it.skipIf(missingFiles(FOLDER))(
  "lint with the errors that somebody has read, and no others",
  { timeout: 600_000 },
  async () => {
    const counts: Record<string, number> = {};
    for (const name of readdirSync(realFiles(FOLDER))) {
      const text = readFileSync(new URL(name, realFiles(FOLDER)), "utf8");
      const findings = await lint({
        files: { [`.github/workflows/${name}`]: text },
        complete: false,
        settings: { preset: "recommended", minLevel: "error" },
      });
      for (const { rule } of findings) counts[rule] = (counts[rule] ?? 0) + 1;
    }
    expect(counts).toEqual(READ);
  },
);
