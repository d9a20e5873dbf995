/** The value of a shell word: literal text, `${{ }}`, variables, and the few commands that people cut tags with. */
import type { AndOr, Command, CommandArgument, ParameterExpansionPart, PipelineNode, WordPart } from "unbash";
import type { Script } from "../scripts.ts";
import { evaluate, isNeverEmpty, valueOfResult } from "./evaluate.ts";
import { shellPath } from "./github-values.ts";
import type { Scope } from "./model.ts";
import {
  concat,
  either,
  HOLE,
  isUnknown,
  join,
  literal,
  type Part,
  symbol,
  type Template,
  textOf,
  textOfTemplate,
  type Value,
} from "./value.ts";

export interface ShellState {
  script: Pick<Script, "ast" | "source" | "expressions">;
  scope: Scope;
  /** Variables that the script has set so far. */
  variables: Map<string, Value>;
  /** The commit that `git rev-parse HEAD` answers with. */
  head: Value;
  /** Names of those that programs see which the script starts. */
  exported: Set<string>;
  /** Where the script is, from the workspace's root; nothing where it is not known. */
  folder: string | undefined;
  /** In a branch whose condition is not known. */
  perhaps: boolean;
  /** Where a branch's or tag's name is cut from a ref that is a pull request's. */
  cuts: { pos: number; end: number }[];
}

/** Substitutions and defaults within each other, deeper than people write them. */
const MOST_NESTED = 8;
let nested = 0;

function inside(value: () => Value): Value {
  if (nested >= MOST_NESTED) return HOLE;
  nested++;
  try {
    return value();
  } finally {
    nested--;
  }
}

export function valueOfWord(word: CommandArgument | undefined, state: ShellState): Value {
  if (!word) return literal("");
  if (word.type === "Assignment")
    return concat([
      literal(word.text.slice(0, word.text.indexOf("=") + 1)),
      word.value.type === "Word" ? valueOfWord(word.value, state) : HOLE,
    ]);
  return word.parts
    ? concat(word.parts.map((part) => valueOfPart(part, state)))
    : withExpressions(word.value, word, state);
}

function valueOfPart(part: WordPart, state: ShellState): Value {
  switch (part.type) {
    case "Literal":
    case "SingleQuoted":
      return withExpressions(part.value, part, state);
    case "DoubleQuoted":
    case "LocaleString":
      return concat(part.parts.map((inner) => valueOfPart(inner, state)));
    case "AnsiCQuoted":
      return literal(part.value);
    case "SimpleExpansion":
      return variable(part.text.replace(/^\$/, ""), state);
    case "ParameterExpansion":
      return inside(() => parameter(part, state));
    case "CommandExpansion": {
      const [statement] = part.script?.commands ?? [];
      // In old-style backticks the positions count in the decoded text.
      return part.script?.commands.length === 1 && part.script.source === undefined && statement
        ? inside(() => outputOf(statement.command, state))
        : HOLE;
    }
    case "Glob":
      return literal(part.text);
    default:
      return HOLE;
  }
}

