/**
 * GitHub's expressions, evaluated by GitHub's own parser and evaluator. What is added here: `${{ }}` inside text, and
 * the rule that a condition without a status function means `success() && (...)`
 * (docs.github.com, "Evaluate expressions in workflows and actions: Status check functions").
 */
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import type { FunctionDefinition } from "@actions/expressions/funcs/info";
import type { Json } from "./json.ts";

/** The contexts that are readable at one place of a workflow file. A context that is not listed there is an error. */
export type Contexts = Readonly<Record<string, Json>>;

export interface StatusFunctions {
  success(): boolean;
  failure(): boolean;
  cancelled(): boolean;
}

export interface Scope {
  readonly contexts: Contexts;
  /** Only conditions have them. */
  readonly status?: StatusFunctions;
  /** Only steps have it: the runner's workspace. */
  readonly hashFiles?: (patterns: readonly string[]) => string;
}

/** An expression that GitHub would refuse: the job or run that holds it fails. */
export class ExpressionProblem extends Error {
  override name = "ExpressionProblem";
}

const STATUS_FUNCTIONS = ["success", "failure", "cancelled", "always"];

const toData = (value: Json): data.ExpressionData =>
  JSON.parse(JSON.stringify(value), data.reviver) as data.ExpressionData;
const toJson = (value: data.ExpressionData): Json => JSON.parse(JSON.stringify(value, data.replacer) ?? "null") as Json;

/** Evaluates what stands between `${{` and `}}`. */
export function evaluate(expression: string, scope: Scope): Json {
  return toJson(evaluateData(expression, scope));
}

/** A value in which `${{ }}` is replaced. A string that is one expression alone keeps that expression's type. */
export function interpolate(value: Json, scope: Scope): Json {
  if (Array.isArray(value)) return value.map((item) => interpolate(item, scope));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolate(item, scope)]));
  if (typeof value !== "string") return value;
  const parts = split(value);
  const [first] = parts;
  if (parts.length === 1 && first?.kind === "expression") return evaluate(first.text, scope);
  return parts
    .map((part) => (part.kind === "text" ? part.text : evaluateData(part.text, scope).coerceString()))
    .join("");
}

/** The same, as the string that GitHub makes of it: null is empty, true is `true`. */
export function interpolateString(value: Json | undefined, scope: Scope): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "string") return toData(value).coerceString();
  return split(value)
    .map((part) => (part.kind === "text" ? part.text : evaluateData(part.text, scope).coerceString()))
    .join("");
}

/** Whether an `if:` holds; without a status function it holds only after success. */
export function holds(condition: string | undefined, scope: Scope & { status: StatusFunctions }): boolean {
  const expression = condition === undefined ? "" : bare(condition);
  const own = expression === "" ? true : truthy(evaluate(expression, scope));
  return readsStatus(expression) ? own : scope.status.success() && own;
}

/** Whether an `if:` calls a status function, which takes away the implicit `success()`. */
export function readsStatus(condition: string): boolean {
  const tokens = new Lexer(bare(condition)).lex().tokens;
  return tokens.some(
    (token, index) => STATUS_FUNCTIONS.includes(token.lexeme.toLowerCase()) && tokens[index + 1]?.lexeme === "(",
  );
}

function bare(condition: string): string {
  const parts = split(condition.trim());
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first.text.trim();
  if (parts.length === 0) return "";
  throw new ExpressionProblem(
    `The condition \`${condition}\` mixes text and \${{ }}: GitHub reads it as a string that is always true.`,
  );
}

export const truthy = (value: Json): boolean => !(value === null || value === false || value === "" || value === 0);

type Part = { kind: "text" | "expression"; text: string };

function split(text: string): Part[] {
  const parts: Part[] = [];
  let position = 0;
  for (;;) {
    const start = text.indexOf("${{", position);
    if (start === -1) break;
    const end = endOfExpression(text, start + 3);
    if (end === -1) throw new ExpressionProblem(`The expression in \`${text}\` does not end.`);
    if (start > position) parts.push({ kind: "text", text: text.slice(position, start) });
    parts.push({ kind: "expression", text: text.slice(start + 3, end) });
    position = end + 2;
  }
  if (position < text.length) parts.push({ kind: "text", text: text.slice(position) });
  return parts;
}

/** Where `}}` stands, quoted strings passed over. */
function endOfExpression(text: string, from: number): number {
  let quoted = false;
  for (let index = from; index < text.length; index += 1) {
    if (text[index] === "'") quoted = !quoted;
    else if (!quoted && text.startsWith("}}", index)) return index;
  }
  return -1;
}

function evaluateData(expression: string, scope: Scope): data.ExpressionData {
  const functions = extensionFunctions(scope);
  try {
    const tree = new Parser(new Lexer(expression).lex().tokens, Object.keys(scope.contexts), [
      ...functions.values(),
    ]).parse();
    const dictionary = new data.Dictionary(
      ...Object.entries(scope.contexts).map(([key, value]) => ({ key, value: toData(value) })),
    );
    return new Evaluator(tree, dictionary, functions).evaluate();
  } catch (error) {
    throw new ExpressionProblem(
      `\${{ ${expression.trim()} }}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function extensionFunctions(scope: Scope): Map<string, FunctionDefinition> {
  const functions = new Map<string, FunctionDefinition>();
  const add = (name: string, maxArgs: number, call: (...values: data.ExpressionData[]) => data.ExpressionData) =>
    functions.set(name.toLowerCase(), { name, minArgs: maxArgs === 0 ? 0 : 1, maxArgs, call });
  const { status, hashFiles } = scope;
  if (status) {
    add("success", 0, () => new data.BooleanData(status.success()));
    add("failure", 0, () => new data.BooleanData(status.failure()));
    add("cancelled", 0, () => new data.BooleanData(status.cancelled()));
    add("always", 0, () => new data.BooleanData(true));
  }
  if (hashFiles)
    add("hashFiles", 255, (...values) => new data.StringData(hashFiles(values.map((value) => value.coerceString()))));
  return functions;
}
