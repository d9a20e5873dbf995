/** Which variables a script sets and reads, and where. */
import {
  type ArithmeticExpression,
  type Assignment,
  type Command,
  forEachChild,
  type ParsedScript,
  type SyntaxNode,
  type Word,
} from "unbash";

export interface VariableRead {
  name: string;
  /** The expansion: `$X`, `${X:-y}`, or the bare name in arithmetic. */
  pos: number;
  end: number;
  /** Its words are not split and its globs not expanded here. */
  quoted: boolean;
  /** `${X:-y}`, `${X:=y}`, `${X+y}`, `${X:?}`, `${#X}`, `[[ -v X ]]`: being unset is expected. */
  tolerant: boolean;
  /** The simple command whose word it is in; nothing in `[[ ]]`, `case` and the like. */
  command: Command | undefined;
  inFunction: string | undefined;
}

export interface VariableSet {
  name: string;
  /** The assignment, or the word that names the variable. */
  pos: number;
  end: number;
  by: "assignment" | "prefix" | "export" | "declare" | "for" | "read" | "default" | "arithmetic" | "option";
  value: Assignment["value"] | undefined;
  inFunction: string | undefined;
  /** In a subshell or a substitution: it ends with that. */
  inSubshell: boolean;
}

export interface Variables {
  sets: VariableSet[];
  reads: VariableRead[];
  /** `source`, `eval`, `declare -n`, `env`-like loops: anything may be set. */
  opaque: boolean;
}

