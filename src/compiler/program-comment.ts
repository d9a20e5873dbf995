/** What the comment at a program's head says: what it does, and what each variable is for. */

export interface ProgramComment {
  /** The first paragraph, on one line. */
  purpose: string;
  /** What is said of a variable; undefined where the comment does not name it. */
  of(variable: string): string | undefined;
}

interface Entry {
  names: readonly string[];
  text: string;
}

/** `# IMAGE, TAG   the image's name, and its tag; DIGEST its digest` begins with the names that it explains. */
const ENTRY = /^((?:[A-Z][A-Z0-9_]*\*?|\.\.\.)(?:[,;] (?:[A-Z][A-Z0-9_]*\*?|\.\.\.))*)(?:\s{2,}(.*)|( .*))?$/;
const NAME = /[A-Z][A-Z0-9_]*\*?/g;

export function readProgramComment(program: string): ProgramComment {
  const lines = program.split("\n");
  const end = lines.findIndex((line) => !/^(#|\/\/)/.test(line));
  const comment = lines.slice(0, end === -1 ? lines.length : end).map((line) => line.replace(/^(#|\/\/) ?/, ""));
  const blank = comment.indexOf("");
  const purpose = comment
    .slice(0, blank === -1 ? comment.length : blank)
    .join(" ")
    .trim();
  const entries = blank === -1 ? [] : entriesOf(comment.slice(blank + 1));
  const text = (variable: string): string | undefined => {
    const named = entries.find(({ names }) =>
      names.some((name) => (name.endsWith("*") ? variable.startsWith(name.slice(0, -1)) : name === variable)),
    );
    const found = named ?? entries.find((entry) => new RegExp(`\\b${variable}\\b`).test(entry.text));
    return (
      found &&
      (named && found.text !== "" ? found.text : [found.names.join(", "), found.text].filter(Boolean).join(": "))
    );
  };
  return { purpose, of: text };
}

/** An entry goes on in lines that are indented. */
function entriesOf(lines: readonly string[]): Entry[] {
  const entries: Entry[] = [];
  for (const line of lines) {
    const last = entries.at(-1);
    if (/^\s+\S/.test(line) && last) last.text = `${last.text} ${line.trim()}`;
    const [, names, spaced, behind] = ENTRY.exec(line) ?? [];
    if (names !== undefined) entries.push({ names: names.match(NAME) ?? [], text: (spaced ?? behind ?? "").trim() });
  }
  return entries;
}
