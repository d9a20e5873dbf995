/** Texts in, findings out: reads the documents of a repository and runs the rules on them. */
import { openDocument } from "../workflow/document/open.ts";
import type { Document } from "../workflow/document/document.ts";
import { readSource } from "../workflow/document/source-file.ts";
import { isActive, lintDocument, lintRepository } from "./engine.ts";
import type { Finding } from "./finding.ts";
import { isWorkflowPath } from "./paths.ts";
import type { RuleInfo } from "./report.ts";
import type { RepositoryFiles } from "./repository.ts";
import { type Rule, seesRepository } from "./rule.ts";
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

export type Reader = (source: SourceText) => Promise<Document>;

/** How many texts of a file are remembered: what it was, and what is tried. */
const TEXTS_A_FILE = 2;

/** Reads each text once, for a run that comes back to the same files again and again. */
export function rememberingReader(): Reader {
  const known = new Map<string, { text: string; document: Promise<Document> }[]>();
  return (source) => {
    const before = known.get(source.path) ?? [];
    const found = before.find(({ text }) => text === source.text) ?? {
      text: source.text,
      document: readDocument(source),
    };
    known.set(source.path, [found, ...before.filter((each) => each !== found)].slice(0, TEXTS_A_FILE));
    return found.document;
  };
}

/** Files that are judged together. */
export interface Group {
  paths: readonly string[];
  /** Whether these are all workflows and actions of their repository. */
  complete: boolean;
}

/** What is left to do: the rules on one file on some files, those on the repository on groups of files. */
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

/** Does one piece of work after the other; a file that several of them name is read once. */
export function worker(
  rules: readonly Rule[],
  settings: LintSettings,
  read: Reader = readDocument,
): (work: Work, files: (group: Group) => RepositoryFiles) => Promise<Worked> {
  const documents = new Map<string, Document>();
  const documentsAt = (paths: readonly string[]): Document[] => paths.flatMap((path) => documents.get(path) ?? []);
  return async ({ sources, each, together }, files) => {
    for (const source of sources) if (!documents.has(source.path)) documents.set(source.path, await read(source));
    return {
      each: documentsAt(each).map((document) => lintDocument(document, rules, settings)),
      together: together.map((group) =>
        lintRepository(
          { documents: documentsAt(group.paths), files: files(group), complete: group.complete },
          rules,
          settings,
        ),
      ),
    };
  };
}

/** Does all of it. */
export const work = (
  all: Work,
  files: (group: Group) => RepositoryFiles,
  rules: readonly Rule[],
  settings: LintSettings,
  read?: Reader,
): Promise<Worked> => worker(rules, settings, read)(all, files);

/**
 * The same work in pieces that can be done apart: the groups of several files first, since they take longest, then each
 * file, the largest first, with the group that it alone is.
 */
export function piecesOf({ sources, each, together }: Work): Work[] {
  const sourceOf = new Map(sources.map((source) => [source.path, source]));
  const read = (paths: readonly string[]): SourceText[] => paths.flatMap((path) => sourceOf.get(path) ?? []);
  const large = together
    .filter(({ paths }) => paths.length !== 1)
    .map((group): Work => ({ sources: read(group.paths), each: [], together: [group] }));
  const alone = new Map<string, Group[]>();
  for (const group of together) {
    const [path, ...others] = group.paths;
    if (path !== undefined && others.length === 0) alone.set(path, [...(alone.get(path) ?? []), group]);
  }
  const wanted = new Set(each);
  const paths = [...new Set([...each, ...alone.keys()])].sort(
    (a, b) => (sourceOf.get(b)?.text.length ?? 0) - (sourceOf.get(a)?.text.length ?? 0),
  );
  return [
    ...large,
    ...paths.map((path): Work => ({
      sources: read([path]),
      each: wanted.has(path) ? [path] : [],
      together: alone.get(path) ?? [],
    })),
  ];
}

export const infoOf = (rules: readonly Rule[], settings: LintSettings): RuleInfo[] =>
  rules.map((rule) => ({
    id: rule.id,
    family: rule.family,
    active: isActive(rule, settings),
    ...(seesRepository(rule) && { together: true }),
  }));
