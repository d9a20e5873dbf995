/** What words and commands of a script say, piece by piece, with what somebody else has put into them. */
import type {
  AndOr,
  Command,
  CompoundList,
  HereDocBody,
  PipelineNode,
  Redirection,
  Statement,
  SyntaxNode,
} from "unbash";
import type { EmbeddedExpression } from "../../workflow/expressions/embedded.ts";
import type { Span } from "../../workflow/yaml/node.ts";
import { type Script, spanOf } from "../scripts.ts";
import { type Emission, printed } from "./shell-output.ts";
import { cleansInput, filesRead, outputSource, passesInput, type ShellSource } from "./shell-programs.ts";
import type { Taint, TaintedExpansion } from "./model.ts";
import { worst } from "./way.ts";

export interface ValueSurroundings {
  script: Script;
  /** The variables as they are at the moment; whoever follows the script writes to it. */
  vars: ReadonlyMap<string, Taint>;
  ofExpression(embedded: EmbeddedExpression): Taint | undefined;
  /** What files of the workspace hold, where they are somebody else's. */
  files: Taint | undefined;
  /** What a program says about the event, the pull request or the commits. */
  ofSource(source: ShellSource, at: Span): Taint | undefined;
}

export interface ShellValues {
  /** What a word, or a heredoc's body, is made of. */
  pieces(node: SyntaxNode): Emission[];
  taintOf(node: SyntaxNode): Taint | undefined;
  /** What comes in by `<`, `<<` and `<<<`; nothing where none of them stands. */
  inputFrom(redirects: readonly Redirection[]): Emission[] | undefined;
  /** What a command prints, of what it is given on its standard input. */
  emissions(node: PipelineNode | AndOr, stdin: readonly Emission[]): Emission[];
  /** The same for a simple command; `intoFile`: also where its output goes to a file. */
  commandOutput(node: Command, stdin: readonly Emission[], intoFile?: boolean): Emission[];
  /** By their place: every expansion that was asked for so far. */
  expansions: Map<number, TaintedExpansion>;
}

/** What is printed goes to a file instead. */
const takesOutput = (redirect: Redirection): boolean =>
  redirect.type === "Redirect" &&
  /^(?:>>?|&>>?|>\|)$/.test(redirect.operator) &&
  redirect.descriptor?.type !== "FileDescriptor";

const NEW_LINE: Emission = { text: "\n", taint: undefined, pos: 0, end: 0 };

