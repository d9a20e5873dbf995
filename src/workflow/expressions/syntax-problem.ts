/** Says what a person probably meant where GitHub's parser only says which symbol it did not expect. */
import type { Span } from "../yaml/node.ts";

/** What is wrong at a place of an expression's text, and how it is written rightly. */
export function explainSyntax(text: string, at: number): Span & { message: string } {
  const rest = text.slice(at);
  if (rest.trim() === "") return atEnd(text);
  const symbol = /^(?:[^\s()[\],]+|[^])/.exec(rest)?.[0] ?? rest;
  const whole = { start: at, end: at + symbol.length };
  const before = text.slice(0, at).trimEnd();
  const quoted = /^"([^"]*)"?/.exec(rest);
  if (quoted)
    return {
      start: at,
      end: at + quoted[0].length,
      message: `Text stands in single quotes in an expression: write '${(quoted[1] ?? "").replaceAll("'", "''")}'.`,
    };
  if (rest.startsWith("'") && !/^'(?:[^']|'')*'/.test(rest))
    return {
      start: at,
      end: text.length,
      message: "This text is not closed: a single quote is missing. A quote inside of text is written twice.",
    };
  if (/'$/.test(before) && /^\w/.test(symbol) && text[at - 1] === "'")
    return {
      ...whole,
      message: "Unexpected text after a closed string. A single quote inside of text is written twice: 'it''s'.",
    };
  if (rest.startsWith("${{"))
    return {
      ...whole,
      message: "This already is an expression, and expressions do not nest: leave out the inner `${{` and `}}`.",
    };
  if (/^=/.test(rest))
    return {
      start: at,
      end: at + 1,
      message: /[=!]$/.test(before)
        ? "GitHub has `==` and `!=`, but no `===` and `!==`."
        : "There is no assignment in expressions; `==` compares.",
    };
  if (/^&(?!&)/.test(rest)) return { start: at, end: at + 1, message: "A single `&` is no operator; write `&&`." };
  if (/^\|(?!\|)/.test(rest)) return { start: at, end: at + 1, message: "A single `|` is no operator; write `||`." };
  if (/^(?:and|or)\b/i.test(symbol))
    return {
      ...whole,
      message: `There is no operator \`${symbol}\`; write \`${/^and$/i.test(symbol) ? "&&" : "||"}\`.`,
    };
  if (/^not\s*$/i.test(before)) return { ...whole, message: "There is no operator `not`; write `!`." };
  if (/^[-+*/%]/.test(rest))
    return {
      start: at,
      end: at + 1,
      message: `There is no operator \`${symbol[0] ?? ""}\` in expressions: they do no arithmetic, and text is joined with \`format\`.`,
    };
  if (/^[?]|^[\w.]+\?/.test(symbol))
    return {
      ...whole,
      message: "There is no `?:` in expressions; write `condition && a || b` or `case(condition, a, b)`.",
    };
  if (rest.startsWith("`"))
    return { ...whole, message: "Text stands in single quotes in an expression, not in backticks." };
  if (rest.startsWith("$"))
    return {
      ...whole,
      message: `\`${symbol}\` is no name: shell variables are not read in expressions. Use \`env.${symbol.replace(/^\$\{?|\}$/g, "")}\` or the shell's variable outside of the expression.`,
    };
  if (rest.startsWith(".") || text[at - 1] === ".")
    return {
      ...whole,
      message: `\`${symbol.replace(/^\./, "")}\` is no property name: names start with a letter or \`_\`. Write ['${symbol.replace(/^\./, "")}'] for others.`,
    };
  if (rest.startsWith(")")) return { start: at, end: at + 1, message: "This closing parenthesis has no opening one." };
  if (rest.startsWith("]")) return { start: at, end: at + 1, message: "This closing bracket has no opening one." };
  if (rest.startsWith(","))
    return {
      start: at,
      end: at + 1,
      message: "A comma separates arguments of a function; there is none to separate here.",
    };
  if (/^(?:==|!=|[<>]=?|&&|\|\|)/.test(rest) && (before === "" || /[(,&|=<>!]$/.test(before)))
    return { ...whole, message: `A value is missing before \`${symbol}\`.` };
  if (before !== "" && /[\w'")\]*]$/.test(before) && /^[\w'(!]/.test(rest))
    return {
      ...whole,
      message: `An operator is missing before \`${symbol}\`, such as \`==\` or \`&&\`. Text stands in single quotes.`,
    };
  return { ...whole, message: `\`${symbol}\` is not expected here.` };
}

/** The text is at its end and something is missing. */
export function atEnd(text: string): Span & { message: string } {
  const end = text.trimEnd().length;
  const last = /(?:==|!=|<=|>=|&&|\|\||[^\s])$/.exec(text.trimEnd())?.[0] ?? "";
  const span = { start: Math.max(0, end - Math.max(last.length, 1)), end };
  if (last === ".") return { ...span, message: "A property name is missing after the dot." };
  if (/^(?:==|!=|<=|>=|&&|\|\||[<>!])$/.test(last))
    return { ...span, message: `A value is missing after \`${last}\`.` };
  const open = unclosed(text);
  if (open)
    return {
      start: open.start,
      end: open.start + 1,
      message: open.bracket === "(" ? "This parenthesis is not closed." : "This bracket is not closed.",
    };
  return { ...span, message: "The expression ends too early." };
}

/** The last bracket that is open at the end. */
function unclosed(text: string): { start: number; bracket: string } | undefined {
  const open: { start: number; bracket: string }[] = [];
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "'") quoted = !quoted;
    else if (quoted) continue;
    else if (character === "(" || character === "[") open.push({ start: at, bracket: character });
    else if (character === ")" || character === "]") open.pop();
  }
  return open.at(-1);
}
