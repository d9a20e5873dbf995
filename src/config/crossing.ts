/**
 * What a config evaluates to must be plain data: it leaves the thread that evaluated it, and it has to mean the same in
 * JSON and YAML.
 */
import { nameOf } from "./path-name.ts";
import type { Problem } from "./problem.ts";

export interface Crossed {
  /** The value again, made of plain objects, lists and scalars only. */
  value: unknown;
  /** What could not come along, with its path. */
  problems: Problem[];
}

export function cross(value: unknown): Crossed {
  const problems: Problem[] = [];
  const copy = crossAt(value, [], [], problems);
  return { value: copy, problems };
}

function crossAt(value: unknown, path: readonly PropertyKey[], above: readonly object[], problems: Problem[]): unknown {
  const refuse = (message: string, hint: string): undefined => {
    problems.push({ path, message: `${nameOf(path)} ${message}.`, hint });
    return undefined;
  };
  if (typeof value === "function")
    return refuse(
      "is a function",
      isNamed(value)
        ? `Write what \`${value.name}\` returns: call it.`
        : "A config holds data only: write the object itself.",
    );
  if (typeof value === "symbol") return refuse("is a symbol", "Write a text.");
  if (typeof value === "bigint") return refuse("is a bigint", "Write a number.");
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value))
    return refuse("refers back to an object that holds it", "A config is a tree: write the parts out.");
  const inside = [...above, value];
  if (Array.isArray(value))
    return Array.from(value, (element, index) => crossAt(element, [...path, index], inside, problems));
  if (value instanceof Promise) return refuse("is a promise", "Write `await` before it.");
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    return refuse(
      `is an instance of the class ${className(value)}`,
      "A config holds plain objects, lists, texts, numbers and booleans only.",
    );
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, crossAt(member, [...path, key], inside, problems)]),
  );
}

/** A function without a name of its own that a module exports gets one: JavaScript's `default`, the loader's `_default`. */
const isNamed = (value: { name: string }): boolean => !["", "default", "_default"].includes(value.name);

function className(value: object): string {
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "" ? `\`${name}\`` : "without a name";
}