export function shellValues({ script, vars, ofExpression, files, ofSource }: ValueSurroundings): ShellValues {
  const expansions = new Map<number, TaintedExpansion>();
  let depth = 0;

  /** A literal part of the text, cut where expressions stand in it. */
  const literalPieces = (pos: number, end: number): Emission[] => {
    const pieces: Emission[] = [];
    let from = pos;
    for (const embedded of script.expressions) {
      const { start, end: stop } = embedded.within;
      if (start < from || start >= end) continue;
      if (start > from)
        pieces.push({ text: script.source.slice(from, start), taint: undefined, pos: from, end: start });
      pieces.push({ text: undefined, taint: ofExpression(embedded), pos: start, end: stop });
      from = stop;
    }
    if (from < end) pieces.push({ text: script.source.slice(from, end), taint: undefined, pos: from, end });
    return pieces;
  };

  const ofVariable = (name: string, part: { pos: number; end: number }): Taint | undefined => {
    const taint = vars.get(name);
    if (taint && !expansions.has(part.pos)) expansions.set(part.pos, { name, pos: part.pos, end: part.end, taint });
    return taint;
  };

  /** What a word, or a heredoc's body, is made of. */
  const pieces = (node: SyntaxNode): Emission[] => {
    switch (node.type) {
      case "Word":
      case "HereDocBody":
        return node.parts ? node.parts.flatMap(pieces) : literalPieces(node.pos, node.end);
      case "Assignment":
        return [...literalPieces(node.pos, node.pos + node.name.length + 1), ...pieces(node.value)];
      case "ArrayValue":
        return node.elements.flatMap(pieces);
      case "DoubleQuoted":
      case "LocaleString":
        return node.parts.flatMap(pieces);
      case "SingleQuoted":
        return literalPieces(node.pos + 1, node.end - 1);
      case "AnsiCQuoted":
        return literalPieces(node.pos + 2, node.end - 1);
      case "SimpleExpansion":
        return [{ text: undefined, taint: ofVariable(node.text.slice(1), node), pos: node.pos, end: node.end }];
      case "ParameterExpansion": {
        const { operation } = node;
        const cleaned =
          node.prefix === "#" ||
          (operation?.type === "Replace" &&
            operation.operator === "//" &&
            operation.pattern.text.startsWith("[^") &&
            operation.replacement.text.length <= 1);
        const chosen = operation?.type === "Default" && (operation.operator === "+" || operation.operator === ":+");
        const own = cleaned || chosen ? undefined : ofVariable(node.parameter, node);
        const other =
          operation?.type === "Default" && !operation.operator.includes("?")
            ? worst(pieces(operation.operand).map(({ taint }) => taint))
            : undefined;
        return [{ text: undefined, taint: worst([own, other]), pos: node.pos, end: node.end }];
      }
      case "CommandExpansion":
      case "ProcessSubstitution": {
        const inner = node.script && node.script.source === undefined ? node.script.commands : [];
        return [{ text: undefined, taint: outputOf(inner), pos: node.pos, end: node.end }];
      }
      case "ArithmeticExpansion":
        return [{ text: undefined, taint: undefined, pos: node.pos, end: node.end }];
      case "Literal":
      case "Glob":
      case "ExtendedGlob":
      case "BraceExpansion":
        return literalPieces(node.pos, node.end);
      default:
        return [];
    }
  };
  const taintOf = (node: SyntaxNode): Taint | undefined => worst(pieces(node).map(({ taint }) => taint));

  const outputOf = (statements: readonly Statement[]): Taint | undefined => {
    if (++depth > 40) {
      depth--;
      return undefined;
    }
    const taint = worst(statements.flatMap(({ command }) => emissions(command, [])).map((emission) => emission.taint));
    depth--;
    return taint;
  };

  const fileTaint = (path: string): Taint | undefined =>
    /^\/(?:etc|proc|sys|usr)\//.test(path) || path === "/dev/null" ? undefined : files;

  /** What comes in by `<`, `<<` and `<<<`; nothing where none of them stands. */
  const inputFrom = (redirects: readonly Redirection[]): Emission[] | undefined => {
    const found = redirects.flatMap((redirect): Emission[] => {
      if (redirect.type === "HereString") return redirect.target ? [...pieces(redirect.target)] : [];
      if (redirect.type === "HereDoc") return hereDocPieces(redirect.body);
      if (redirect.operator !== "<" || !redirect.target) return [];
      const taint = worst([
        taintOf(redirect.target),
        ...(redirect.target.parts?.some(({ type }) => type === "ProcessSubstitution")
          ? []
          : [fileTaint(redirect.target.value)]),
      ]);
      return [{ text: undefined, taint, pos: redirect.pos, end: redirect.end }];
    });
    return found.length > 0 || redirects.some(({ type, operator }) => type !== "Redirect" || operator === "<")
      ? found
      : undefined;
  };
  const hereDocPieces = (body: HereDocBody): Emission[] => pieces(body);

  /** What a command prints. */
  const emissions = (node: PipelineNode | AndOr, stdin: readonly Emission[]): Emission[] => {
    const ofList = ({ commands }: CompoundList): Emission[] =>
      commands.flatMap(({ command }) => [...emissions(command, stdin), NEW_LINE]);
    switch (node.type) {
      case "Command":
        return commandOutput(node, stdin);
      case "Redirected":
        return emissions(node.command, inputFrom(node.redirects) ?? stdin);
      case "Pipeline":
        return node.commands.reduce<readonly Emission[]>((input, command) => emissions(command, input), stdin).slice();
      case "AndOr":
        return node.commands.flatMap((command) => emissions(command, stdin));
      case "BraceGroup":
      case "Subshell":
      case "For":
      case "While":
        return ofList(node.body);
      case "If":
        return [node.then, ...node.elif.map(({ then }) => then), ...(node.else ? [node.else] : [])].flatMap(ofList);
      case "Case":
        return node.items.flatMap(({ body }) => ofList(body));
      default:
        return [];
    }
  };

  const commandOutput = (node: Command, stdin: readonly Emission[], intoFile = false): Emission[] => {
    const input = inputFrom(node.redirects) ?? stdin;
    const name = node.name?.value;
    if (name === undefined) return node.redirects.length > 0 ? [...input] : [];
    if (!intoFile && node.redirects.some(takesOutput)) return [];
    const words = node.args;
    if (name === "echo" || name === "printf") return printed(name, words.map(pieces));
    const source = outputSource(
      name,
      words.map((word) => (word.type === "Assignment" ? word.text : word.value)),
    );
    if (source)
      return [{ text: undefined, taint: ofSource(source, spanOf(script, node)), pos: node.pos, end: node.end }];
    if (!passesInput(name)) return [];
    const texts = words.map((word) => (word.type === "Assignment" ? word.text : word.value));
    if (cleansInput(name, texts)) return input.map((emission) => ({ ...emission, taint: undefined }));
    const given = words.map(taintOf);
    const named = filesRead(name, texts).map(fileTaint);
    const own = worst([...given, ...named]);
    return own || named.length > 0
      ? [...input, { text: undefined, taint: own, pos: node.pos, end: node.end }]
      : [...input];
  };

  return { pieces, taintOf, inputFrom, emissions, commandOutput, expansions };
}
