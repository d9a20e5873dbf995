/**
 * Makes one self-contained text of a runner program and the shared pieces that it names.
 *
 * A privileged job must not run a script from a checkout, so a workflow file carries its programs in itself. The files
 * under `templates/` stay real programs, which run and are tested where they stand; here their `source` and `import`
 * lines are replaced with what they stand for: each piece once, and of each piece only what is used. People read these
 * workflow files.
 */
export interface ProgramSources {
  /** Texts of the shared pieces by their name, such as `lib/retry.sh`. */
  readonly [name: string]: string;
}

const SOURCE_LINE = /^source "\$\{BASH_SOURCE\[0\]%\/\*\}\/([\w./-]+)"$/;
const IMPORT_LINE = /^import \{[^}]*\} from "\.\/([\w./-]+)";$/;

/** Throws when a piece is not known: that is a mistake of Pipewright's own. */
export function inlineProgram(text: string, libraries: ProgramSources): string {
  const seen = new Set<string>();
  const pieces: Declaration[] = [];
  const withoutReferences = (program: string, folder: string): string[] =>
    withoutPreamble(program).filter((line) => {
      const name = pieceNamedBy(line, folder);
      if (name === undefined) return true;
      if (seen.has(name)) return false;
      seen.add(name);
      const library = libraries[name];
      if (library === undefined) throw new Error(`No such piece of a program: ${name}`);
      pieces.push(...declarations(withoutReferences(library.trim(), name.replace(/[^/]+$/, ""))));
      return false;
    });
  const program = withoutReferences(text.trim(), "");
  if (pieces.length === 0) return `${program.join("\n").trim()}\n`;
  const [head, body] = splitHead(program);
  const used = usedBy(body.join("\n"), pieces);
  const library = used.map((piece) => piece.text.join("\n")).join("\n\n");
  return `${[head.join("\n").trim(), library, body.join("\n").trim()]
    .filter(Boolean)
    .join("\n\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()}\n`;
}

/** The comment that says what the program does stays on top, and a module's own imports with it. */
function splitHead(lines: readonly string[]): [string[], string[]] {
  const end = lines.findIndex((line) => !/^(#|\/\/|import .* from "node:|\s*$)/.test(line));
  return end === -1 ? [[...lines], []] : [lines.slice(0, end), lines.slice(end)];
}

/** Pieces are named from the folder of the file that names them. */
function pieceNamedBy(line: string, folder: string): string | undefined {
  const reference = (SOURCE_LINE.exec(line) ?? IMPORT_LINE.exec(line))?.[1];
  return reference === undefined ? undefined : folder + reference;
}

/** What only matters to the file where it stands: the interpreter, and directives that tell shellcheck where to look. */
const withoutPreamble = (text: string): string[] =>
  text.split("\n").filter((line) => !/^#!|^# shellcheck (shell=bash|source=\S+|source-path=\S+)$/.test(line));

/** A function or constant with the comment above it; or, without a name, what must stay in any case. */
interface Declaration {
  name: string | undefined;
  text: string[];
}

const DECLARATION = /^(?:export )?(?:(?:async )?function\*? |const |class )?(\w+)(?:\(\) \{|\(|\b.*=)/;
const STARTS = /^(?:export |async |function|const |class |\w+\(\) \{)/;

/** Cuts a piece at its top level, where every declaration begins in the first column and ends there. */
function declarations(lines: readonly string[]): Declaration[] {
  const found: Declaration[] = [];
  let comment: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (line.trim() === "") {
      // A comment that stands alone describes the whole piece, which is no longer whole.
      comment = [];
    } else if (/^(#|\/\/|\/\*| \*)/.test(line)) {
      comment.push(line);
    } else {
      const start = index;
      if (STARTS.test(line) && !/[};]$/.test(line))
        while (index + 1 < lines.length && !/^[})\]]/.test(lines[++index] ?? "")) continue;
      const text = [...comment, ...lines.slice(start, index + 1)].map((one) =>
        one.replace(/^export (?=(async )?function|const|class)/, ""),
      );
      found.push({ name: STARTS.test(line) ? DECLARATION.exec(line)?.[1] : undefined, text });
      comment = [];
    }
  }
  return found;
}

/** The declarations that the program reaches, in their order. */
function usedBy(program: string, pieces: readonly Declaration[]): Declaration[] {
  const names = new Map(pieces.flatMap((piece) => (piece.name === undefined ? [] : [[piece.name, piece] as const])));
  const used = new Set<Declaration>();
  const visit = (text: string): void => {
    for (const word of new Set(text.match(/\w+/g))) {
      const piece = names.get(word);
      if (!piece || used.has(piece)) continue;
      used.add(piece);
      visit(codeOf(piece));
    }
  };
  for (const piece of pieces) {
    if (piece.name !== undefined) continue;
    used.add(piece);
    visit(codeOf(piece));
  }
  visit(program);
  return pieces.filter((piece) => used.has(piece));
}

const codeOf = (piece: Declaration): string =>
  piece.text.filter((line) => !/^\s*(#|\/\/|\*|\/\*)/.test(line)).join("\n");
