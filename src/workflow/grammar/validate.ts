/**
 * Holds a file's tree against GitHub's grammar. Follows the template reader of @actions/workflow-parser in what is
 * accepted; where that stops at "unexpected value", this says which value was expected and goes on.
 */
import type { Document } from "../document/document.ts";
import {
  isNull,
  type MappingNode,
  type Pair,
  type ScalarNode,
  type ScalarType,
  scalarType,
  type SequenceNode,
  type Span,
  type YamlNode,
} from "../yaml/node.ts";
import { type Definition, type Grammar, grammarFor, type ScalarDefinition } from "./definition.ts";
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
  check(validation, root, validation.grammar.root, undefined);
  return validation.faults;
}

interface Validation {
  grammar: Grammar;
  faults: Fault[];
  /** An anchored node is checked once for each definition that it has to meet. */
  seen: Map<YamlNode, Set<Definition>>;
}

/** Where a value stands; the way to it is written out only where something is wrong. Nothing: the root. */
type Place = { parent: Place; /** The key, or `*` for an item of a list. */ step: string; owner: Owner } | undefined;

function pathOf(place: Place): readonly string[] {
  const path: string[] = [];
  for (let at = place; at; at = at.parent) path.push(at.step);
  return path.reverse();
}

function check(validation: Validation, node: YamlNode, definition: Definition, place: Place): void {
  if (node.anchor !== undefined) {
    const before = validation.seen.get(node) ?? new Set();
    if (before.has(definition)) return;
    validation.seen.set(node, before.add(definition));
  }
  const alternatives = validation.grammar.alternativesOf(definition);
  if (node.kind === "scalar") checkScalar(validation, node, definition, alternatives, place);
  else if (alternatives.some(isAnything)) checkAnything(validation, node, place);
  else if (node.kind === "sequence") checkSequence(validation, node, definition, alternatives, place);
  else checkMapping(validation, node, definition, alternatives, place);
}

const isAnything = ({ scalar }: Definition): boolean => scalar?.type === "any";

function checkScalar(
  { faults }: Validation,
  node: ScalarNode,
  definition: Definition,
  alternatives: readonly Definition[],
  place: Place,
): void {
  if (node.value !== "" && alternatives.some(takesAnyText) && !isNull(node)) return;
  // Whether an expression may stand here and what it gives is not a question of shape.
  if (node.value.includes("${{")) {
    if (alternatives.every(({ scalar }) => !scalar) && !isOneExpression(node.value))
      faults.push({
        kind: "value-type",
        at: node,
        path: pathOf(place),
        definition: definition.name,
        node,
        wanted: wantedOf(alternatives),
      });
    return;
  }
  const type = scalarType(node);
  if (alternatives.some(({ scalar }) => scalar !== undefined && accepts(scalar, node, type))) return;
  const strings = alternatives.flatMap(({ scalar }) => (scalar?.type === "string" ? [scalar] : []));
  const common = { path: pathOf(place), definition: definition.name };
  if (type === "null" || node.value === "")
    faults.push({
      ...common,
      kind: "empty-value",
      at: place?.owner?.key ?? node,
      key: place?.owner?.key,
      wanted: wantedOf(alternatives),
    });
  else if (strings.length > 0)
    faults.push({
      ...common,
      kind: "allowed-value",
      at: node,
      node,
      allowed: strings.flatMap(({ values }) => values ?? []),
    });
  else faults.push({ ...common, kind: "value-type", at: node, node, wanted: wantedOf(alternatives) });
}

const takesAnyText = ({ scalar }: Definition): boolean => scalar?.type === "string" && scalar.values === undefined;

/** Text takes everything that is written: a number, `true` and null become their own words. */
function accepts(
  { type: wanted, values, nonEmpty }: ScalarDefinition,
  { value }: ScalarNode,
  type: ScalarType,
): boolean {
  if (wanted !== "string") return wanted === "any" || wanted === type;
  if (values) return values.includes(value);
  return !nonEmpty || (type !== "null" && value !== "");
}

/** Where a list or mapping begins: the whole of it would be many lines. */
function headOf(node: SequenceNode | MappingNode): Span {
  if (node.flow) return node;
  return node.kind === "mapping" ? (node.pairs[0]?.key ?? node) : { start: node.start, end: node.start + 1 };
}

const isOneExpression = (value: string): boolean => /^\s*\$\{\{.*\}\}\s*$/s.test(value);

function wantedOf(alternatives: readonly Definition[]): ValueKind[] {
  const names: Readonly<Record<string, ValueKind>> = {
    string: "text",
    number: "a number",
    boolean: "`true` or `false`",
    null: "nothing",
  };
  const wanted = alternatives.map(({ scalar, item }): ValueKind =>
    scalar ? (names[scalar.type] ?? "text") : item === undefined ? "a mapping" : "a list",
  );
  return [...new Set(wanted)];
}

