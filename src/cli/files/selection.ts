/** `--only`: which files a person means by a path, a file's name with or without its ending, or a glob. */
import { didYouMean } from "../../nearest.ts";
import { userError } from "../../config/user-error.ts";

/** Tells whether a declared path is selected. Throws a `UserError` for a pattern that selects none of `paths`. */
export function selectPaths(patterns: readonly string[], paths: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => true;
  const tests = patterns.map((pattern) => ({ pattern, matches: matcher(pattern) }));
  const useless = tests.find(({ matches }) => !paths.some(matches));
  if (useless)
    throw userError(
      `--only ${useless.pattern} selects no file that the config declares.`,
      hintFor(useless.pattern, paths),
    );
  return (path) => tests.some(({ matches }) => matches(path));
}

function matcher(pattern: string): (path: string) => boolean {
  const expression = globExpression(pattern.replace(/^\.\//, ""));
  return (path) => [path, baseName(path), withoutEnding(baseName(path))].some((name) => expression.test(name));
}

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const withoutEnding = (name: string): string => name.replace(/\.[^.]+$/, "");

/** `*` stands for anything within a name, `**` also for folders, `?` for one character. */
function globExpression(glob: string): RegExp {
  const source = glob.replace(/\*\*\/?|\*|\?|[^*?]+/g, (part) => {
    if (part.startsWith("**")) return part.endsWith("/") ? "(?:.*/)?" : ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    return part.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
  });
  return new RegExp(`^${source}$`);
}

function hintFor(pattern: string, paths: readonly string[]): { hint: string } | undefined {
  const hint = didYouMean(
    pattern,
    paths.map((path) => withoutEnding(baseName(path))),
  );
  return hint === undefined ? undefined : { hint };
}
