/**
 * The value of an expression as far as it is known before a run: GitHub's operators over texts with symbols. What may be
 * several things is several atoms; conditions are then true, false or not known. Reference: "Evaluate expressions in
 * workflows and actions".
 */
import { type EmbeddedExpression, embeddedExpressions } from "../../workflow/expressions/embedded.ts";
import { type Expression, pathOf } from "../../workflow/expressions/expression.ts";
import { parseExpression } from "../../workflow/expressions/parse.ts";
import type { ScalarNode } from "../../workflow/yaml/node.ts";
import { relationOf } from "./compare.ts";
import { symbolFor } from "./github-values.ts";
import type { Known, Scope } from "./model.ts";
import { concat, either, HOLE, literal, type Template, textOfTemplate, type Value } from "./value.ts";

export type Literal = string | number | boolean | null;
export type Atom = { known: Literal } | { template: Template };
/** Any one of these. */
export type Result = readonly Atom[];

const MOST_ATOMS = 12;
const UNKNOWN: Result = [{ template: [{ kind: "hole" }] }];
const EITHER_WAY: Result = [{ known: true }, { known: false }];
const boolean = (known: Known): Result => (known === undefined ? EITHER_WAY : [{ known }]);

const atomOf = (template: Template): Atom => {
  const text = textOfTemplate(template);
  return text === undefined ? { template } : { known: text };
};
export const resultOf = (value: Value): Result => value.map(atomOf);

const asText = (value: Literal): string => (value === null ? "" : String(value));
const templateOf = (atom: Atom): Template =>
  "template" in atom ? atom.template : (literal(asText(atom.known))[0] ?? []);
export const valueOfResult = (result: Result): Value => either([result.map(templateOf)]);

export const isNeverEmpty = (template: Template): boolean =>
  template.some(
    (part) =>
      part.kind === "text" ||
      (part.kind === "symbol" &&
        /(?:^|\.)(?:sha|head_sha|run_id|run_number|repository|repository_owner|actor|ref|ref_name|number)$/.test(
          part.name,
        )),
  );

/** A text that certainly has characters is true. */
const truthOfAtom = (atom: Atom): Known => {
  if ("known" in atom) return atom.known !== null && atom.known !== "" && atom.known !== false && atom.known !== 0;
  return isNeverEmpty(atom.template) ? true : undefined;
};

export function truthOf(result: Result): Known {
  const truths = new Set(result.map(truthOfAtom));
  return truths.size === 1 ? [...truths][0] : undefined;
}

const capped = (atoms: Atom[]): Result => {
  const different = new Map(
    atoms.map((atom) => [
      "known" in atom ? `k${typeof atom.known}${String(atom.known)}` : `t${JSON.stringify(atom.template)}`,
      atom,
    ]),
  );
  return different.size > MOST_ATOMS ? UNKNOWN : [...different.values()];
};

export function evaluate(expression: Expression, scope: Scope): Result {
  switch (expression.kind) {
    case "literal":
      return [{ known: expression.value }];
    case "context":
    case "access": {
      const path = pathOf(expression);
      if (!path || path.includes("*")) return UNKNOWN;
      const found = scope.lookup(path);
      return found ? resultOf(found) : [{ template: [symbolFor(path, scope)] }];
    }
    case "not": {
      const truth = truthOf(evaluate(expression.operand, scope));
      return boolean(truth === undefined ? undefined : !truth);
    }
    case "comparison":
      return compare(expression.operator, evaluate(expression.left, scope), evaluate(expression.right, scope), scope);
    case "logical": {
      let result: Result = [];
      let open = true;
      const and = expression.operator === "&&";
      for (const [index, operand] of expression.operands.entries()) {
        if (!open) break;
        const next = evaluate(operand, scope);
        const last = index === expression.operands.length - 1;
        const stops = next
          .filter((atom) => last || truthOfAtom(atom) !== and)
          .map((atom): Atom => (last || truthOfAtom(atom) !== undefined || !and ? atom : { known: false }));
        result = [...result, ...stops];
        open = last || next.some((atom) => truthOfAtom(atom) !== !and);
      }
      return capped([...result]);
    }
    case "call":
      return call(
        expression.name.toLowerCase(),
        expression.args.map((argument) => evaluate(argument, scope)),
        scope,
      );
  }
}

function compare(operator: string, left: Result, right: Result, scope: Scope): Result {
  if (left.length * right.length > 64) return EITHER_WAY;
  return capped(left.flatMap((a) => right.flatMap((b) => [...compareAtoms(operator, a, b, scope)])));
}

function compareAtoms(operator: string, a: Atom, b: Atom, scope: Scope): Result {
  if ("known" in a && "known" in b) return [{ known: compareKnown(operator, a.known, b.known) }];
  if (operator !== "==" && operator !== "!=") return EITHER_WAY;
  const relation = relationOf(templateOf(a), templateOf(b), scope.run);
  return relation === "unknown" ? EITHER_WAY : [{ known: (relation === "equal") === (operator === "==") }];
}

function compareKnown(operator: string, a: Literal, b: Literal): boolean {
  const number = (value: Literal): number =>
    value === null ? 0 : typeof value === "string" ? (value.trim() === "" ? 0 : Number(value)) : Number(value);
  const [x, y] =
    typeof a === "string" && typeof b === "string"
      ? [a.toLowerCase(), b.toLowerCase()]
      : a === null && b === null
        ? [0, 0]
        : [number(a), number(b)];
  switch (operator) {
    case "==":
      return x === y;
    case "!=":
      return x !== y;
    case ">":
      return x > y;
    case ">=":
      return x >= y;
    case "<":
      return x < y;
    default:
      return x <= y;
  }
}

