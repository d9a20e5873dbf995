/** Finds the type of an expression, and what in it cannot be meant. Total: any tree has a type. */
import { didYouMean, nearest } from "../../../nearest.ts";
import type { Span } from "../../yaml/node.ts";
import type { Access, Comparison, Context, Expression, Logical } from "../expression.ts";
import { checkCall } from "./check-call.ts";
import { checkComparison } from "./check-comparison.ts";
import { type Checking, sourceOf, type TypeProblem } from "./checking.ts";
import { CONTEXT_NAMES } from "./fixed-contexts.ts";
import { functionNamed } from "./functions.ts";
import type { Scope } from "./scope.ts";
import {
  ANY,
  type ArrayType,
  arrayOf,
  BOOL,
  describe,
  either,
  eitherOf,
  NULL,
  type ObjectType,
  type Type,
} from "./type.ts";

export interface Checked {
  type: Type;
  problems: readonly TypeProblem[];
}

export function checkTypes(expression: Expression, scope: Scope): Checked {
  const problems: TypeProblem[] = [];
  const checking: Checking = {
    scope,
    report: (code, { start, end }, message, mild = false) => void problems.push({ code, start, end, message, mild }),
    typeOf: (inner) => typeOf(inner, checking),
  };
  return { type: typeOf(expression, checking), problems };
}

function typeOf(expression: Expression, checking: Checking): Type {
  switch (expression.kind) {
    case "literal":
      return literalType(expression.value);
    case "context":
      return contextType(expression, checking);
    case "access":
      return accessType(expression, checking);
    case "call":
      return checkCall(expression, checking);
    case "not":
      checking.typeOf(expression.operand);
      return BOOL;
    case "comparison":
      return comparisonType(expression, checking);
    case "logical":
      return logicalType(expression, checking);
  }
}

function literalType(value: string | number | boolean | null): Type {
  if (value === null) return NULL;
  if (typeof value === "string") return { kind: "string", values: [value] };
  if (typeof value === "number") return { kind: "number", values: [value] };
  return { kind: "bool", value };
}

function contextType(context: Context, { scope, report }: Checking): Type {
  const name = context.name.toLowerCase();
  const type = scope.contextType(name);
  if (!type) {
    report("unknown-context", context, `There is no context \`${context.name}\`. ${hintAtContext(context.name)}`);
    return ANY;
  }
  const { availability } = scope;
  if (availability && !availability.contexts.includes(name)) {
    report(
      "context-availability",
      context,
      availability.contexts.length === 0
        ? `GitHub evaluates no expressions at this place, so \`${context.name}\` cannot be read here.`
        : `The context \`${context.name}\` is not available at this place. ${name === "secrets" ? "Put the secret into `env` and read that, or pass it as an input." : `Available are ${availability.contexts.join(", ")}.`}`,
    );
    return ANY;
  }
  return type;
}

function hintAtContext(name: string): string {
  if (functionNamed(name)) return `It is a function: write \`${name}()\`.`;
  const near = nearest(name, CONTEXT_NAMES);
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  return `Contexts are ${CONTEXT_NAMES.join(", ")}. If it is meant as text, write '${name}' in single quotes.`;
}

function comparisonType(comparison: Comparison, checking: Checking): Type {
  checkComparison(comparison, checking.typeOf(comparison.left), checking.typeOf(comparison.right), checking);
  return BOOL;
}

/** `a && b || c`: where `a && b` comes out at all, it is `b`. */
function logicalType({ operator, operands }: Logical, checking: Checking): Type {
  const types = operands.map((operand, index) => ({
    operand,
    type:
      operator === "||" && index < operands.length - 1
        ? typeOf(operand, withFallback(checking))
        : checking.typeOf(operand),
  }));
  if (operator === "&&") {
    const last = types.at(-1)?.type ?? ANY;
    return types.every(({ type }) => type.kind === last.kind) ? eitherOf(types.map(({ type }) => type)) : ANY;
  }
  return types
    .map(({ operand, type }, index) =>
      index < types.length - 1 && operand.kind === "logical" && operand.operator === "&&"
        ? truthyOf(operand, checking, type)
        : type,
    )
    .reduce((before, type) => either(before, type));
}

/** `github.event.number || github.sha` is meant to be empty on some events. */
function withFallback(checking: Checking): Checking {
  const inner: Checking = {
    scope: checking.scope,
    report: (code, at, message, mild) =>
      void (code === "unknown-event-property" || checking.report(code, at, message, mild)),
    typeOf: (expression) => typeOf(expression, inner),
  };
  return inner;
}

function truthyOf(and: Logical, checking: Checking, fallback: Type): Type {
  const last = and.operands.at(-1);
  if (!last) return fallback;
  // The problems of the operand were reported with the whole.
  const silent: Checking = { scope: checking.scope, report: () => undefined, typeOf: (inner) => typeOf(inner, silent) };
  return silent.typeOf(last);
}

