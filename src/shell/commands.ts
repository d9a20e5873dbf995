/** Every simple command of a script with its circumstances: what becomes of its status, and in what it stands. */
import {
  type Assignment,
  type Command,
  type CommandArgument,
  forEachChild,
  type ParsedScript,
  type Pipeline,
  type PipelineNode,
  type Redirection,
  type SyntaxNode,
} from "unbash";

export interface ShellCommand {
  node: Command;
  /** The first word where it is plain text; nothing for assignments alone and for computed names. */
  name: string | undefined;
  /** The values of the words after the name, quotes removed; an expansion stands as it is written. */
  args: readonly string[];
  /** The words of `args`; `export A=b` has an assignment among them. */
  argWords: readonly CommandArgument[];
  /** `A=b` in front of the command, or standing alone. */
  assignments: readonly Assignment[];
  redirects: readonly Redirection[];
  /** Stands in the condition of an `if`, `elif`, `while` or `until`. */
  inCondition: boolean;
  /** Its place among the commands that `|` joins. */
  pipeline: { node: Pipeline; index: number; length: number } | undefined;
  /** What runs instead when it fails: the command behind the next `||`. A group's members share the group's. */
  orElse: PipelineNode | undefined;
  /** `&&` follows, so that its failure does not end the script. */
  andThen: boolean;
  /** Behind a `!`. */
  negated: boolean;
  background: boolean;
  /** The function whose body it stands in. */
  inFunction: string | undefined;
  /** In `$(...)`, backticks or `<(...)`. */
  inSubstitution: boolean;
  inSubshell: boolean;
  /** The kind of the innermost loop around it. */
  inLoop: "for" | "while" | "until" | undefined;
}

type Circumstances = Pick<
  ShellCommand,
  | "inCondition"
  | "pipeline"
  | "orElse"
  | "andThen"
  | "negated"
  | "background"
  | "inFunction"
  | "inSubstitution"
  | "inSubshell"
  | "inLoop"
>;

const AT_TOP: Circumstances = {
  inCondition: false,
  pipeline: undefined,
  orElse: undefined,
  andThen: false,
  negated: false,
  background: false,
  inFunction: undefined,
  inSubstitution: false,
  inSubshell: false,
  inLoop: undefined,
};

/** In the order in which they are written, those of functions, groups and substitutions among them. */
export function commandsOf(script: ParsedScript): ShellCommand[] {
  const found: ShellCommand[] = [];
  try {
    visit(script, AT_TOP, found);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return found;
}

function visit(node: SyntaxNode, around: Circumstances, found: ShellCommand[]): void {
  const inside = (child: SyntaxNode): void => visit(child, around, found);
  switch (node.type) {
    case "Command":
      found.push(commandFrom(node, around));
      forEachChild(node, inside);
      return;
    case "Statement":
      visit(node.command, node.background ? { ...around, background: true } : around, found);
      return;
    case "AndOr":
      node.commands.forEach((command, index) => {
        const alternative = node.operators.indexOf("||", index);
        const orElse = alternative === -1 ? around.orElse : node.commands[alternative + 1];
        visit(command, { ...around, orElse, andThen: around.andThen || node.operators[index] === "&&" }, found);
      });
      return;
    case "Pipeline": {
      const negated = node.prefixes.some(({ type }) => type === "Negation");
      const { length } = node.commands;
      node.commands.forEach((command, index) =>
        visit(
          command,
          {
            ...around,
            negated: around.negated || negated,
            pipeline: length > 1 ? { node, index, length } : around.pipeline,
          },
          found,
        ),
      );
      return;
    }
    case "If":
      visit(node.clause, { ...around, inCondition: true }, found);
      visit(node.then, around, found);
      for (const { clause, then } of node.elif) {
        visit(clause, { ...around, inCondition: true }, found);
        visit(then, around, found);
      }
      if (node.else) visit(node.else, around, found);
      return;
    case "While":
      visit(node.clause, { ...around, inCondition: true, inLoop: node.kind }, found);
      visit(node.body, { ...around, inLoop: node.kind }, found);
      return;
    case "For":
    case "ArithmeticFor":
    case "Select": {
      const { body } = node;
      forEachChild(node, (child) => visit(child, child === body ? { ...around, inLoop: "for" } : around, found));
      return;
    }
    case "Function":
      visit(node.body, { ...AT_TOP, inSubstitution: around.inSubstitution, inFunction: node.name.value }, found);
      return;
    case "Subshell":
      visit(node.body, { ...around, inSubshell: true }, found);
      return;
    case "CommandExpansion":
    case "ProcessSubstitution":
    case "ArithmeticCommandExpansion": {
      // The status of a substitution is its own. Positions in escaped backticks count from elsewhere.
      const { script } = node;
      if (script && script.source === undefined)
        visit(script, { ...AT_TOP, inFunction: around.inFunction, inLoop: around.inLoop, inSubstitution: true }, found);
      return;
    }
    default:
      forEachChild(node, inside);
  }
}

function commandFrom(node: Command, around: Circumstances): ShellCommand {
  const { name } = node;
  return {
    ...around,
    node,
    name: name && name.parts?.some((part) => isExpansion(part)) !== true ? name.value : undefined,
    args: node.args.map((word) => (word.type === "Assignment" ? word.text : word.value)),
    argWords: node.args,
    assignments: node.prefix.filter((part): part is Assignment => part.type === "Assignment"),
    redirects: node.redirects,
  };
}

/** Text that is only known when the script runs. */
export function isExpansion(part: SyntaxNode): boolean {
  switch (part.type) {
    case "SimpleExpansion":
    case "ParameterExpansion":
    case "CommandExpansion":
    case "ArithmeticExpansion":
    case "ProcessSubstitution":
      return true;
    case "DoubleQuoted":
    case "LocaleString":
    case "BraceExpansion":
    case "ExtendedGlob":
    case "Glob":
      return part.parts?.some(isExpansion) === true;
    default:
      return false;
  }
}
