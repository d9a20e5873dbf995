/** What is wrong with the shape of a file, in the words of GitHub's grammar. */
import type { Pair, ScalarNode, Span, YamlNode } from "../yaml/node.ts";

interface Place {
  /** The narrowest node that is to blame. */
  at: Span;
  /** The keys from the root down to the mapping or value, `*` for a list's items. */
  path: readonly string[];
  /** The definition that was not met. */
  definition: string;
}

export type Fault = Place &
  (
    | { kind: "unknown-key"; key: ScalarNode; known: readonly string[] }
    | { kind: "key-case"; key: ScalarNode; right: string }
    | { kind: "duplicate-key"; key: ScalarNode; first: ScalarNode }
    /** `missing` holds one key, or several of which one is needed. */
    | { kind: "missing-key"; missing: readonly string[] }
    /** Each of the keys is allowed, but not beside the other. */
    | { kind: "exclusive-keys"; key: ScalarNode; beside: ScalarNode }
    /** Nothing is written where something must be. */
    | { kind: "empty-value"; key: ScalarNode | undefined; wanted: readonly ValueKind[] }
    /** Accepted, but good for nothing. */
    | { kind: "empty-list" }
    | { kind: "value-type"; node: YamlNode; wanted: readonly ValueKind[] }
    | { kind: "allowed-value"; node: ScalarNode; allowed: readonly string[] }
  );

export type ValueKind = "text" | "a number" | "`true` or `false`" | "a list" | "a mapping" | "nothing";

export type FaultOf<Kind extends Fault["kind"]> = Extract<Fault, { kind: Kind }>;

/** The key that a value stands under, where it stands under one. */
export type Owner = Pick<Pair, "key"> | undefined;
