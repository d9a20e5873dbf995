/**
 * The door to `@actions/expressions`, GitHub's own lexer and parser, whose tree becomes ours. Names are not judged here:
 * which contexts and functions exist where is asked by whoever knows the place.
 */
import { Lexer, Parser } from "@actions/expressions";
import * as ast from "@actions/expressions/ast";
import { ExpressionError } from "@actions/expressions/errors";
import { type Token, TokenType } from "@actions/expressions/lexer";
import { inDigits, LIMITS } from "../limits.ts";
import type { Span } from "../yaml/node.ts";
import type { Comparison, Expression } from "./expression.ts";
import { atEnd, explainSyntax } from "./syntax-problem.ts";
import { functionNamed } from "./types/functions.ts";

export type Parsed =
  { expression: Expression; error?: undefined } | { expression?: undefined; error: ExpressionProblem };

export interface ExpressionProblem extends Span {
  /** Whether it is the text that cannot be read, or a function's count of arguments. */
  kind: "syntax" | "arguments";
  message: string;
}

const COMPARISONS: ReadonlySet<TokenType> = new Set([
  TokenType.EQUAL_EQUAL,
  TokenType.BANG_EQUAL,
  TokenType.GREATER,
  TokenType.GREATER_EQUAL,
  TokenType.LESS,
  TokenType.LESS_EQUAL,
]);
const MAX_COMPARISONS = 500;

const TOO_DEEP = `This expression is nested more than ${LIMITS.expressionDepth.value} levels deep, which GitHub refuses.`;

/** Any number of arguments: counts are judged with the types. */
const ANY_COUNT = { minArgs: 0, maxArgs: 255 };

const known = new Map<string, Parsed>();
/** Few distinct expressions make up most of the files; more than this many are a test or an attack. */
const MAX_KNOWN = 5_000;

/** Parses an expression without its `${{ }}`. Never throws. */
export function parseExpression(text: string): Parsed {
  const before = known.get(text);
  if (before) return before;
  const parsed = parse(text);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, parsed);
  return parsed;
}

function parse(text: string): Parsed {
  try {
    const { tokens } = new Lexer(text).lex();
    // Comparisons nest to the left, and the library does not count them among its levels.
    if (tokens.filter(({ type }) => COMPARISONS.has(type)).length > MAX_COMPARISONS)
      return { error: { kind: "syntax", message: TOO_DEEP, start: 0, end: text.length } };
    const offsets = offsetsOf(tokens, text);
    const names = [...new Set(tokens.filter(({ type }) => type === TokenType.IDENTIFIER).map(({ lexeme }) => lexeme))];
    const functions = names.map((name) => ({ name, ...ANY_COUNT }));
    const tree: ast.Expr | undefined = new Parser(tokens, names, functions).parse();
    if (tree === undefined)
      return { error: { kind: "syntax", message: "This expression is empty.", start: 0, end: text.length } };
    return { expression: convert(tree, offsets, text) };
  } catch (error) {
    return { error: problemOf(error, text) };
  }
}

/** The library gives a line and a column that strings of several lines put off, so each token is looked for. */
function offsetsOf(tokens: readonly Token[], text: string): Map<Token, number> {
  const offsets = new Map<Token, number>();
  let cursor = 0;
  for (const token of tokens) {
    const at = token.lexeme === "" ? text.length : text.indexOf(token.lexeme, cursor);
    offsets.set(token, at);
    cursor = at + token.lexeme.length;
  }
  return offsets;
}

/** The library's words for counts of arguments. */
const ARGUMENT_ERRORS = /^(Too (?:few|many)|Even number of) parameters supplied.*: '([^]*)'$/;

function problemOf(error: unknown, text: string): ExpressionProblem {
  if (error instanceof ExpressionError) {
    const lines = text.split("\n");
    const before = lines.slice(0, error.pos.line).reduce((sum, line) => sum + line.length + 1, 0);
    const start = Math.min(before + error.pos.column, text.length);
    const [, what, name = ""] = ARGUMENT_ERRORS.exec(error.message) ?? [];
    if (what !== undefined)
      return { kind: "arguments", message: argumentsMessage(what, name), start, end: start + name.length };
    if (/^Exceeded max expression depth/.test(error.message))
      return { kind: "syntax", message: TOO_DEEP, start: 0, end: text.length };
    return {
      kind: "syntax",
      ...(/^Unexpected end|: 'EOF'$/.test(error.message) && !text.includes("EOF")
        ? atEnd(text)
        : explainSyntax(text, start)),
    };
  }
  if (error instanceof RangeError)
    return { kind: "syntax", message: "This expression is nested too deeply.", start: 0, end: text.length };
  if (!(error instanceof Error)) throw error;
  if (error.message === "ErrorExceededMaxLength")
    return {
      kind: "syntax",
      message: `This expression has more than ${inDigits(LIMITS.expression.value)} characters, which GitHub refuses.`,
      start: 0,
      end: text.length,
    };
  const position = /Located at position (\d+)/.exec(error.message)?.[1];
  return {
    kind: "syntax",
    ...explainSyntax(text, position === undefined ? 0 : Math.min(Number(position) - 1, text.length)),
  };
}

