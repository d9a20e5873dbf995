/** Long expressions on several lines, which GitHub reads as one. */

/** What still reads well on one line, and how wide the lines are that a longer one becomes. */
const LONGEST = 280;
const WIDTH = 120;

/** Breaks a condition before `&&` and `||`, never within a text. What is broken already, or short, stays as it is. */
export function wrapCondition(condition: string): string {
  if (condition.length <= LONGEST || condition.includes("\n")) return condition;
  const parts = condition.match(/(?:'(?:[^']|'')*'|(?! (?:&&|\|\|) )[^'])+| (?:&&|\|\|) /g) ?? [];
  const lines = [""];
  for (const [index, part] of parts.entries()) {
    const isOperator = part === " && " || part === " || ";
    const operand = isOperator ? (parts[index + 1] ?? "") : "";
    const last = lines.at(-1) ?? "";
    if (isOperator && last.length + part.length + operand.length > WIDTH) lines.push(part.trimStart());
    else lines[lines.length - 1] = `${last}${part}`;
  }
  return lines.join("\n");
}

/** A list as JSON, on lines of their own where one would be too long. */
export function wrapList(values: readonly unknown[]): string {
  const lines = [""];
  for (const value of values.map((one) => JSON.stringify(one))) {
    const last = lines.at(-1) ?? "";
    if (last === "") lines[lines.length - 1] = value;
    else if (last.length + value.length > WIDTH) lines.push(value);
    else lines[lines.length - 1] = `${last},${value}`;
  }
  return `[${lines.join(",\n")}]`;
}
