/**
 * Holds a file's tree against GitHub's grammar. Follows the template reader of @actions/workflow-parser in what is
 * accepted; where that stops at "unexpected value", this says which value was expected and goes on.
 */
import type { Document } from "../document/document.ts";
import { isNull, type MappingNode, type Pair, type ScalarNode, scalarType, type SequenceNode, type YamlNode } from "../yaml/node.ts";
import { type Definition, type Grammar, grammarFor } from "./definition.ts";
import type { Fault, FaultOf, Owner, ValueKind } from "./fault.ts";
import { meantDefinition } from "./meant-definition.ts";

const known = new WeakMap<Document, readonly Fault[]>();

/** Every fault of a document's shape, in the order in which the tree is walked. */
export function faultsOf(document: Document): readonly Fault[] {
  let faults = known.get(document);
  if (!faults) {
    faults = validate(document);
    known.set(document, faults);
  }
  return faults;
}

export const faultsOfKind = <Kind extends Fault["kind"]>(document: Document, kind: Kind): FaultOf<Kind>[] =>
  faultsOf(document).filter((fault): fault is FaultOf<Kind> => fault.kind === kind);

function validate(document: Document): Fault[] {
  const { root } = document.file.yaml;
  if (!root) return [];
  const validation: Validation = { grammar: grammarFor(document.kind), faults: [], seen: new Map() };
  check(validation, root, validation.grammar.root, { path: [], owner: undefined, evaluated: false });
  return validation.faults;
}

interface Validation {
  grammar: Grammar;
  faults: Fault[];
  /** An anchored node is checked once for each definition that it has to meet. */
  seen: Map<YamlNode, Set<Definition>>;
}

interface Place {
  path: readonly string[];
  owner: Owner;
  /** Expressions are evaluated here. */
  evaluated: boolean;
}

function check(validation: Validation, node: YamlNode, definition: Definition, place: Place): void {
  if (node.anchor !== undefined) {
    const before = validation.seen.get(node) ?? new Set();
    if (before.has(definition)) return;
    validation.seen.set(node, before.add(definition));
  }
  const alternatives = validation.grammar.alternativesOf(definition);
  const here = { ...place, evaluated: place.evaluated || definition.context.length > 0 };
  if (node.kind === "scalar") checkScalar(validation, node, definition, alternatives, here);
  else if (alternatives.some(isAnything)) checkAnything(validation, node, here);
  else if (node.kind === "sequence") checkSequence(validation, node, definition, alternatives, here);
  else checkMapping(validation, node, definition, alternatives, here);
}

const isAnything = ({ scalar }: Definition): boolean => scalar?.type === "any";

function checkScalar({ faults }: Validation, node: ScalarNode, definition: Definition, alternatives: readonly Definition[], place: Place): void {
  // Whether an expression may stand here and what it gives is not a question of shape.
  if (node.value.includes("${{")) {
    if (alternatives.every(({ scalar }) => !scalar) && !isOneExpression(node.value)) faults.push({ kind: "value-type", at: node, path: place.path, definition: definition.name, node, wanted: wantedOf(alternatives) });
    return;
  }
  const type = scalarType(node);
  const scalars = alternatives.flatMap(({ scalar }) => (scalar ? [scalar] : []));
  if (scalars.some((scalar) => scalar.type === "any" || scalar.type === type && scalar.type !== "string")) return;
  const strings = scalars.filter((scalar) => scalar.type === "string");
  if (strings.some(({ values, nonEmpty }) => (values ? values.includes(node.value) : !nonEmpty || (type !== "null" && node.value !== "")))) return;
  const common = { path: place.path, definition: definition.name };
  if (type === "null" || node.value === "") faults.push({ ...common, kind: "empty-value", at: place.owner?.key ?? node, key: place.owner?.key, wanted: wantedOf(alternatives) });
  else if (strings.length > 0) faults.push({ ...common, kind: "allowed-value", at: node, node, allowed: strings.flatMap(({ values }) => values ?? []) });
  else faults.push({ ...common, kind: "value-type", at: node, node, wanted: wantedOf(alternatives) });
}

const isOneExpression = (value: string): boolean => /^\s*\$\{\{.*\}\}\s*$/s.test(value);

function wantedOf(alternatives: readonly Definition[]): ValueKind[] {
  const names: Readonly<Record<string, ValueKind>> = { string: "text", number: "a number", boolean: "`true` or `false`", null: "nothing" };
  const wanted = alternatives.map(({ scalar, item }): ValueKind => (scalar ? names[scalar.type] ?? "text" : item === undefined ? "a mapping" : "a list"));
  return [...new Set(wanted)];
}