interface Place {
  quoted: boolean;
  command: Command | undefined;
  inFunction: string | undefined;
  inSubshell: boolean;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** In the order in which they are written. */
export function variablesOf(script: ParsedScript): Variables {
  const variables: Variables = { sets: [], reads: [], opaque: false };
  try {
    visit(script, { quoted: false, command: undefined, inFunction: undefined, inSubshell: false }, variables);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return variables;
}

function visit(node: SyntaxNode, place: Place, into: Variables): void {
  const inside = (changes: Partial<Place>): void => {
    const inner = { ...place, ...changes };
    forEachChild(node, (child) => visit(child, inner, into));
  };
  const read = (name: string, tolerant: boolean, quoted = place.quoted): void =>
    void (
      NAME.test(name) &&
      into.reads.push({
        name,
        pos: node.pos,
        end: node.end,
        quoted,
        tolerant,
        command: place.command,
        inFunction: place.inFunction,
      })
    );
  switch (node.type) {
    case "SimpleExpansion":
      return read(node.text.slice(1), false);
    case "ParameterExpansion": {
      const { operation, prefix, parameter } = node;
      read(parameter, prefix === "#" || prefix === "!" || operation?.type === "Default");
      if (prefix === "!") into.opaque = true;
      if (operation?.type === "Default" && operation.operator.endsWith("="))
        set(into, place, { name: parameter, pos: node.pos, end: node.end, by: "default", value: operation.operand });
      return inside({ quoted: true });
    }
    case "Command":
      readCommand(node, place, into);
      return inside({ command: node, quoted: false });
    case "Assignment": {
      const { command } = place;
      const asPrefix = command?.name !== undefined && command.prefix.includes(node);
      const by = asPrefix
        ? "prefix"
        : command?.name === undefined
          ? "assignment"
          : command.name.value === "export"
            ? "export"
            : "declare";
      set(into, place, { name: node.name, pos: node.pos, end: node.end, by, value: node.value });
      return inside({ quoted: true });
    }
    case "ArrayValue":
      return inside({ quoted: false });
    case "For":
    case "Select":
      set(into, place, { name: node.name.value, pos: node.name.pos, end: node.name.end, by: "for", value: undefined });
      return inside({ command: undefined, quoted: false });
    case "DoubleQuoted":
    case "LocaleString":
    case "HereDocBody":
    case "HereString":
    case "ArithmeticExpansion":
      return inside({ quoted: true });
    case "TestCommand":
      return inside({ quoted: true, command: undefined });
    case "TestUnary":
      if (node.operator === "-v") read(node.operand.value, true, true);
      return inside({});
    case "Case":
      visit(node.word, { ...place, quoted: true, command: undefined }, into);
      for (const item of node.items) visit(item, { ...place, quoted: true, command: undefined }, into);
      return;
    case "CompoundList":
      return inside({ quoted: false, command: undefined });
    case "ArithmeticBinary":
      if (/^(?:[-+*/%&|^]|<<|>>)?=$/.test(node.operator)) setArithmetic(node.left, place, into);
      return inside({ quoted: true });
    case "ArithmeticUnary":
      if (node.operator === "++" || node.operator === "--") setArithmetic(node.operand, place, into);
      return inside({ quoted: true });
    case "ArithmeticWord":
      if (node.parts === undefined) read(node.value, true, true);
      return inside({ quoted: true });
    case "Function":
      return inside({ inFunction: node.name.value, quoted: false, command: undefined, inSubshell: false });
    case "Subshell":
      return inside({ inSubshell: true, quoted: false, command: undefined });
    case "CommandExpansion":
    case "ProcessSubstitution":
    case "ArithmeticCommandExpansion":
      if (node.script?.source === undefined) inside({ inSubshell: true, quoted: false, command: undefined });
      else into.opaque = true;
      return;
    case "FileDescriptorVariable":
      return set(into, place, { name: node.name, pos: node.pos, end: node.end, by: "option", value: undefined });
    default:
      return inside({});
  }
}

const set = (
  into: Variables,
  { inFunction, inSubshell }: Place,
  found: Omit<VariableSet, "inFunction" | "inSubshell">,
): void => void into.sets.push({ ...found, inFunction, inSubshell });

function setArithmetic(target: ArithmeticExpression, place: Place, into: Variables): void {
  if (target.type === "ArithmeticWord")
    set(into, place, {
      name: /^\w+/.exec(target.value)?.[0] ?? target.value,
      pos: target.pos,
      end: target.end,
      by: "arithmetic",
      value: undefined,
    });
}

/** Options of `read` that take a word. */
const READ_VALUED = "adinNptu";

function readCommand(node: Command, place: Place, into: Variables): void {
  const name = node.name?.value;
  const words = node.args.filter((argument): argument is Word => argument.type === "Word");
  const named = (word: Word | undefined, by: VariableSet["by"]): void => {
    const base = word && /^[A-Za-z_]\w*/.exec(word.value)?.[0];
    if (word && base !== undefined)
      set(into, place, { name: base, pos: word.pos, end: word.end, by, value: undefined });
  };
  switch (name) {
    case "source":
    case ".":
    case "eval":
    case "trap":
    case "module":
    case "conda":
      into.opaque = true;
      return;
    case "read":
    case "mapfile":
    case "readarray":
      for (let at = 0; at < words.length; at++) {
        const word = words[at];
        const option = word && /^-([A-Za-z]+)$/.exec(word.value)?.[1];
        if (option === undefined) named(word, "read");
        else if (option.endsWith("a") && name === "read") named(words[++at], "read");
        else if ((name === "read" ? READ_VALUED : "dnOsuCc").includes(option.at(-1) ?? "")) at++;
      }
      if (name === "read")
        set(into, place, { name: "REPLY", pos: node.pos, end: node.end, by: "read", value: undefined });
      return;
    case "getopts":
      named(words[1], "read");
      for (const word of ["OPTARG", "OPTIND"])
        set(into, place, { name: word, pos: node.pos, end: node.end, by: "read", value: undefined });
      return;
    case "printf":
    case "wait":
      words.forEach((word, at) => {
        if (word.value === (name === "printf" ? "-v" : "-p")) named(words[at + 1], "option");
      });
      return;
    case "let":
      for (const word of words) if (/^[A-Za-z_]\w*\s*(?:[-+*/%]?=|\+\+|--)/.test(word.value)) named(word, "arithmetic");
      return;
    case "local":
    case "declare":
    case "typeset":
    case "readonly":
    case "export":
      for (const word of words) {
        if (/^-[A-Za-z]*n/.test(word.value) && name !== "export") into.opaque = true;
        // `export "A=b"`
        else if (/^[A-Za-z_]\w*=/.test(word.value)) named(word, name === "export" ? "export" : "declare");
        else if (!/^[-+]/.test(word.value) && name !== "export" && name !== "readonly") named(word, "declare");
      }
      return;
  }
}
