/** The functions of "Evaluate expressions in workflows and actions". */
import type { Type } from "./type.ts";

export interface FunctionSignature {
  name: string;
  min: number;
  max: number;
  /** What the argument at a place must be; nothing: anything. */
  parameter?(index: number): ParameterKind | undefined;
  /** Only at places that name it: the status functions and `hashFiles`. */
  special?: boolean;
}

/** `text` is whatever turns into a string: no object, no array. */
export type ParameterKind = "text" | "text or array";

/** `@actions/expressions` allows 255 arguments. */
const MANY = 255;

const texts = (): ParameterKind => "text";

const SIGNATURES: readonly FunctionSignature[] = [
  { name: "contains", min: 2, max: 2, parameter: (index) => (index === 0 ? "text or array" : "text") },
  { name: "startsWith", min: 2, max: 2, parameter: texts },
  { name: "endsWith", min: 2, max: 2, parameter: texts },
  { name: "format", min: 1, max: MANY, parameter: texts },
  { name: "join", min: 1, max: 2, parameter: (index) => (index === 0 ? "text or array" : "text") },
  { name: "toJSON", min: 1, max: 1 },
  { name: "fromJSON", min: 1, max: 1, parameter: texts },
  { name: "case", min: 3, max: MANY },
  { name: "hashFiles", min: 1, max: MANY, parameter: texts, special: true },
  { name: "success", min: 0, max: MANY, special: true },
  { name: "failure", min: 0, max: MANY, special: true },
  { name: "always", min: 0, max: 0, special: true },
  { name: "cancelled", min: 0, max: 0, special: true },
];

const byName: ReadonlyMap<string, FunctionSignature> = new Map(
  SIGNATURES.map((signature) => [signature.name.toLowerCase(), signature]),
);

export const functionNamed = (name: string): FunctionSignature | undefined => byName.get(name.toLowerCase());
export const FUNCTION_NAMES: readonly string[] = SIGNATURES.map(({ name }) => name);

export function accepts(kind: ParameterKind, type: Type): boolean {
  if (type.kind === "object") return false;
  return type.kind !== "array" || kind === "text or array";
}

/** The numbers of a format string's placeholders, or what is wrong with the string. `{{` and `}}` stand for braces. */
export function placeholdersOf(text: string): { used: ReadonlySet<number> } | { at: number } {
  const used = new Set<number>();
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === "{") {
      if (text[index + 1] === "{") {
        index++;
        continue;
      }
      const digits = /^\{(\d+)[^}]*\}/.exec(text.slice(index, index + 40));
      if (!digits?.[1]) return { at: index };
      used.add(Number(digits[1]));
      index += digits[0].length - 1;
    } else if (character === "}") {
      if (text[index + 1] !== "}") return { at: index };
      index++;
    }
  }
  return { used };
}
