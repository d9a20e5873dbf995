/** What stands in texts of a config that no file can hold, or no shell reads as it was meant. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";

/** YAML 1.2.2, 5.1: characters that may stand in a file. A lone half of a surrogate pair is no character at all. */
const NO_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]|[\ud800-\udfff]/u;
/** A carriage return that ends no line: a shell takes it for part of a word. */
const STRAY_RETURN = /\r(?!\n)/;

export function textProblems(config: Config): Problem[] {
  const problems: Problem[] = [];
  const visit = (value: unknown, path: PropertyKey[]): void => {
    if (typeof value === "string") {
      const found = NO_CHARACTER.exec(value) ?? STRAY_RETURN.exec(value);
      if (found) problems.push(problemOf(found[0], path));
    } else if (typeof value === "object" && value !== null)
      for (const [key, inner] of Object.entries(value))
        visit(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  visit(config, []);
  return problems;
}

const problemOf = (character: string, path: PropertyKey[]): Problem => ({
  path,
  message: `This text holds the character U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}, which no workflow can carry to its shell.`,
  hint: "Take it out.",
});
