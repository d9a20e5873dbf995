/** The `matrix` context of a job, from its dimensions and includes. */
import type { Job, Matrix } from "../../document/document.ts";
import { type ScalarNode, scalarType, type YamlNode } from "../../yaml/node.ts";
import { didYouMean } from "../../../nearest.ts";
import { ANY, arrayOf, either, eitherOf, NULL, type ObjectType, objectOf, STRING, type Type } from "./type.ts";

export function matrixType({ matrix, node, id }: Job): ObjectType {
  if (!matrix) {
    // `strategy: ${{ ... }}` may hold one.
    const computed = node.pairs.some(({ key, value }) => key.value === "strategy" && value.kind === "scalar");
    return objectOf([], computed ? ANY : undefined, {
      code: "matrix-reference",
      say: (name) =>
        `The job \`${id}\` has no matrix, so \`matrix.${name}\` is empty. A matrix of another job or of a caller is not seen here; pass the value as an input or output.`,
    });
  }
  // A computed `include` may add values to every dimension.
  const values = matrix.computed
    ? new Map([...valuesOf(matrix).keys()].map((name) => [name, ANY] as const))
    : valuesOf(matrix);
  return objectOf(values, matrix.computed ? ANY : undefined, {
    code: "matrix-reference",
    say: (name) =>
      `The matrix of the job \`${id}\` has no \`${name}\`. ${didYouMean(name, [...values.keys()]) ?? ""}`.trim(),
  });
}

function valuesOf({ dimensions, include, exclude }: Matrix): Map<string, Type> {
  const values = new Map<string, Type>();
  for (const [name, { value }] of dimensions)
    values.set(name, value.kind === "sequence" ? eitherOf(value.items.map((item) => typeOfNode(item))) : ANY);
  const isDimension = (key: string): boolean => dimensions.has(key);
  // An entry with some of the dimensions may be a combination of its own, in which the others are empty.
  const partial = include
    .filter(
      ({ pairs }) =>
        !pairs.every(
          ({ key, value }) =>
            !isDimension(key.value) || (exclude.length === 0 && hasValue(dimensions.get(key.value)?.value, value)),
        ),
    )
    .map(({ pairs }) => new Set(pairs.map(({ key }) => key.value)));
  for (const [name, type] of values) if (partial.some((keys) => !keys.has(name))) values.set(name, maybe(type));
  for (const entry of include)
    for (const { key, value } of entry.pairs) {
      const type = typeOfNode(value);
      const name = [...values.keys()].find((other) => other.toLowerCase() === key.value.toLowerCase()) ?? key.value;
      const before = values.get(name);
      // A key that some combinations lack is empty there, and an empty value equals ''.
      values.set(
        name,
        before
          ? either(before, type)
          : everywhere(name, include, dimensions)
            ? eitherOf(
                include.flatMap((other) =>
                  other.pairs.filter((pair) => pair.key.value === name).map((pair) => typeOfNode(pair.value)),
                ),
              )
            : maybe(type),
      );
    }
  return values;
}

/** An entry whose values are all among the dimensions' own adds to combinations that there are. */
const hasValue = (dimension: YamlNode | undefined, value: YamlNode): boolean =>
  dimension?.kind === "sequence" &&
  value.kind === "scalar" &&
  !value.value.includes("${{") &&
  dimension.items.some((item) => item.kind === "scalar" && item.value === value.value);

/** Without dimensions each entry of `include` is a job, so a key that all of them have is always there. */
const everywhere = (name: string, include: Matrix["include"], dimensions: Matrix["dimensions"]): boolean =>
  dimensions.size === 0 && include.every(({ pairs }) => pairs.some(({ key }) => key.value === name));

/** What a scalar is where it may be missing: empty. */
function maybe(type: Type): Type {
  if (type.kind === "string") return type.values ? { kind: "string", values: [...type.values, ""] } : type;
  return type.kind === "object" || type.kind === "array" ? type : ANY;
}

const MAX_DEPTH = 20;

/** The type of a value as it is written. */
export function typeOfNode(node: YamlNode, depth = 0): Type {
  if (depth > MAX_DEPTH) return ANY;
  if (node.kind === "scalar") return typeOfScalar(node);
  if (node.kind === "sequence") return arrayOf(eitherOf(node.items.map((item) => typeOfNode(item, depth + 1))));
  return objectOf(
    node.pairs.map(({ key, value }) => [key.value, typeOfNode(value, depth + 1)] as const),
    node.pairs.some(({ key }) => key.value.includes("${{")) ? ANY : undefined,
  );
}

function typeOfScalar(node: ScalarNode): Type {
  const { value } = node;
  if (value.includes("${{")) return /^\s*\$\{\{[^]*\}\}\s*$/.test(value) ? ANY : STRING;
  switch (scalarType(node)) {
    case "null":
      return NULL;
    case "boolean":
      return { kind: "bool", value: value.toLowerCase() === "true" };
    case "number":
      return Number.isNaN(Number(value)) ? { kind: "number" } : { kind: "number", values: [Number(value)] };
    case "string":
      return { kind: "string", values: [value] };
  }
}
