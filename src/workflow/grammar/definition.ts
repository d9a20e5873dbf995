/**
 * GitHub's grammar as data: definitions that refer to each other by name, as @actions/workflow-parser publishes them
 * (`grammar.json` is a copy without its texts, see `refresh.mjs`).
 */
import type { Document } from "../document/document.ts";
import grammar from "./grammar.json" with { type: "json" };

export interface Definition {
  name: string;
  /** Contexts, and functions with their counts of arguments: `github`, `hashFiles(1,255)`. */
  context: readonly string[];
  mapping?: MappingDefinition;
  /** The type of a sequence's items. */
  item?: string;
  scalar?: ScalarDefinition;
  oneOf?: readonly string[];
}

export interface MappingDefinition {
  properties: ReadonlyMap<string, { type: string; required: boolean }>;
  /** Keys of the author's choice, beside the properties. */
  loose?: { key: string; value: string };
}

export interface ScalarDefinition {
  type: "string" | "number" | "boolean" | "null" | "any";
  /** The words that are allowed; nothing: any. */
  values?: readonly string[];
  nonEmpty: boolean;
}

/** What `grammar.json` holds. */
interface Written {
  context?: readonly string[];
  mapping?: {
    properties?: Readonly<Record<string, string | { type: string; required: boolean }>>;
    "loose-key-type"?: string;
    "loose-value-type"?: string;
  };
  sequence?: { "item-type": string };
  string?: { constant?: string; "require-non-empty"?: boolean };
  number?: object;
  boolean?: object;
  null?: object;
  "one-of"?: readonly string[];
  "allowed-values"?: readonly string[];
}

/** Names that the grammar uses without defining them. */
const BUILT_IN: Readonly<Record<string, Definition>> = {
  any: { name: "any", context: [], scalar: { type: "any", nonEmpty: false } },
  string: { name: "string", context: [], scalar: { type: "string", nonEmpty: false } },
  number: { name: "number", context: [], scalar: { type: "number", nonEmpty: false } },
  boolean: { name: "boolean", context: [], scalar: { type: "boolean", nonEmpty: false } },
  null: { name: "null", context: [], scalar: { type: "null", nonEmpty: false } },
  sequence: { name: "sequence", context: [], item: "any" },
  mapping: { name: "mapping", context: [], mapping: { properties: new Map(), loose: { key: "string", value: "any" } } },
};

const NOTHING: Definition = { name: "unknown", context: [], scalar: { type: "any", nonEmpty: false } };

/** The definitions of one kind of file. */
export interface Grammar {
  root: Definition;
  named(name: string): Definition;
  /** The definition itself, or what its `one-of` stands for, to any depth. */
  alternativesOf(definition: Definition): readonly Definition[];
}

function grammarOf(written: Readonly<Record<string, unknown>>, root: string): Grammar {
  const known = new Map<string, Definition>(Object.entries(BUILT_IN));
  const alternatives = new Map<Definition, readonly Definition[]>();
  const named = (name: string): Definition => {
    let definition = known.get(name);
    if (definition) return definition;
    const text = Object.hasOwn(written, name) ? (written[name] as Written) : undefined;
    definition = text ? definitionFrom(name, text) : NOTHING;
    known.set(name, definition);
    return definition;
  };
  const alternativesOf = (definition: Definition): readonly Definition[] => {
    let found = alternatives.get(definition);
    if (!found) {
      found = definition.oneOf ? definition.oneOf.flatMap((name) => alternativesOf(named(name))) : [definition];
      alternatives.set(definition, found);
    }
    return found;
  };
  return { root: named(root), named, alternativesOf };
}

function definitionFrom(name: string, written: Written): Definition {
  // Published with another event's name.
  if (name === "repository-dispatch-string")
    return { name, context: [], scalar: { type: "string", values: ["repository_dispatch"], nonEmpty: false } };
  // Published as a list only; GitHub takes one word as well, as for every other event's types.
  if (name === "repository-dispatch-mapping")
    return {
      name,
      context: [],
      mapping: { properties: new Map([["types", { type: "event-names", required: false }]]) },
    };
  const common = { name, context: written.context ?? [] };
  if (written["one-of"]) return { ...common, oneOf: written["one-of"] };
  if (written["allowed-values"])
    return { ...common, scalar: { type: "string", values: written["allowed-values"], nonEmpty: false } };
  if (written.sequence) return { ...common, item: written.sequence["item-type"] };
  if (written.string)
    return {
      ...common,
      scalar: {
        type: "string",
        nonEmpty: written.string["require-non-empty"] ?? false,
        ...(written.string.constant === undefined ? {} : { values: [written.string.constant] }),
      },
    };
  for (const type of ["number", "boolean", "null"] as const)
    if (written[type]) return { ...common, scalar: { type, nonEmpty: false } };
  if (!written.mapping) return { ...common, scalar: { type: "any", nonEmpty: false } };
  const { properties = {}, "loose-key-type": key, "loose-value-type": value } = written.mapping;
  return {
    ...common,
    mapping: {
      properties: new Map(
        Object.entries(properties).map(([property, type]) => [
          property,
          typeof type === "string" ? { type, required: false } : type,
        ]),
      ),
      ...(key === undefined || value === undefined ? {} : { loose: { key, value } }),
    },
  };
}

// The strict roots also know the events of `on:` and the parts of an action.
export const workflowGrammar = grammarOf(grammar.workflow, "workflow-root-strict");
export const actionGrammar = grammarOf(grammar.action, "action-root-strict");

export const grammarFor = (kind: Document["kind"]): Grammar => (kind === "workflow" ? workflowGrammar : actionGrammar);
