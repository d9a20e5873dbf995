/**
 * What a Dockerfile takes from its build context, compared with the inputs that the config declares. An input that is
 * missing there would let a changed file pass as unchanged, and an old image as new.
 */

export interface ContextSource {
  /** The path as the Dockerfile writes it. */
  source: string;
  /** Counts from 1. */
  line: number;
}

/** The sources of COPY and ADD that come from the context. Those that hold a variable cannot be known and are left out. */
export function contextSources(dockerfile: string): ContextSource[] {
  return instructions(dockerfile).flatMap(({ text, line }) => {
    const match = /^(?:COPY|ADD)\s+(.*)$/is.exec(text);
    if (!match) return [];
    const words = argumentsOf(match[1] ?? "");
    const flags = words.filter((word) => word.startsWith("--"));
    if (flags.some((flag) => /^--from=/i.test(flag))) return [];
    const sources = words.filter((word) => !word.startsWith("--")).slice(0, -1);
    return sources.filter((source) => !/^<<|\$|^[a-z]+:\/\/|^git@/i.test(source)).map((source) => ({ source, line }));
  });
}

/** The shell form splits at spaces, the exec form is JSON. */
function argumentsOf(text: string): string[] {
  const flags = /^(?:--\S+\s+)*/.exec(text)?.[0] ?? "";
  const rest = text.slice(flags.length).trim();
  if (rest.startsWith("[")) {
    try {
      const words: unknown = JSON.parse(rest);
      if (Array.isArray(words))
        return [...flags.split(/\s+/).filter(Boolean), ...words.filter((word) => typeof word === "string")];
    } catch {
      // Docker reads what is no JSON in the shell form as well.
    }
  }
  return text.split(/\s+/).filter(Boolean);
}

/** Instructions with their continuation lines joined; comments and the bodies of heredocs left out. */
function instructions(dockerfile: string): { text: string; line: number }[] {
  const found: { text: string; line: number }[] = [];
  let current: { text: string; line: number } | undefined;
  let heredocs: string[] = [];
  for (const [index, raw] of dockerfile.split(/\r?\n/).entries()) {
    const [ending] = heredocs;
    if (ending !== undefined) {
      if (raw.trim() === ending) heredocs = heredocs.slice(1);
      continue;
    }
    if (/^\s*#/.test(raw) || raw.trim() === "") continue;
    const continues = /\\\s*$/.test(raw);
    const text = raw.replace(/\\\s*$/, " ").trim();
    current = current ? { text: `${current.text} ${text}`, line: current.line } : { text, line: index + 1 };
    if (continues) continue;
    found.push(current);
    heredocs = [...current.text.matchAll(/<<-?\s*(["']?)([A-Za-z_]\w*)\1/g)].map((match) => match[2] ?? "");
    current = undefined;
  }
  if (current) found.push(current);
  return found;
}

/** Whether one of the inputs holds everything that the source names. `context` is relative to the repository's root. */
export function isCovered(source: string, context: string, inputs: readonly string[]): boolean {
  const path = normalise(`${context}/${source}`);
  const globs = inputs.map(normalise);
  if (
    globs.some(
      (glob) =>
        glob === "**" ||
        glob === "**/*" ||
        glob === path ||
        glob === `${path}/**` ||
        glob === `${path}/**/*` ||
        glob === "",
    )
  )
    return true;
  if (path === "") return false;
  return globs.some((glob) => matches(glob, path) || isInside(path, glob));
}

/** `src/**` holds `src/api`, and everything in it; `*` of the source stands for itself. */
function isInside(path: string, glob: string): boolean {
  const folder = glob.replace(/\/\*\*(\/\*)?$/, "");
  const isFolder = folder !== glob || !/[*?]/.test(glob);
  return isFolder && path.startsWith(`${folder}/`);
}

function matches(glob: string, path: string): boolean {
  const expression = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("**/", "\u0000")
    .replaceAll("**", "\u0001")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]")
    .replaceAll("\u0000", "(?:.*/)?")
    .replaceAll("\u0001", ".*");
  return new RegExp(`^${expression}$`).test(path);
}

const normalise = (path: string): string =>
  path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