/** Placeholders in a literal become what their expressions are. */
function withExpressions(value: string, at: { pos: number; end: number }, { script, scope }: ShellState): Value {
  const sites = script.expressions.filter(({ within }) => within.start < at.end && within.end > at.pos);
  if (sites.length === 0) return literal(value);
  const parts: Value[] = [];
  let cursor = at.pos;
  const text = (from: number, to: number): Value =>
    literal(
      script.source
        .slice(from, to)
        .replace(/\\(["$`\\\n])/g, (_, character: string) => (character === "\n" ? "" : character))
        .replace(/^'|'$/g, ""),
    );
  for (const { within, expression } of sites) {
    if (within.start < cursor) return HOLE;
    parts.push(text(cursor, within.start), expression ? valueOfResult(evaluate(expression, scope)) : HOLE);
    cursor = within.end;
  }
  parts.push(text(cursor, at.end));
  return concat(parts);
}

/** One that nothing sets is a hole: a script file, an action or the runner may have set it. */
export function variable(name: string, { variables, scope }: ShellState): Value {
  const set = variables.get(name) ?? scope.lookup(["env", name.toLowerCase()]);
  if (set) return set;
  const path = shellPath(name);
  return path ? (scope.lookup(path) ?? symbol(path.join("."))) : HOLE;
}

const mapTemplates = (value: Value, change: (template: Template) => Template): Value => either([value.map(change)]);

export const lowered = (value: Value): Value =>
  mapTemplates(value, (template) =>
    template.map((part): Part =>
      part.kind === "text"
        ? { kind: "text", text: part.text.toLowerCase() }
        : part.kind === "symbol" && !/sha$|number$|run_id$/.test(part.name)
          ? { ...part, cleaned: true }
          : part,
    ),
  );

/** The first characters of a text; of a symbol only where it stands alone. */
export const cut = (value: Value, length: number): Value =>
  mapTemplates(value, (template) => {
    const text = textOfTemplate(template);
    if (text !== undefined) return join([[{ kind: "text", text: text.slice(0, length) }]]);
    const [only] = template;
    if (template.length === 1 && only?.kind === "symbol")
      return [{ ...only, length: Math.min(length, only.length ?? length) }];
    return HOLE[0] ?? [];
  });

const cleaned = (value: Value): Value =>
  mapTemplates(value, (template) =>
    template.map((part): Part =>
      part.kind === "symbol" ? { ...part, cleaned: true } : part.kind === "text" ? { kind: "hole" } : part,
    ),
  );

function parameter(part: ParameterExpansionPart, state: ShellState): Value {
  const base = part.prefix === undefined && part.index === undefined ? variable(part.parameter, state) : HOLE;
  const { operation } = part;
  switch (operation?.type) {
    case undefined:
      return base;
    case "Default": {
      if (operation.operator.includes("?")) return base;
      const operand = valueOfWord(operation.operand, state);
      const text = textOf(base);
      const unset = text === "" ? true : text !== undefined ? false : undefined;
      if (operation.operator.includes("+"))
        return unset === true ? literal("") : unset === false ? operand : either([operand, literal("")]);
      return unset === true
        ? operand
        : unset === false || base.every(isNeverEmpty)
          ? base
          : either([base.filter((template) => template.length > 0), operand]);
    }
    case "Slice": {
      const from = textOf(valueOfWord(operation.offset, state))?.trim() ?? "";
      const length = Number(textOf(valueOfWord(operation.length, state)) ?? Number.NaN);
      return (from === "" || from === "0") && operation.length && Number.isInteger(length) && length > 0
        ? cut(base, length)
        : HOLE;
    }
    case "CaseModification":
      return operation.operator === ",," ? lowered(base) : HOLE;
    case "Remove": {
      const pattern = textOf(valueOfWord(operation.operand, state));
      if (pattern === undefined || !operation.operator.startsWith("#")) return HOLE;
      if (/^(?:refs\/(?:heads|tags)\/|\*\/)$/.test(pattern) && !state.perhaps && isPullRef(base))
        state.cuts.push({ pos: part.pos, end: part.end });
      return mapTemplates(base, (template) => withoutPrefix(template, pattern));
    }
    case "Replace":
      return cleaned(base);
    default:
      return HOLE;
  }
}

const isPullRef = (value: Value): boolean =>
  value.length === 1 && value[0]?.[0]?.kind === "text" && value[0][0].text.startsWith("refs/pull/");

function withoutPrefix(template: Template, pattern: string): Template {
  const [first, ...rest] = template;
  if (/[*?[]/.test(pattern) || first === undefined) return pattern === "" ? template : (HOLE[0] ?? []);
  if (first.kind !== "text")
    return first.kind === "symbol" && /(?:^|\.)ref(?:@|$)/.test(first.name) ? (HOLE[0] ?? []) : template;
  if (first.text.startsWith(pattern)) return join([[{ kind: "text", text: first.text.slice(pattern.length) }], rest]);
  return pattern.startsWith(first.text) && rest.length > 0 ? (HOLE[0] ?? []) : template;
}

/** What a command substitution gives, for `echo`, `printf`, `cut`, `tr`, `git rev-parse` and `head -c`. */
function outputOf(node: PipelineNode | AndOr, state: ShellState): Value {
  if (node.type === "AndOr")
    return node.operators.every((operator) => operator === "||") && node.commands[0]
      ? either([outputOf(node.commands[0], state), HOLE])
      : HOLE;
  const commands = node.type === "Pipeline" ? node.commands : [node];
  let value: Value = HOLE;
  for (const [index, command] of commands.entries()) {
    if (command.type !== "Command") return HOLE;
    value = index === 0 ? sourceOf(command, state) : filtered(command, value, state);
    if (isUnknown(value)) return HOLE;
  }
  return value;
}

const wordsOf = (command: Command, state: ShellState): (string | undefined)[] =>
  command.args.map((word) => textOf(valueOfWord(word, state)));

function sourceOf(command: Command, state: ShellState): Value {
  const name = command.name?.value;
  const words = wordsOf(command, state);
  const operands = command.args.filter((_, index) => !/^-[neE]+$/.test(words[index] ?? ""));
  if (name === "echo")
    return concat(operands.flatMap((word, index) => [literal(index === 0 ? "" : " "), valueOfWord(word, state)]));
  if (name === "printf") return printed(command, state);
  if (name === "git" && words[0] === "rev-parse" && words.at(-1) === "HEAD") {
    const short = words.find((word) => word?.startsWith("--short"));
    if (words.length === 2) return state.head;
    // Without a length git decides by the size of the repository.
    return short?.includes("=") ? cut(state.head, Number(short.split("=")[1]) || 7) : HOLE;
  }
  if (name === "cut" || name === "tr" || name === "head") {
    const here = command.redirects.find((redirect) => redirect.type === "HereString");
    return here?.target ? filtered(command, valueOfWord(here.target, state), state) : HOLE;
  }
  return HOLE;
}

export function printed(command: Command, state: ShellState): Value {
  const [format, ...args] = command.args;
  const pattern = textOf(valueOfWord(format, state));
  if (pattern === undefined || /%(?!s|%|d)/.test(pattern)) return HOLE;
  let next = 0;
  const pieces = pattern
    .replaceAll("\\n", "\n")
    .split(/(%s|%d|%%)/)
    .map((piece) =>
      piece === "%s" || piece === "%d" ? valueOfWord(args[next++], state) : literal(piece === "%%" ? "%" : piece),
    );
  return next >= args.length ? concat(pieces) : HOLE;
}

function filtered(command: Command, input: Value, state: ShellState): Value {
  const words = wordsOf(command, state);
  const all = words.join(" ");
  if (command.name?.value === "cut") {
    const range = /^-c ?(?:1)?-(\d+)$/.exec(all) ?? /^-b ?(?:1)?-(\d+)$/.exec(all);
    return range ? cut(input, Number(range[1])) : HOLE;
  }
  if (command.name?.value === "head") {
    const range = /^-c ?(\d+)$/.exec(all);
    return range ? cut(input, Number(range[1])) : HOLE;
  }
  if (command.name?.value === "tr") {
    if (all === "-d \n" || all === "-d \\n" || all === "-d \r\n") return input;
    if (
      words.length === 2 &&
      /^(?:\[:upper:\]|A-Z|\[A-Z\])$/.test(words[0] ?? "") &&
      /^(?:\[:lower:\]|a-z|\[a-z\])$/.test(words[1] ?? "")
    )
      return lowered(input);
    return cleaned(input);
  }
  if (command.name?.value === "sed") return cleaned(input);
  if (command.name?.value === "xargs" && words.length === 0) return input;
  return HOLE;
}
