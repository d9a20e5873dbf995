/** Globs over paths and labels. */

const known = new Map<string, RegExp>();

/**
 * Whether a path fits a glob: `*` stands for anything within a name, `**` also for folders, `?` for one character,
 * `{a,b}` for either. A glob without `/` fits a file's name in any folder; one that names a folder fits all below it.
 */
export function fits(path: string, glob: string): boolean {
  let expression = known.get(glob);
  if (!expression) {
    expression = expressionOf(glob.replace(/^\.\//, ""));
    known.set(glob, expression);
  }
  return expression.test(path);
}

function expressionOf(glob: string): RegExp {
  const folder = glob.replace(/\/+$/, "");
  const source = folder.replace(/\*\*\/?|\*|\?|\{[^{}]*\}|[^*?{]+|\{/g, (part) => {
    if (part.startsWith("**")) return part.endsWith("/") ? "(?:.*/)?" : ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.startsWith("{") && part.endsWith("}"))
      return `(?:${part.slice(1, -1).split(",").map(literally).join("|")})`;
    return literally(part);
  });
  return new RegExp(`^${folder.includes("/") ? "" : "(?:.*/)?"}${source}(?:/.*)?$`);
}

const literally = (text: string): string => text.replace(/[\\^$.|+()[\]{}*?]/g, "\\$&");
