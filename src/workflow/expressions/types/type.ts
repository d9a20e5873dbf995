/** What an expression's value can be. Names of properties compare without case and are kept lower-cased. */

export type Type = AnyType | NullType | BoolType | NumberType | StringType | ArrayType | ObjectType;

/** Nothing is known, or it is one of several kinds. Every use of it is fine. */
export interface AnyType {
  kind: "any";
}

export interface NullType {
  kind: "null";
}

export interface BoolType {
  kind: "bool";
  value?: boolean;
}

export interface NumberType {
  kind: "number";
  /** All numbers that it can be, where they are known. */
  values?: readonly number[];
}

export interface StringType {
  kind: "string";
  /** All texts that it can be, where they are known. */
  values?: readonly string[];
}

export interface ArrayType {
  kind: "array";
  items: Type;
  /** Made by `.*`: a property of it is that property of each item. */
  filtered: boolean;
}

export interface ObjectType {
  kind: "object";
  /** By lower-cased name. */
  properties: ReadonlyMap<string, Property>;
  /** Of properties that are not listed; nothing: there are no others. */
  rest: Type | undefined;
  /** What to say of a property that is not there. */
  missing?: Missing | undefined;
}

export interface Property {
  /** As it is documented. */
  name: string;
  type: Type;
}

export interface Missing {
  code: TypeProblemCode;
  /** Useless at worst, and often meant so. */
  mild?: boolean;
  /** A sentence or two on the name that was written. */
  say(name: string): string;
}

/** Each is the id of the rule that reports it. */
export type TypeProblemCode =
  | "unknown-context"
  | "context-availability"
  | "unknown-function"
  | "function-arguments"
  | "format-arguments"
  | "invalid-json"
  | "unknown-property"
  | "unknown-event-property"
  | "step-reference"
  | "needs-reference"
  | "jobs-reference"
  | "matrix-reference"
  | "inputs-reference"
  | "secrets-reference"
  | "index-type"
  | "expression-type"
  | "comparison-type"
  | "impossible-comparison"
  | "impossible-event"
  | "object-as-string";

export const ANY: AnyType = { kind: "any" };
export const NULL: NullType = { kind: "null" };
export const BOOL: BoolType = { kind: "bool" };
export const NUMBER: NumberType = { kind: "number" };
export const STRING: StringType = { kind: "string" };

export const oneOf = (...values: readonly string[]): StringType => ({ kind: "string", values });
export const arrayOf = (items: Type, filtered = false): ArrayType => ({ kind: "array", items, filtered });

/** An object with these properties and no others, unless `rest` tells the type of the others. */
export function objectOf(
  properties: Readonly<Record<string, Type>> | Iterable<readonly [string, Type]>,
  rest?: Type,
  missing?: Missing,
): ObjectType {
  const entries =
    Symbol.iterator in properties ? (properties as Iterable<readonly [string, Type]>) : Object.entries(properties);
  const listed = new Map<string, Property>();
  for (const [name, type] of entries) listed.set(name.toLowerCase(), { name, type });
  return { kind: "object", properties: listed, rest, missing };
}

/** An object with any names, all of one type: `env`, `vars`. */
export const mapOf = (type: Type): ObjectType => objectOf([], type);

/** How a message calls it. */
export function describe(type: Type): string {
  switch (type.kind) {
    case "any":
      return "a value of any type";
    case "null":
      return "null";
    case "bool":
      return "a boolean";
    case "number":
      return "a number";
    case "string":
      return "a string";
    case "array":
      return "an array";
    case "object":
      return "an object";
  }
}

const MAX_VALUES = 100;

/** A type for what is the one or the other. */
export function either(a: Type, b: Type): Type {
  if (a === b) return a;
  if (a.kind === "string" && b.kind === "string") return textsOf(a.values, b.values);
  if (a.kind === "number" && b.kind === "number")
    return a.values && b.values && a.values.length + b.values.length <= MAX_VALUES
      ? { kind: "number", values: [...new Set([...a.values, ...b.values])] }
      : NUMBER;
  if (a.kind === "bool" && b.kind === "bool") return a.value === b.value ? a : BOOL;
  if (a.kind === "null" && b.kind === "null") return a;
  if (a.kind === "array" && b.kind === "array") return arrayOf(either(a.items, b.items), a.filtered && b.filtered);
  if (a.kind === "object" && b.kind === "object") return eitherObject(a, b);
  return ANY;
}

function textsOf(a: readonly string[] | undefined, b: readonly string[] | undefined): StringType {
  return a && b && a.length + b.length <= MAX_VALUES ? { kind: "string", values: [...new Set([...a, ...b])] } : STRING;
}

/** A property that only one of them has may be there. */
function eitherObject(a: ObjectType, b: ObjectType): ObjectType {
  const properties = new Map(a.properties);
  for (const [key, property] of b.properties) {
    const other = properties.get(key);
    properties.set(key, other ? { name: other.name, type: either(other.type, property.type) } : property);
  }
  const rest = a.rest && b.rest ? either(a.rest, b.rest) : (a.rest ?? b.rest);
  return { kind: "object", properties, rest, missing: a.missing ?? b.missing };
}

/** One type for all items; any for none. */
export const eitherOf = (types: readonly Type[]): Type =>
  types.reduce<Type | undefined>((before, type) => (before ? either(before, type) : type), undefined) ?? ANY;
