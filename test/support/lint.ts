/** Lints texts as a repository would be. */
import { lintDocument, lintRepository, inOrder } from "../../src/lint/engine.ts";
import { readBaseline } from "../../src/lint/baseline.ts";
import type { Finding } from "../../src/lint/finding.ts";
import { judge } from "../../src/lint/judge.ts";
import { infoOf } from "../../src/lint/pass.ts";
import type { Repository, RepositoryFiles } from "../../src/lint/repository.ts";
import { EXAMPLE_PATH, type Example, type Rule } from "../../src/lint/rule.ts";
import { RULES } from "../../src/lint/rules/index.ts";
import { DEFAULT_SETTINGS, type LintSettings } from "../../src/lint/settings.ts";
import { openDocument } from "../../src/workflow/document/open.ts";
import { readSource } from "../../src/workflow/document/source-file.ts";

export const ruleNamed = (id: string): Rule => {
  const rule = RULES.find((candidate) => candidate.id === id);
  if (!rule) throw new Error(`There is no rule ${id}.`);
  return rule;
};

export const filesOf = (example: Example): Readonly<Record<string, string>> =>
  typeof example === "string" ? { [EXAMPLE_PATH]: example } : example;

const isLinted = (path: string): boolean =>
  /\.github\/workflows\/[^/]+\.ya?ml$/.test(path) || /(?:^|\/)action\.ya?ml$/.test(path);

export async function repositoryOf(example: Example): Promise<Repository> {
  const texts = filesOf(example);
  const documents = await Promise.all(
    Object.entries(texts)
      .filter(([path]) => isLinted(path))
      .map(async ([path, text]) => openDocument(await readSource(path, text))),
  );
  return { documents, files: filesIn(texts), complete: true };
}

export function filesIn(texts: Readonly<Record<string, string>>): RepositoryFiles {
  return {
    read: (path) => texts[path],
    exists: (path) => path in texts || Object.keys(texts).some((other) => other.startsWith(`${path}/`)),
    list: (folder) => [
      ...new Set(
        Object.keys(texts)
          .filter((path) => folder === "" || path.startsWith(`${folder}/`))
          .map(
            (path) =>
              (folder === "" ? "" : `${folder}/`) +
              (path.slice(folder === "" ? 0 : folder.length + 1).split("/")[0] ?? ""),
          ),
      ),
    ],
  };
}

/** All findings of these rules, under `strict` unless the settings say otherwise. */
export async function findingsIn(
  example: Example,
  rules: readonly Rule[] = RULES,
  settings: Partial<LintSettings> = {},
): Promise<Finding[]> {
  const repository = await repositoryOf(example);
  const all: LintSettings = { ...DEFAULT_SETTINGS, preset: "strict", ...settings };
  // What judges the run needs the other rules' findings.
  const ran = rules.some(({ onTheRun }) => onTheRun) ? RULES : rules;
  const found = [
    ...repository.documents.flatMap((document) => lintDocument(document, ran, all)),
    ...lintRepository(repository, ran, all),
  ];
  if (ran === rules) return inOrder(found);
  const baseline = filesOf(example)["pipewright.baseline.json"];
  const entries = baseline === undefined ? [] : readBaseline(baseline);
  const { findings } = judge({
    found,
    texts: new Map(repository.documents.map(({ file }) => [file.path, file.text])),
    linted: new Set(repository.documents.map(({ file }) => file.path)),
    rules: infoOf(ran, all),
    settings: all,
    maxWarnings: 0,
    baseline:
      baseline === undefined || typeof entries === "string"
        ? undefined
        : { path: "pipewright.baseline.json", text: baseline, entries },
  });
  return findings.filter(({ rule }) => rules.some(({ id }) => id === rule));
}

/** `line:column rule message`, for reading in a test. */
export const inShort = (findings: readonly Finding[]): string[] =>
  findings.map(({ start, rule, message }) => `${start.line}:${start.column} ${rule} ${message}`);

/** `file:line rule`, for what spans files. */
export const placesOf = (findings: readonly Finding[]): string[] =>
  findings.map(({ file, start, rule }) => `${file}:${start.line} ${rule}`);
