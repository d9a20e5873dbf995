/** Plain data, as YAML and JSON carry it. */
export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What the player does not know how to play, or what GitHub would refuse: it stops the whole test, loudly. */
export class PlayerError extends Error {
  override name = "PlayerError";
}

/** The mapping that `value` is, or a loud stop that names `what` it should have been. */
export function objectAt(value: Json | undefined, what: string): JsonObject {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new PlayerError(`${what} is not a mapping.`);
  return value;
}

/** One string or a list of strings, as GitHub allows in many places. */
export function stringsAt(value: Json | undefined, what: string): string[] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item === "object") throw new PlayerError(`${what} holds something that is not a string.`);
    return String(item);
  });
}

export function stringAt(value: Json | undefined, what: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "object") throw new PlayerError(`${what} is not a string.`);
  return String(value);
}

/** A key that the player does not know is a loud stop, never one passed over: what is not played is not proven. */
export function onlyKeys(value: JsonObject, known: readonly string[], where: string): void {
  for (const key of Object.keys(value))
    if (!known.includes(key)) throw new PlayerError(`${where}: the player does not know the key \`${key}\`.`);
}