function checkSequence(
  validation: Validation,
  node: SequenceNode,
  definition: Definition,
  alternatives: readonly Definition[],
  place: Place,
): void {
  const list = alternatives.find(({ item }) => item !== undefined);
  if (list?.item === undefined) {
    validation.faults.push({
      kind: "value-type",
      at: headOf(node),
      path: pathOf(place),
      definition: definition.name,
      node,
      wanted: wantedOf(alternatives),
    });
    return;
  }
  // Of a matrix more can be said than that.
  if (node.items.length === 0 && list.item !== "any")
    validation.faults.push({ kind: "empty-list", at: node, path: pathOf(place), definition: definition.name });
  const item = validation.grammar.named(list.item);
  const inside: Place = { parent: place, step: "*", owner: undefined };
  for (const member of node.items) check(validation, member, item, inside);
}

function checkMapping(
  validation: Validation,
  node: MappingNode,
  definition: Definition,
  alternatives: readonly Definition[],
  place: Place,
): void {
  const { faults, grammar } = validation;
  const meant = meantDefinition(alternatives, node);
  if (!meant?.mapping) {
    faults.push({
      kind: "value-type",
      at: headOf(node),
      path: pathOf(place),
      definition: definition.name,
      node,
      wanted: wantedOf(alternatives),
    });
    return;
  }
  const { properties, loose } = meant.mapping;
  const present = new Set<string>();
  let computedKeys = false;
  for (const pair of distinctPairs(validation, node, place, meant.name)) {
    const { key, value } = pair;
    if (key.value.includes("${{") || key.value === "<<") {
      computedKeys = true;
      continue;
    }
    if (key.value === "") {
      faults.push({ kind: "unknown-key", at: key, path: pathOf(place), definition: meant.name, key, known: [] });
      continue;
    }
    const right = properties.has(key.value) ? key.value : loose ? undefined : inOtherCase(properties.keys(), key.value);
    const type = right === undefined ? loose?.value : properties.get(right)?.type;
    if (type === undefined) {
      faults.push(strangeKey(key, node, meant, alternatives, pathOf(place)));
      continue;
    }
    if (right !== undefined) {
      present.add(right);
      if (right !== key.value)
        faults.push({ kind: "key-case", at: key, path: pathOf(place), definition: meant.name, key, right });
    }
    check(validation, value, grammar.named(type), { parent: place, step: right ?? key.value, owner: pair });
  }
  if (computedKeys) return;
  for (const [name, { required }] of properties)
    if (required && !present.has(name))
      faults.push({
        kind: "missing-key",
        at: place?.owner?.key ?? node.pairs[0]?.key ?? node,
        path: pathOf(place),
        definition: meant.name,
        missing: missingKeys(name, alternatives, present),
      });
}

/** GitHub compares keys without case when it looks for duplicates, and refuses the later one. */
function distinctPairs({ faults }: Validation, node: MappingNode, place: Place, definition: string): readonly Pair[] {
  if (node.pairs.length < 2) return node.pairs;
  const seen = new Set<string>();
  return node.pairs.filter(({ key }) => {
    const upper = key.value.toUpperCase();
    // An empty key or an expression may come again.
    if (!seen.has(upper) || key.value === "" || key.value.includes("${{")) {
      seen.add(upper);
      return true;
    }
    const before = node.pairs.find((pair) => pair.key.value.toUpperCase() === upper)?.key ?? key;
    if (key.value !== "<<")
      faults.push({ kind: "duplicate-key", at: key, path: pathOf(place), definition, key, first: before });
    return false;
  });
}

function inOtherCase(names: Iterable<string>, written: string): string | undefined {
  const lower = written.toLowerCase();
  for (const name of names) if (name.toLowerCase() === lower) return name;
  return undefined;
}

/** A key that this kind of mapping does not have: one of a neighbouring kind, or no key at all. */
function strangeKey(
  key: ScalarNode,
  node: MappingNode,
  meant: Definition,
  alternatives: readonly Definition[],
  path: readonly string[],
): Fault {
  const common = { at: key, path, definition: meant.name, key };
  const own = meant.mapping?.properties ?? new Map<string, unknown>();
  const elsewhere = alternatives.filter(({ mapping }) => mapping?.properties.has(key.value));
  if (elsewhere.length > 0) {
    const decisive = node.pairs.find(
      (pair) => own.has(pair.key.value) && elsewhere.every(({ mapping }) => !mapping?.properties.has(pair.key.value)),
    );
    if (decisive) return { ...common, kind: "exclusive-keys", beside: decisive.key };
  }
  // Nothing decides which kind was meant: the key may be a slip of the one that would.
  const decided = [...(meant.mapping?.properties ?? [])].every(
    ([name, { required }]) => !required || node.pairs.some((pair) => pair.key.value === name),
  );
  const known = new Set(
    decided
      ? own.keys()
      : [...own.keys(), ...alternatives.flatMap(({ mapping }) => [...(mapping?.properties.keys() ?? [])])],
  );
  return { ...common, kind: "unknown-key", known: [...known] };
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
  const children =
    node.kind === "sequence" ? node.items : distinctPairs(validation, node, place, "any").map(({ value }) => value);
  for (const child of children)
    if (child.kind !== "scalar" && child.anchor === undefined && !isNull(child))
      checkAnything(validation, child, place);
}