function accessType(access: Access, checking: Checking): Type {
  const target = checking.typeOf(access.target);
  if (access.index === "star") return starType(access, target, checking);
  const index = access.index.kind === "literal" ? literalType(access.index.value) : checking.typeOf(access.index);
  if (access.property !== undefined) return propertyType(access, target, access.property, checking);
  return indexType(access, access.index, target, index, checking);
}

function starType(access: Access, target: Type, { report }: Checking): Type {
  switch (target.kind) {
    case "any":
    case "null":
      return arrayOf(ANY, true);
    case "array":
      return arrayOf(
        target.filtered && target.items.kind === "array"
          ? target.items.items
          : target.filtered && target.items.kind === "object"
            ? valuesOf(target.items)
            : target.items,
        true,
      );
    case "object":
      return arrayOf(valuesOf(target), true);
    case "bool":
    case "number":
    case "string":
      report(
        "unknown-property",
        access,
        `${sourceOf(access.target)} is ${describe(target)}; \`.*\` needs an array or an object.`,
      );
      return arrayOf(ANY, true);
  }
}

const valuesOf = ({ properties, rest }: ObjectType): Type =>
  eitherOf([...[...properties.values()].map(({ type }) => type), ...(rest ? [rest] : [])]);

function propertyType(access: Access, target: Type, property: string, checking: Checking): Type {
  const { report } = checking;
  // The part after the target: `.name` or `['name']`.
  const at = access.index === "star" ? access : access.index;
  switch (target.kind) {
    case "any":
      return ANY;
    case "null":
      return NULL;
    case "bool":
    case "number":
    case "string":
      report(
        "unknown-property",
        at,
        `${sourceOf(access.target)} is ${describe(target)} and has no properties, so \`${property}\` is always empty.`,
      );
      return ANY;
    case "array":
      return target.filtered
        ? arrayOf(filteredProperty(target, property, at, checking), true)
        : plainArrayProperty(access, property, at, checking);
    case "object":
      return objectProperty(target, property, at, sourceOf(access.target), checking);
  }
}

function plainArrayProperty(access: Access, property: string, at: Span, { report }: Checking): Type {
  report(
    "unknown-property",
    at,
    `${sourceOf(access.target)} is an array and has no property \`${property}\`. Take an item by its number, or \`.*.${property}\` of all items.`,
  );
  return ANY;
}

function filteredProperty({ items }: ArrayType, property: string, at: Span, checking: Checking): Type {
  if (items.kind === "object") return objectProperty(items, property, at, "Each item", checking);
  if (items.kind === "any" || items.kind === "array" || items.kind === "null") return ANY;
  checking.report(
    "unknown-property",
    at,
    `The items are of the type ${items.kind} and have no properties, so \`${property}\` gives nothing.`,
  );
  return ANY;
}

function objectProperty(
  { properties, rest, missing }: ObjectType,
  property: string,
  at: Span,
  source: string,
  { report }: Checking,
): Type {
  const listed = properties.get(property.toLowerCase());
  if (listed) return listed.type;
  if (rest) return rest;
  if (missing) report(missing.code, at, missing.say(property), missing.mild);
  else
    report(
      "unknown-property",
      at,
      unknownProperty(
        source,
        property,
        [...properties.values()].map(({ name }) => name),
      ),
    );
  return ANY;
}

function indexType(access: Access, indexed: Expression, target: Type, index: Type, { report }: Checking): Type {
  if (target.kind === "any" || target.kind === "null") return ANY;
  if (target.kind === "array") {
    if (index.kind === "number" || index.kind === "any" || index.kind === "string")
      return target.filtered ? arrayOf(ANY, true) : target.items;
    report("index-type", indexed, `An array is indexed with a number; this is ${describe(index)}.`);
    return ANY;
  }
  if (target.kind !== "object") {
    report("unknown-property", indexed, `${sourceOf(access.target)} is ${describe(target)} and has no properties.`);
    return ANY;
  }
  if (index.kind !== "string" && index.kind !== "any") {
    report(
      "index-type",
      indexed,
      `The properties of ${lowerFirst(sourceOf(access.target))} have names, so an index must be a string; this is ${describe(index)}.`,
    );
    return ANY;
  }
  return target.properties.size === 0 && target.rest ? target.rest : ANY;
}

const lowerFirst = (text: string): string =>
  text.startsWith("`") ? text : text.charAt(0).toLowerCase() + text.slice(1);

const unknownProperty = (source: string, property: string, names: readonly string[]): string =>
  `${source} has no property \`${property}\`. ${didYouMean(property, names) ?? ""}`.trim();
