/** Checks behind which a variable holds only what the check lets through. */
import type { AndOr, Case, CaseItem, Command, PipelineNode, TestExpression, Word } from "unbash";

/** The variable that a word is, and nothing else. */
export function variableIn(word: Word | undefined): string | undefined {
  return /^"?\$\{?([A-Za-z_]\w*)\}?"?$/.exec(word?.text ?? "")?.[1];
}

/** A pattern that both ends hold and that lets through no letter that is not named. */
export function isStrictPattern(pattern: string): boolean {
  const text = pattern.replace(/^(["'])([^]*)\1$/, "$2");
  if (!text.startsWith("^") || !text.endsWith("$")) return false;
  const outside = text.replace(/\\./g, "").replace(/\[(?!\^)[^\]]*\]/g, "");
  return !outside.includes(".") && !outside.includes("[^");
}

/** The script, function or loop's round ends here, whatever happens before. */
export function alwaysLeaves(node: PipelineNode | AndOr): boolean {
  if (node.type === "Command")
    return ["exit", "return", "continue", "break", "die", "fail"].includes(node.name?.value ?? "");
  if (node.type === "BraceGroup" || node.type === "Subshell")
    return node.type === "BraceGroup" && node.body.commands.some(({ command }) => alwaysLeaves(command));
  if (node.type === "AndOr")
    return node.operators.every((operator) => operator === "&&") && node.commands.some(alwaysLeaves);
  return false;
}

/** The variables that are harmless where this condition holds, or where it does not. */
export function checkedIn(node: PipelineNode | AndOr, holds: boolean): string[] {
  switch (node.type) {
    case "TestCommand":
      return checkedByTest(node.expression, holds);
    case "Command":
      return checkedByCommand(node, holds);
    case "Pipeline": {
      const negated = node.prefixes.some(({ type }) => type === "Negation");
      const [first, last] = [node.commands[0], node.commands.at(-1)];
      if (!first || !last) return [];
      if (node.commands.length === 1) return checkedIn(first, holds !== negated);
      return holds !== negated
        ? checkedByGrep(first.type === "Command" ? first : undefined, last.type === "Command" ? last : undefined)
        : [];
    }
    case "AndOr": {
      const operator = holds ? "&&" : "||";
      return node.operators.every((other) => other === operator)
        ? node.commands.flatMap((command) => checkedIn(command, holds))
        : [];
    }
    default:
      return [];
  }
}

function checkedByTest(test: TestExpression, holds: boolean): string[] {
  switch (test.type) {
    case "TestNot":
      return checkedByTest(test.operand, test.negations.length % 2 === 0 ? holds : !holds);
    case "TestGroup":
      return checkedByTest(test.expression, holds);
    case "TestLogical":
      return test.operator === (holds ? "&&" : "||")
        ? test.operands.flatMap((operand) => checkedByTest(operand, holds))
        : [];
    case "TestBinary": {
      const variable = variableIn(test.left);
      if (variable === undefined) return [];
      if (test.operator === "=~") return holds && isStrictPattern(test.right.text) ? [variable] : [];
      const equal = test.operator === "==" || test.operator === "=" ? holds : test.operator === "!=" ? !holds : false;
      return equal && isPlain(test.right) ? [variable] : [];
    }
    case "TestUnary":
      return [];
  }
}

/** `[ "$X" = main ]`, `test "$X" = main`. */
function checkedByCommand(node: Command, holds: boolean): string[] {
  const name = node.name?.value;
  if (name !== "[" && name !== "test") return [];
  const words = node.args.filter((word): word is Word => word.type === "Word" && word.text !== "]");
  const negated = words[0]?.text === "!";
  const [left, operator, right, ...more] = negated ? words.slice(1) : words;
  const variable = variableIn(left);
  if (variable === undefined || !right || more.length > 0) return [];
  const sense = negated ? !holds : holds;
  const equal = operator?.text === "=" || operator?.text === "==" ? sense : operator?.text === "!=" ? !sense : false;
  return equal && isPlain(right) ? [variable] : [];
}

/** `echo "$X" | grep -Eq '^[0-9]+$'`. */
function checkedByGrep(first: Command | undefined, last: Command | undefined): string[] {
  if (!first || !last || !/^(?:echo|printf)$/.test(first.name?.value ?? "") || !/^e?grep$/.test(last.name?.value ?? ""))
    return [];
  const pattern = last.args.find((word): word is Word => word.type === "Word" && !word.text.startsWith("-"));
  if (!pattern || !isStrictPattern(pattern.text)) return [];
  return first.args.flatMap((word) => (word.type === "Word" ? (variableIn(word) ?? []) : []));
}

const isPlain = (word: Word): boolean =>
  !word.text.includes("$") && !word.text.includes("`") && !/[*?[]/.test(word.text) && !word.text.includes("_____");

/** Which items of a `case` name whole words only, and which is `*`. */
export function literalPatterns(node: Case): {
  variable: string | undefined;
  clean: Set<CaseItem>;
  rest: CaseItem | undefined;
} {
  const clean = new Set(node.items.filter(({ pattern }) => pattern.length > 0 && pattern.every(isPlain)));
  return {
    variable: variableIn(node.word),
    clean,
    rest: node.items.find(({ pattern }) => pattern.some(({ text }) => text === "*")),
  };
}
