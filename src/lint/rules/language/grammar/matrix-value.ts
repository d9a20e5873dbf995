/** Values of a matrix, and how GitHub compares them. */
import type { Matrix } from "../../../../workflow/document/document.ts";
import { scalarType, type YamlNode } from "../../../../workflow/yaml/node.ts";

export const isComputed = (node: YamlNode): boolean =>
  node.kind === "scalar"
    ? node.value.includes("${{")
    : node.kind === "sequence"
      ? node.items.some(isComputed)
      : node.pairs.some(({ key, value }) => key.value.includes("${{") || isComputed(value));

/** Two values with one text are the same value: a number is compared as a number, the order of keys does not count. */
export function identityOf(node: YamlNode): string {
  if (node.kind === "sequence") return `[${node.items.map(identityOf).join(",")}]`;
  if (node.kind === "mapping")
    return `{${node.pairs
      .map(({ key, value }) => `${JSON.stringify(key.value.toLowerCase())}:${identityOf(value)}`)
      .sort()
      .join(",")}}`;
  const type = scalarType(node);
  // `1` and `"1"` give jobs of one name that do the same.
  if (type === "number" && Number.isFinite(Number(node.value))) return JSON.stringify(String(Number(node.value)));
  return type === "string" || type === "boolean" ? JSON.stringify(node.value) : node.value.toLowerCase();
}

/**
 * Whether a value of an `exclude` entry takes this value of the matrix away: mappings match on the keys that the
 * filter has. Loose on types, since GitHub coerces: `10` is `"10"`.
 */
export function matches(filter: YamlNode, value: YamlNode): boolean {
  if (filter.kind === "scalar") return value.kind === "scalar" && plain(filter.value) === plain(value.value);
  if (filter.kind === "sequence")
    return (
      value.kind === "sequence" &&
      filter.items.length === value.items.length &&
      filter.items.every((item, index) => matchesAt(item, value.items[index]))
    );
  return (
    value.kind === "mapping" &&
    filter.pairs.every(({ key, value: wanted }) =>
      matchesAt(wanted, value.pairs.find((pair) => pair.key.value.toLowerCase() === key.value.toLowerCase())?.value),
    )
  );
}

const matchesAt = (filter: YamlNode, value: YamlNode | undefined): boolean =>
  value !== undefined && matches(filter, value);

function plain(text: string): string {
  const number = Number(text);
  return text.trim() !== "" && Number.isFinite(number) ? String(number) : text.toLowerCase();
}

/**
 * How many jobs a matrix makes at least: a value that is computed counts as one. 0 where `exclude` takes some away.
 * Entries of `include` count where nothing else makes jobs; else they may only add keys to those that there are.
 */
export function jobsOfMatrix({ dimensions, include, exclude }: Matrix): number {
  if (exclude.length > 0) return 0;
  if (dimensions.size === 0) return include.length;
  let jobs = 1;
  for (const { value } of dimensions.values())
    if (value.kind === "sequence" && !value.items.some(isComputed)) jobs *= Math.max(1, value.items.length);
  return jobs;
}
