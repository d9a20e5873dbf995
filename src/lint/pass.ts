/** Texts in, findings out: reads the documents of a repository and runs the rules on them. */
import { openDocument } from "../workflow/document/open.ts";
import type { Document } from "../workflow/document/document.ts";
import { readSource } from "../workflow/document/source-file.ts";
import { isActive, lintDocument, lintRepository } from "./engine.ts";
import type { Finding } from "./finding.ts";
import { isWorkflowPath } from "./paths.ts";
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

/** Files that are judged together. */
export interface Group {
  paths: readonly string[];
  /** Whether these are all workflows and actions of their repository. */
  complete: boolean;
}

export interface Work {
  /** Every file that a group names, and every file whose own rules are to run. */
  sources: readonly SourceText[];
  /** The files whose own rules are to run. */
  each: readonly string[];
  together: readonly Group[];
}

export interface Worked {
  /** In the order of `each`. */
  each: Finding[][];
  /** In the order of `together`. */
  together: Finding[][];
}

/** Runs the rules: those on one file on each of some files, those on the repository on groups of them. */
export async function work({ sources, each, together }: Work, files: (group: Group) => RepositoryFiles, rules: readonly Rule[], settings: LintSettings): Promise<Worked> {
  const documents = new Map<string, Document>();
  for (const source of sources) documents.set(source.path, await readDocument(source));
  const documentsAt = (paths: readonly string[]): Document[] => paths.flatMap((path) => documents.get(path) ?? []);
  return {
    each: documentsAt(each).map((document) => lintDocument(document, rules, settings)),
    together: together.map((group) => lintRepository({ documents: documentsAt(group.paths), files: files(group), complete: group.complete }, rules, settings)),
  };
}

export const infoOf = (rules: readonly Rule[], settings: LintSettings): RuleInfo[] => rules.map((rule) => ({ id: rule.id, family: rule.family, active: isActive(rule, settings) }));