function argumentsMessage(what: string, name: string): string {
  if (what.startsWith("Even"))
    return "`case` takes pairs of a condition and a value, and a default at the end: an odd number of arguments.";
  const signature = functionNamed(name);
  const wanted =
    signature === undefined
      ? ""
      : signature.min === signature.max
        ? `; it takes ${signature.min}`
        : what === "Too few"
          ? `; it takes at least ${signature.min}`
          : `; it takes at most ${signature.max}`;
  return `\`${name}\` gets too ${what === "Too few" ? "few" : "many"} arguments${wanted}.`;
}

function convert(tree: ast.Expr, offsets: Map<Token, number>, text: string): Expression {
  const spanOf = (token: Token): Span => {
    const start = offsets.get(token) ?? 0;
    return { start, end: start + token.lexeme.length };
  };
  const through = (from: number, to: number, pattern: RegExp): Span => {
    pattern.lastIndex = to;
    return { start: from, end: pattern.test(text) ? pattern.lastIndex : to };
  };

  const step = (node: ast.Expr): Expression => {
    if (node instanceof ast.Grouping) return step(node.group);
    if (node instanceof ast.Literal) return { kind: "literal", value: valueOf(node), ...spanOf(node.token) };
    if (node instanceof ast.ContextAccess) return { kind: "context", name: node.name.lexeme, ...spanOf(node.name) };
    if (node instanceof ast.Unary) {
      const operand = step(node.expr);
      return { kind: "not", operand, start: spanOf(node.operator).start, end: operand.end };
    }
    if (node instanceof ast.FunctionCall) {
      const args = node.args.map(step);
      const nameSpan = spanOf(node.functionName);
      return {
        kind: "call",
        name: node.functionName.lexeme,
        nameSpan,
        args,
        ...through(nameSpan.start, args.at(-1)?.end ?? nameSpan.end + 1, /[\s)]*?\)/y),
      };
    }
    if (node instanceof ast.Binary) {
      const left = step(node.left);
      const right = step(node.right);
      return {
        kind: "comparison",
        operator: node.operator.lexeme as Comparison["operator"],
        left,
        right,
        start: left.start,
        end: right.end,
      };
    }
    if (node instanceof ast.Logical) {
      const operands = node.args.map(step);
      return {
        kind: "logical",
        operator: node.operator.type === TokenType.AND ? "&&" : "||",
        operands,
        start: operands[0]?.start ?? 0,
        end: operands.at(-1)?.end ?? 0,
      };
    }
    if (node instanceof ast.IndexAccess) {
      const target = step(node.expr);
      if (node.index instanceof ast.Star)
        return {
          kind: "access",
          target,
          index: "star",
          ...through(target.start, target.end, /\s*(?:\.\s*\*|\[\s*\*\s*\])/y),
        };
      const index = step(node.index);
      const bracket = /^\s*\[/.test(text.slice(target.end, index.start));
      const span = bracket ? through(target.start, index.end, /\s*\]/y) : { start: target.start, end: index.end };
      return {
        kind: "access",
        target,
        index,
        ...(index.kind === "literal" && typeof index.value === "string" ? { property: index.value } : {}),
        ...span,
      };
    }
    throw new Error(`An unknown kind of expression: ${node.constructor.name}`);
  };
  return step(tree);
}

function valueOf({ token, literal }: ast.Literal): string | number | boolean | null {
  switch (token.type) {
    case TokenType.TRUE:
      return true;
    case TokenType.FALSE:
      return false;
    case TokenType.NULL:
      return null;
    case TokenType.NUMBER:
      return Number(token.value);
    // The library undoubles only the first quote of a string.
    case TokenType.STRING:
      return token.lexeme.slice(1, -1).replaceAll("''", "'");
    default:
      return literal.coerceString();
  }
}
