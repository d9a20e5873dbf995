/**
 * A YAML file as a tree whose every node knows where it stands. Offsets count UTF-16 code units from the start of the
 * text, as JavaScript strings do; `end` is exclusive.
 */

export interface Span {
  start: number;
  end: number;
}

export type ScalarStyle = "plain" | "single" | "double" | "literal" | "folded";

interface NodeBase extends Span {
  tag?: string;
  anchor?: string;
}

/** `value` is the text after unquoting and unfolding; `start`..`end` covers quotes and a block's header too. */
export interface ScalarNode extends NodeBase {
  kind: "scalar";
  value: string;
  style: ScalarStyle;
  /** The written content: inside the quotes, or the lines under a block's header with their indentation. */
  content: Span;
  /** Columns that a block scalar's lines are indented by; 0 for other styles. */
  indent: number;
}

export interface Pair {
  key: ScalarNode;
  value: YamlNode;
}

export interface MappingNode extends NodeBase {
  kind: "mapping";
  flow: boolean;
  /** In file order; a key that stands twice is here twice. */
  pairs: Pair[];
}

export interface SequenceNode extends NodeBase {
  kind: "sequence";
  flow: boolean;
  items: YamlNode[];
}

export type YamlNode = ScalarNode | MappingNode | SequenceNode;

/** What is wrong with the text as YAML. */
export interface YamlProblem extends Span {
  code: "syntax" | "unknown-alias" | "recursive-alias" | "alias-bomb" | "complex-key" | "many-documents" | "too-deep";
  message: string;
}

/** `*name`: the tree holds the anchored node itself in its place. */
export interface Alias extends Span {
  name: string;
  target?: YamlNode;
}

export interface YamlFile {
  text: string;
  /** The first document's content; nothing for an empty file. */
  root?: YamlNode;
  problems: YamlProblem[];
  anchors: { name: string; span: Span; node: YamlNode }[];
  aliases: Alias[];
}

/** The last pair with that key, as a YAML loader would answer; keys compare exactly. */
export function pairOf(node: YamlNode | undefined, key: string): Pair | undefined {
  if (node?.kind !== "mapping") return undefined;
  return node.pairs.findLast((pair) => pair.key.value === key);
}

export const valueOf = (node: YamlNode | undefined, key: string): YamlNode | undefined => pairOf(node, key)?.value;

export const scalarOf = (node: YamlNode | undefined): ScalarNode | undefined =>
  node?.kind === "scalar" ? node : undefined;

/** The scalars of a sequence, or the one scalar that GitHub accepts in its place. */
export function scalarsOf(node: YamlNode | undefined): ScalarNode[] {
  if (node === undefined || isNull(node)) return [];
  if (node.kind === "scalar") return [node];
  if (node.kind === "sequence") return node.items.filter((item) => item.kind === "scalar");
  return [];
}

export type ScalarType = "null" | "boolean" | "number" | "string";

/** The type of a scalar under YAML 1.2's core schema (chapter 10.3), which GitHub follows. */
export function scalarType(node: ScalarNode): ScalarType {
  if (node.tag !== undefined) {
    const byTag: Readonly<Record<string, ScalarType>> = {
      "!!str": "string",
      "!!int": "number",
      "!!float": "number",
      "!!bool": "boolean",
      "!!null": "null",
    };
    return byTag[node.tag] ?? "string";
  }
  if (node.style !== "plain" || !/^(?:[-+.~0-9nNtTfF]|$)/.test(node.value)) return "string";
  if (/^(?:~|null|Null|NULL|)$/.test(node.value)) return "null";
  if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(node.value)) return "boolean";
  if (
    /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?(?:\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN)$/.test(
      node.value,
    )
  )
    return "number";
  return "string";
}

/** Written as nothing, `~` or `null`. */
export const isNull = (node: YamlNode): boolean => node.kind === "scalar" && scalarType(node) === "null";

/** Every node under this one, itself first, in file order; a node behind several aliases comes once. */
export function* nodesOf(node: YamlNode, seen = new Set<YamlNode>()): Generator<YamlNode> {
  if (seen.has(node)) return;
  seen.add(node);
  yield node;
  if (node.kind === "sequence") for (const item of node.items) yield* nodesOf(item, seen);
  if (node.kind === "mapping")
    for (const { key, value } of node.pairs) {
      yield key;
      yield* nodesOf(value, seen);
    }
}