function checkSequence(validation: Validation, node: SequenceNode, definition: Definition, alternatives: readonly Definition[], place: Place): void {
  const list = alternatives.find(({ item }) => item !== undefined);
  if (list?.item === undefined) {
    validation.faults.push({ kind: "value-type", at: place.owner?.key ?? node, path: place.path, definition: definition.name, node, wanted: wantedOf(alternatives) });
    return;
  }
  // Of a matrix more can be said than that.
  if (node.items.length === 0 && list.item !== "any") validation.faults.push({ kind: "empty-list", at: node, path: place.path, definition: definition.name });
  const item = validation.grammar.named(list.item);
  const path = [...place.path, "*"];
  const evaluated = place.evaluated || list.context.length > 0;
  for (const member of node.items) check(validation, member, item, { path, owner: undefined, evaluated });
}

function checkMapping(validation: Validation, node: MappingNode, definition: Definition, alternatives: readonly Definition[], place: Place): void {
  const { faults, grammar } = validation;
  const meant = meantDefinition(alternatives, node);
  if (!meant?.mapping) {
    faults.push({ kind: "value-type", at: place.owner?.key ?? node, path: place.path, definition: definition.name, node, wanted: wantedOf(alternatives) });
    return;
  }
  const { properties, loose } = meant.mapping;
  const evaluated = place.evaluated || meant.context.length > 0;
  const present = new Set<string>();
  let computedKeys = false;
  for (const pair of distinctPairs(validation, node, place.path, meant.name)) {
    const { key, value } = pair;
    if (key.value.includes("${{") || key.value === "<<") {
      computedKeys = true;
      continue;
    }
    const right = properties.has(key.value) ? key.value : loose ? undefined : inOtherCase(properties.keys(), key.value);
    const type = right === undefined ? loose?.value : properties.get(right)?.type;
    if (type === undefined) {
      faults.push(strangeKey(key, node, meant, alternatives, place.path));
      continue;
    }
    if (right !== undefined) {
      present.add(right);
      if (right !== key.value) faults.push({ kind: "key-case", at: key, path: place.path, definition: meant.name, key, right });
    }
    check(validation, value, grammar.named(type), { path: [...place.path, right ?? key.value], owner: pair, evaluated });
  }
  if (computedKeys) return;
  for (const [name, { required }] of properties)
    if (required && !present.has(name))
      faults.push({ kind: "missing-key", at: place.owner?.key ?? node.pairs[0]?.key ?? node, path: place.path, definition: meant.name, missing: missingKeys(name, alternatives, present) });
}

/** GitHub compares keys without case when it looks for duplicates, and refuses the later one. */
function distinctPairs({ faults }: Validation, node: MappingNode, path: readonly string[], definition: string): Pair[] {
  const first = new Map<string, ScalarNode>();
  return node.pairs.filter(({ key }) => {
    const upper = key.value.toUpperCase();
    const before = first.get(upper);
    if (before === undefined) first.set(upper, key);
    // An empty key or an expression may come again.
    if (before === undefined || key.value === "" || key.value.includes("${{")) return true;
    if (key.value !== "<<") faults.push({ kind: "duplicate-key", at: key, path, definition, key, first: before });
    return false;
  });
}

function inOtherCase(names: Iterable<string>, written: string): string | undefined {
  const lower = written.toLowerCase();
  for (const name of names) if (name.toLowerCase() === lower) return name;
  return undefined;
}

/** A key that this kind of mapping does not have: one of a neighbouring kind, or no key at all. */
function strangeKey(key: ScalarNode, node: MappingNode, meant: Definition, alternatives: readonly Definition[], path: readonly string[]): Fault {
  const common = { at: key, path, definition: meant.name, key };
  const own = meant.mapping?.properties ?? new Map<string, unknown>();
  const elsewhere = alternatives.filter(({ mapping }) => mapping?.properties.has(key.value));
  if (elsewhere.length > 0) {
    const decisive = node.pairs.find((pair) => own.has(pair.key.value) && elsewhere.every(({ mapping }) => !mapping?.properties.has(pair.key.value)));
    if (decisive) return { ...common, kind: "exclusive-keys", beside: decisive.key };
  }
  return { ...common, kind: "unknown-key", known: [...own.keys()] };
}

/** Where another kind of mapping would do as well, its own required key is named beside. */
function missingKeys(name: string, alternatives: readonly Definition[], present: ReadonlySet<string>): string[] {
  const others = alternatives.flatMap(({ mapping }) => {
    if (!mapping || [...present].some((key) => !mapping.properties.has(key))) return [];
    return [...mapping.properties].filter(([, { required }]) => required).map(([key]) => key);
  });
  return [...new Set([name, ...others])].filter((key) => !present.has(key));
}

/** A value that is free in form can still hold a key twice. */
function checkAnything(validation: Validation, node: Exclude<YamlNode, ScalarNode>, place: Place): void {
  const children = node.kind === "sequence" ? node.items : distinctPairs(validation, node, place.path, "any").map(({ value }) => value);
  for (const child of children) if (child.kind !== "scalar" && child.anchor === undefined && !isNull(child)) checkAnything(validation, child, place);
}
