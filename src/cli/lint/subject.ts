/** What one run looks at: the files that are linted, and those that are read for what they say about them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { userError } from "../../config/user-error.ts";
import type { Group, SourceText } from "../../lint/pass.ts";
import { filesOfRepository, namedFiles } from "./discover.ts";

export interface Subject {
  sources: SourceText[];
  linted: string[];
  groups: Group[];
}

export interface Named {
  /** Paths, folders and globs; none for the whole repository. */
  names: readonly string[];
  /** What they are relative to. */
  cwd: string;
  stdin: SourceText | undefined;
}

export function subjectOf(root: string, { names, cwd, stdin }: Named): Subject {
  const known = filesOfRepository(root);
  const everything = names.length === 0 && stdin === undefined;
  if (everything && known.length === 0) {
    throw userError(`There is no workflow in ${join(root, ".github/workflows")} and no action below it.`, {
      hint: "Call it in the repository's root, or name files: `pipewright lint <files>`.",
    });
  }
  const linted = everything
    ? known
    : [...new Set([...namedFiles(names, cwd, root, known), ...(stdin ? [stdin.path] : [])])];
  const sources = new Map(
    known.map((path) => [path, readText(root, path, known.includes(path) && !linted.includes(path))]),
  );
  for (const path of linted)
    if (!sources.has(path) && path !== stdin?.path) sources.set(path, readText(root, path, false));
  const isOfRepository = new Set(known);
  if (stdin) {
    sources.set(stdin.path, stdin.text);
    if (/^\.github\/workflows\/[^/]+\.ya?ml$/.test(stdin.path)) isOfRepository.add(stdin.path);
  }
  const readable = [...sources].flatMap(([path, text]): SourceText[] => (text === undefined ? [] : [{ path, text }]));
  const own = readable.filter(({ path }) => isOfRepository.has(path)).map(({ path }) => path);
  // Files from elsewhere say nothing about each other, but for those that lie in one `.github`.
  const others = new Map<string, string[]>();
  for (const { path } of readable) {
    if (isOfRepository.has(path)) continue;
    const folder = /^(.*?)(?:^|\/)\.github\//.exec(path)?.[1];
    const key = folder === undefined ? `file ${path}` : `folder ${folder}`;
    others.set(key, [...(others.get(key) ?? []), path]);
  }
  const ownGroup = linted.some((path) => isOfRepository.has(path)) ? [{ paths: own, complete: true }] : [];
  return {
    sources: readable,
    linted: linted.sort(),
    groups: [...ownGroup, ...[...others.values()].map((paths) => ({ paths, complete: false }))],
  };
}

/** A file that nobody named and that cannot be read is no reason to stop. */
function readText(root: string, path: string, optional: boolean): string | undefined {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch (error) {
    if (optional) return undefined;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw userError(`${path} cannot be read${code === "" ? "" : ` (${code})`}.`, {
      hint: "Check its permissions, and that it is no broken link.",
    });
  }
}
