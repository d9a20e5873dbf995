/** Two real repositories: what a reader expected is found, and whatever else is found has an explanation. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { lintDocument, lintRepository } from "../../src/lint/engine.ts";
import type { Finding } from "../../src/lint/finding.ts";
import { RULES } from "../../src/lint/rules/index.ts";
import { DEFAULT_SETTINGS, type LintSettings } from "../../src/lint/settings.ts";
import { filesIn, repositoryOf } from "../support/lint.ts";
import { missingFiles, realFiles } from "../support/real-files.ts";
import { EXPECTED, type Expectation, FURTHER } from "./real-pipelines.ts";

const FOLDER = fileURLToPath(realFiles("corpus/repos"));
const STRICT: LintSettings = { ...DEFAULT_SETTINGS, preset: "strict" };

const fits = ({ file, start, rule }: Finding, expected: Expectation): boolean =>
  rule === expected.rule && file === `.github/workflows/${expected.file}` && expected.lines.includes(start.line);
const said = ({ file, lines, rule }: Expectation): string => `${file}:${lines.join(",")} ${rule}`;

const absent = missingFiles("corpus/repos");

describe.each(Object.keys(EXPECTED))("%s", (name) => {
  const root = join(FOLDER, name);
  const [expected, further] = [EXPECTED[name] ?? [], FURTHER[name] ?? []];

  it.skipIf(absent)("has every fault that the reader expected", async () => {
    const findings = await findingsOf(root);
    expect(expected.filter((one) => !findings.some((finding) => fits(finding, one))).map(said)).toEqual([]);
  });

  it.skipIf(absent)("has no other finding without an explanation, and no explanation without a finding", async () => {
    const findings = await findingsOf(root);
    expect(
      findings
        .filter((finding) => ![...expected, ...further].some((one) => fits(finding, one)))
        .map(({ file, start, rule, message }) => `${file}:${start.line} ${rule} ${message}`),
    ).toEqual([]);
    expect(further.filter((one) => !findings.some((finding) => fits(finding, one))).map(said)).toEqual([]);
    for (const { because } of further) expect(because.length).toBeGreaterThan(20);
  });
});

const rules = RULES.filter(({ family }) => family === "pipeline");

async function findingsOf(root: string): Promise<Finding[]> {
  const texts = textsIn(root);
  const repository = { ...(await repositoryOf(texts)), files: filesIn(texts) };
  return [
    ...repository.documents.flatMap((document) => lintDocument(document, rules, STRICT)),
    ...lintRepository(repository, rules, STRICT),
  ];
}

/** The corpus holds little but the files of `.github`. */
function textsIn(root: string): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const entry of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    const path = join(root, entry);
    if (statSync(path).isFile()) texts[entry] = readFileSync(path, "utf8");
  }
  return texts;
}
