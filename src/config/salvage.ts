/**
 * What is left of a config when its mistakes of shape are taken out. It is never compiled: it only lets the checks of the
 * plan find what else is wrong, so that everything is said at once.
 */
import type * as z from "zod";
import type { Config, configSchema } from "./schema.ts";

export interface Salvaged {
  config: Config;
  /** What was taken out. A later problem below one of these only follows from it. */
  removed: PropertyKey[][];
}

/** Parts whose absence leaves the rest of the config meaning what it meant. */
const WITHOUT_CONSEQUENCES = [
  "metrics",
  "retention",
  "files",
  "names",
  "notify",
  "check",
  "lint",
  "flakes",
  "warmUp",
  "retry",
];

/** Parts of which each has a name: one may lose a setting, and stay. */
const NAMED = ["builds", "consumers", "publish", "caches", "bases"];
const ROUNDS = 4;

export function salvage(value: unknown, schema: typeof configSchema): Salvaged | undefined {
  const rest = structuredClone(value);
  const removed: PropertyKey[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const result = schema.safeParse(rest);
    if (result.success) return { config: result.data, removed };
    const paths = result.error.issues.flatMap(pathsOf);
    if (!paths.every(mayGo)) return undefined;
    // From the back, so that the places in a list stay what they are.
    for (const path of paths.sort((one, other) => compare(other, one))) {
      if (path.length === 1 && path[0] === "project") set(rest, path, "project");
      else remove(rest, path);
      removed.push(path);
    }
  }
  return undefined;
}

const pathsOf = (issue: z.core.$ZodIssue): PropertyKey[][] =>
  issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [[...issue.path]];

function mayGo(path: PropertyKey[]): boolean {
  const [first, , third] = path;
  if (first === "pipelines") return path.length > 2 && mayGo(path.slice(2));
  // A consumer without builds is another kind of consumer.
  if (first === "consumers" && third === "needs") return path.length > 3;
  if (NAMED.some((name) => name === first)) return path.length >= 3;
  return first === "project" || WITHOUT_CONSEQUENCES.some((name) => name === first);
}

const compare = (one: PropertyKey[], other: PropertyKey[]): number => {
  const index = one.findIndex((part, position) => part !== other[position]);
  const [left, right] = [one[index], other[index]];
  return typeof left === "number" && typeof right === "number" ? left - right : one.length - other.length;
};

function holderOf(value: unknown, path: PropertyKey[]): Record<PropertyKey, unknown> | unknown[] | undefined {
  let holder = value;
  for (const part of path.slice(0, -1))
    holder = typeof holder === "object" && holder !== null ? Reflect.get(holder, part) : undefined;
  return typeof holder === "object" && holder !== null
    ? (holder as Record<PropertyKey, unknown> | unknown[])
    : undefined;
}

function remove(value: unknown, path: PropertyKey[]): void {
  const holder = holderOf(value, path);
  const last = path.at(-1);
  if (holder === undefined || last === undefined) return;
  if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else Reflect.deleteProperty(holder, last);
}

function set(value: unknown, path: PropertyKey[], replacement: unknown): void {
  const holder = holderOf(value, path);
  const last = path.at(-1);
  if (holder !== undefined && last !== undefined) Reflect.set(holder, last, replacement);
}
