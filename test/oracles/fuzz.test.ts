/** The same on real files, where they lie beside the project. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { holdsFor, mutate, random } from "../support/fuzz-lint.ts";
import { missingFiles, realFiles } from "../support/real-files.ts";

const CORPUS = realFiles("corpus/workflows");
const MUTATIONS = 20_000;
/** So many files are linted as one repository at a time. */
const AT_ONCE = 4;

it.skipIf(missingFiles("corpus/workflows"))(
  `${MUTATIONS} mutations of real workflows give no exception, no hang and no finding outside of the file`,
  { timeout: 3_600_000 },
  async () => {
    const texts = readdirSync(CORPUS, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => readFileSync(new URL(name, CORPUS), "utf8"));
    const pick = random(7);
    let findings = 0;
    for (let run = 0; run < MUTATIONS / AT_ONCE; run++) {
      const files = Array.from(
        { length: AT_ONCE },
        (_, index) =>
          [`.github/workflows/${index}.yml`, mutate(mutate(texts[pick(texts.length)] ?? "", pick), pick)] as const,
      );
      findings += await holdsFor(Object.fromEntries(files), run % 50 === 0);
    }
    expect(findings).toBeGreaterThan(MUTATIONS);
  },
);
