/** Texts in, findings out: reads the documents of a repository and runs the rules on them. */
import { openDocument } from "../workflow/document/open.ts";
import type { Document } from "../workflow/document/document.ts";
import { readSource } from "../workflow/document/source-file.ts";
import { isActive, lintDocument, lintRepository } from "./engine.ts";
import type { Finding } from "./finding.ts";
import type { RuleInfo } from "./report.ts";
import type { RepositoryFiles } from "./repository.ts";
import type { Rule } from "./rule.ts";
import type { LintSettings } from "./settings.ts";

export interface SourceText {
  /** From the repository's root, with `/`. */
  path: string;
  text: string;
}

/**
 * What kind of document a file is. A path tells, but for a file that somebody names and that lies elsewhere: one with
 * `runs` and without `jobs` is an action.
 */
export async function readDocument({ path, text }: SourceText): Promise<Document> {
  const source = await readSource(path, text);
  const document = openDocument(source);
  if (document.kind === "action" || isWorkflowPath(path)) return document;
  const keys = new Set(document.root?.pairs.map(({ key }) => key.value));
  return keys.has("runs") && !keys.has("jobs") && !keys.has("on") ? openDocument(source, "action") : document;
}

export const isWorkflowPath = (path: string): boolean => /(?:^|\/)\.github\/workflows\/[^/]+\.ya?ml$/.test(path);
export const isActionPath = (path: string): boolean => /(?:^|\/)action\.ya?ml$/.test(path);

/** What the rules on single files find, file by file. */
export const lintEach = (documents: readonly Document[], rules: readonly Rule[], settings: LintSettings): Finding[][] => documents.map((document) => lintDocument(document, rules, settings));

/** What the rules on the repository find. */
export function lintTogether(documents: readonly Document[], files: RepositoryFiles, complete: boolean, rules: readonly Rule[], settings: LintSettings): Finding[] {
  return lintRepository({ documents, files, complete }, rules, settings);
}

export const infoOf = (rules: readonly Rule[], settings: LintSettings): RuleInfo[] => rules.map((rule) => ({ id: rule.id, family: rule.family, active: isActive(rule, settings) }));
