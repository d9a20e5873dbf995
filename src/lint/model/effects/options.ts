/** Options and operands of a command line whose words may hold symbols. */
import { join, literal, textOf, type Template, type Value } from "../value.ts";

export interface Line {
  /** Every value of every option, by its name without dashes; a switch has no values. */
  options: Map<string, Value[]>;
  operands: Value[];
  /** A word that may be an option or several. */
  open: boolean;
}

/** `valued`: options that take the next word, by name without dashes; others are switches. Ends at the first operand with `stop`. */
export function lineOf(words: readonly Value[], valued: ReadonlySet<string>, stop = false): Line {
  const line: Line = { options: new Map(), operands: [], open: false };
  const add = (name: string, value?: Value): void =>
    void line.options.set(name, [...(line.options.get(name) ?? []), ...(value ? [value] : [])]);
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? literal("");
    const first = word[0]?.[0]?.kind === "text" ? word[0][0].text : "";
    if (stop && line.operands.length > 0) {
      line.operands.push(word);
      continue;
    }
    if (!first.startsWith("-") || first === "-") {
      const [part] = word[0] ?? [];
      // Only a lone variable can be several words or an option.
      if (word.length > 1 || part?.kind === "hole" || (part?.kind === "symbol" && part.name.startsWith("$")))
        line.open ||= line.operands.length === 0;
      if (textOf(word) !== "") line.operands.push(word);
      continue;
    }
    if (first === "--") continue;
    const equals = first.indexOf("=");
    if (first.startsWith("--") && equals !== -1) {
      add(
        first.slice(2, equals),
        word.map((template): Template =>
          template[0]?.kind === "text"
            ? join([[{ kind: "text", text: template[0].text.slice(equals + 1) }], template.slice(1)])
            : template,
        ),
      );
      continue;
    }
    const name = first.replace(/^--?/, "");
    if (valued.has(name)) {
      const next = words[++index];
      add(name, next ?? literal(""));
    } else if (!first.startsWith("--") && name.length > 1 && valued.has(name[0] ?? ""))
      add(
        name[0] ?? "",
        word.map((template): Template =>
          template[0]?.kind === "text"
            ? join([[{ kind: "text", text: template[0].text.slice(2).replace(/^=/, "") }], template.slice(1)])
            : template,
        ),
      );
    else if (!first.startsWith("--") && name.length > 1 && valued.has(name.at(-1) ?? "") && /^[a-zA-Z]+$/.test(name)) {
      // `-it` and its like, the last of which takes a value: `-df Dockerfile`.
      add(name.at(-1) ?? "", words[++index] ?? literal(""));
    } else add(name);
  }
  return line;
}

export const valuesOf = ({ options }: Line, ...names: string[]): Value[] =>
  names.flatMap((name) => options.get(name) ?? []);
export const lastOf = (line: Line, ...names: string[]): Value | undefined => valuesOf(line, ...names).at(-1);
export const has = ({ options }: Line, ...names: string[]): boolean => names.some((name) => options.has(name));
/** A switch that may be turned off: `--push=false`. */
export const isOn = (line: Line, name: string): boolean =>
  has(line, name) && !valuesOf(line, name).some((value) => textOf(value) === "false");