const knownText = (result: Result | undefined): string | undefined => {
  const [atom] = result ?? [];
  return result?.length === 1 && atom && "known" in atom ? asText(atom.known) : undefined;
};

function call(name: string, args: readonly Result[], scope: Scope): Result {
  switch (name) {
    // Nothing has failed: that is the assumption under which everything here is told.
    case "success":
    case "always":
      return [{ known: true }];
    case "failure":
    case "cancelled":
      return [{ known: false }];
    case "format":
      return format(args);
    case "contains":
    case "startswith":
    case "endswith":
      return boolean(textTest(name, args[0] ?? UNKNOWN, args[1] ?? UNKNOWN));
    case "tojson":
    case "fromjson": {
      const text = knownText(args[0]);
      if (name === "fromjson" && text !== undefined && /^(?:true|false|null|-?\d+|"[^"\\]*")$/.test(text))
        return [{ known: JSON.parse(text) as Literal }];
      return name === "fromjson" &&
        args[0]?.every((atom) => "known" in atom && /^(?:true|false)$/.test(asText(atom.known)))
        ? args[0].map((atom) => ({ known: "known" in atom && asText(atom.known) === "true" }))
        : UNKNOWN;
    }
    case "case": {
      let result: Atom[] = [];
      for (let index = 0; index + 1 < args.length; index += 2) {
        const truth = truthOf(args[index] ?? UNKNOWN);
        if (truth !== false) result = [...result, ...(args[index + 1] ?? UNKNOWN)];
        if (truth === true) return capped(result);
      }
      return capped([...result, ...(args.length % 2 === 1 ? (args.at(-1) ?? UNKNOWN) : [])]);
    }
    case "hashfiles":
      return [
        {
          template: [
            {
              kind: "symbol",
              name: `hashfiles(${args.map((argument) => knownText(argument) ?? "?").join(",")})@${scope.place}`,
            },
          ],
        },
      ];
    default:
      return UNKNOWN;
  }
}

function format(args: readonly Result[]): Result {
  const pattern = knownText(args[0]);
  if (pattern === undefined) return UNKNOWN;
  const parts: Value[] = [];
  let cursor = 0;
  for (const match of pattern.matchAll(/\{\{|\}\}|\{(\d+)\}/g)) {
    parts.push(literal(pattern.slice(cursor, match.index)));
    parts.push(
      match[1] === undefined ? literal(match[0][0] ?? "") : valueOfResult(args[Number(match[1]) + 1] ?? UNKNOWN),
    );
    cursor = match.index + match[0].length;
  }
  parts.push(literal(pattern.slice(cursor)));
  return resultOf(concat(parts));
}

function textTest(name: string, whole: Result, piece: Result): Known {
  const needle = knownText(piece)?.toLowerCase();
  if (needle === undefined) return undefined;
  const answers = new Set(whole.map((atom) => testAtom(name, atom, needle)));
  return answers.size === 1 ? [...answers][0] : undefined;
}

function testAtom(name: string, atom: Atom, needle: string): Known {
  if ("known" in atom) {
    const text = asText(atom.known).toLowerCase();
    return name === "contains"
      ? text.includes(needle)
      : name === "startswith"
        ? text.startsWith(needle)
        : text.endsWith(needle);
  }
  const edge = name === "endswith" ? atom.template.at(-1) : atom.template[0];
  if (name === "contains")
    return atom.template.some((part) => part.kind === "text" && part.text.toLowerCase().includes(needle))
      ? true
      : undefined;
  if (edge?.kind !== "text") return undefined;
  const text = edge.text.toLowerCase();
  if (name === "startswith") return text.startsWith(needle) ? true : needle.startsWith(text) ? undefined : false;
  return text.endsWith(needle) ? true : needle.endsWith(text) ? undefined : false;
}

const expressions = new WeakMap<ScalarNode, EmbeddedExpression[]>();
const bare = new WeakMap<ScalarNode, Expression | null>();

/** Every run asks the same scalars again. */
function expressionsIn(node: ScalarNode): EmbeddedExpression[] {
  let found = expressions.get(node);
  if (!found) expressions.set(node, (found = embeddedExpressions(node)));
  return found;
}

function bareExpression(node: ScalarNode): Expression | null {
  let found = bare.get(node);
  if (found === undefined) bare.set(node, (found = parseExpression(node.value).expression ?? null));
  return found;
}

/** The text of a scalar with its `${{ }}` filled in. */
export function valueOfScalar(node: ScalarNode, scope: Scope): Value {
  if (!node.value.includes("${{")) return literal(node.value);
  const parts: Value[] = [];
  let cursor = 0;
  for (const embedded of expressionsIn(node)) {
    parts.push(literal(node.value.slice(cursor, embedded.within.start)));
    parts.push(embedded.expression ? valueOfResult(evaluate(embedded.expression, scope)) : HOLE);
    cursor = embedded.within.end;
  }
  parts.push(literal(node.value.slice(cursor)));
  return concat(parts);
}

/** Whether a condition holds if nothing fails; one without a status function means `success() && (...)`. */
export function conditionHolds(node: ScalarNode | undefined, scope: Scope): Known {
  if (!node) return true;
  const { value } = node;
  const sites = expressionsIn(node);
  const [only] = sites;
  if (sites.length === 0) {
    if (value.trim() === "") return true;
    const expression = bareExpression(node);
    return expression ? truthOf(evaluate(expression, scope)) : undefined;
  }
  if (
    sites.length > 1 ||
    !only?.expression ||
    value.slice(0, only.within.start).trim() !== "" ||
    value.slice(only.within.end).trim() !== ""
  )
    return undefined;
  return truthOf(evaluate(only.expression, scope));
}
