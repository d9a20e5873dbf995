/**
 * Makes one self-contained text of a runner program and the shared pieces that it names.
 *
 * A privileged job must not run a script from a checkout, so a workflow file carries its programs in itself. The files
 * under `templates/` stay real programs, which run and are tested where they stand; here their `source` and `import`
 * lines are replaced with what they stand for, each piece once.
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
  const expand = (program: string, folder: string): string[] =>
    withoutPreamble(program).flatMap((line) => {
      const reference = (SOURCE_LINE.exec(line) ?? IMPORT_LINE.exec(line))?.[1];
      if (reference === undefined) return [line.replace(/^export (?=(async )?function|const|class)/, "")];
      const name = folder + reference;
      if (seen.has(name)) return [];
      seen.add(name);
      const library = libraries[name];
      if (library === undefined) throw new Error(`No such piece of a program: ${name}`);
      return expand(library.trim(), name.replace(/[^/]+$/, ""));
    });
  return `${expand(text.trim(), "").join("\n").replace(/\n{3,}/g, "\n\n").trim()}\n`;
}

/** What only matters to the file where it stands: the interpreter, and directives that tell shellcheck where to look. */
const withoutPreamble = (text: string): string[] =>
  text.split("\n").filter((line) => !/^#!|^# shellcheck (shell=bash|source=\S+|source-path=\S+)$/.test(line));
