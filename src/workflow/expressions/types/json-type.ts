/** The type of a JSON value that is written in the file. */
import { ANY, arrayOf, eitherOf, NULL, objectOf, type Type } from "./type.ts";

export type JsonRead = { type: Type } | { problem: string };

export function typeOfJson(text: string): JsonRead {
  try {
    return { type: typeOf(JSON.parse(text), 0) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

const MAX_DEPTH = 20;

function typeOf(value: unknown, depth: number): Type {
  if (value === null) return NULL;
  if (depth > MAX_DEPTH) return ANY;
  if (typeof value === "string") return { kind: "string", values: [value] };
  if (typeof value === "number") return { kind: "number", values: [value] };
  if (typeof value === "boolean") return { kind: "bool", value };
  if (Array.isArray(value)) return arrayOf(eitherOf(value.map((item) => typeOf(item, depth + 1))));
  return objectOf(Object.entries(value as object).map(([name, inner]) => [name, typeOf(inner, depth + 1)] as const));
}
