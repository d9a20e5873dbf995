/**
 * When two values are equal, as "Evaluate expressions in workflows and actions" has it: strings compare without case,
 * values of two kinds as numbers, objects and arrays only with themselves.
 */
import type { Type } from "./type.ts";

type Scalar = string | number | boolean | null;

function numberOf(value: Scalar): number {
  if (value === null) return 0;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return value;
  return value.trim() === "" ? 0 : Number(value);
}

export function areEqual(a: Scalar, b: Scalar): boolean {
  if (typeof a === "string" && typeof b === "string") return a.toUpperCase() === b.toUpperCase();
  return numberOf(a) === numberOf(b);
}

/** All values that it can be; nothing where they are not known. */
function valuesOf(type: Type): readonly Scalar[] | undefined {
  switch (type.kind) {
    case "null":
      return [null];
    case "bool":
      return type.value === undefined ? [true, false] : [type.value];
    case "number":
    case "string":
      return type.values;
    case "any":
    case "array":
    case "object":
      return undefined;
  }
}

const MAX_PAIRS = 10_000;

/** Whether some value of the one is equal to some value of the other, as far as the values are known. */
export function canBeEqual(a: Type, b: Type): boolean {
  const left = valuesOf(a);
  const right = valuesOf(b);
  if (!left || !right || left.length * right.length > MAX_PAIRS) return true;
  return left.some((one) => right.some((other) => areEqual(one, other)));
}
