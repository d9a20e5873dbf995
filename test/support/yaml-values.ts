/** What a tree of ours stands for, as plain values, to compare with other readers. */
import { type ScalarNode, scalarType, type YamlNode } from "../../src/workflow/yaml/node.ts";

export type Plain = string | number | boolean | null | Plain[] | [string, Plain][];

/** A mapping becomes its pairs in order, so that keys that stand twice count. */
export function plainOf(node: YamlNode): Plain {
  switch (node.kind) {
    case "scalar":
      return scalarValue(node);
    case "sequence":
      return node.items.map(plainOf);
    case "mapping":
      return node.pairs.map(({ key, value }): [string, Plain] => [key.value, plainOf(value)]);
  }
}

function scalarValue(node: ScalarNode): Plain {
  switch (scalarType(node)) {
    case "null":
      return null;
    case "boolean":
      return node.value.toLowerCase() === "true";
    case "number":
      return numberValue(node.value);
    case "string":
      return node.value;
  }
}

function numberValue(text: string): number {
  if (/^[-+]?\.inf$/i.test(text)) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}
