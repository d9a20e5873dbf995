/** Matrices (docs.github.com, "Running variations of jobs in a workflow"). */
import { type Json, type JsonObject, isObject, PlayerError } from "./json.ts";

/** The combinations of an evaluated `strategy.matrix`, in GitHub's order. A vector without values is an error there. */
export function expandMatrix(matrix: Json | undefined): JsonObject[] {
  if (matrix === undefined || matrix === null) return [{}];
  if (!isObject(matrix)) throw new PlayerError("A matrix is not a mapping.");
  const { include, exclude, ...vectors } = matrix;
  let combinations: JsonObject[] = Object.keys(vectors).length === 0 ? [] : [{}];
  for (const [key, values] of Object.entries(vectors)) {
    if (!Array.isArray(values) || values.length === 0) throw new EmptyMatrix(key);
    combinations = combinations.flatMap((combination) => values.map((value) => ({ ...combination, [key]: value })));
  }
  for (const removed of entries(exclude, "exclude")) {
    combinations = combinations.filter(
      (combination) => !Object.entries(removed).every(([key, value]) => same(combination[key], value)),
    );
  }
  const original = combinations.map((combination) => ({ ...combination }));
  for (const added of entries(include, "include")) {
    const hosts = combinations.filter((_, index) => {
      const base = original[index];
      return (
        base !== undefined && Object.entries(added).every(([key, value]) => !(key in base) || same(base[key], value))
      );
    });
    if (hosts.length > 0 && original.length > 0) for (const host of hosts) Object.assign(host, added);
    else combinations.push({ ...added });
  }
  if (combinations.length === 0) throw new EmptyMatrix("matrix");
  if (combinations.length > 256) throw new PlayerError("A matrix makes more than 256 jobs, GitHub's limit.");
  return combinations;
}

/** GitHub fails the job: "Matrix vector 'x' does not contain any values". */
export class EmptyMatrix extends Error {
  constructor(vector: string) {
    super(`Matrix vector '${vector}' does not contain any values`);
  }
}

function entries(value: Json | undefined, what: string): JsonObject[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new PlayerError(`The matrix's ${what} is not a list.`);
  return value.map((item) => {
    if (!isObject(item)) throw new PlayerError(`The matrix's ${what} holds something that is not a mapping.`);
    return item;
  });
}

const same = (left: Json | undefined, right: Json): boolean => JSON.stringify(left) === JSON.stringify(right);

/** The name of a job's combination: the expanded name, or the job's with its values in brackets. */
export function combinationName(base: string, combination: JsonObject, expanded: string | undefined): string {
  if (expanded !== undefined) return expanded;
  const values = Object.values(combination).map((value) =>
    isObject(value) ? Object.values(value).join(", ") : String(value),
  );
  return values.length === 0 ? base : `${base} (${values.join(", ")})`;
}
