/** The regular expressions of a program for sed: what stands in a replacement or in text is none. */

/** In the order in which they are written; none from a program that ends in their midst. */
export function regexesOfSed(program: string): string[] {
  const found: string[] = [];
  let at = 0;
  /** Up to the delimiter, which a backslash or, in a regular expression, brackets protect. */
  const upTo = (delimiter: string, isRegex: boolean): string | undefined => {
    const start = at;
    for (; at < program.length; at++) {
      const character = program[at];
      if (character === "\\") at++;
      else if (character === delimiter) return program.slice(start, at++);
      else if (isRegex && character === "[") {
        const close = /^\[\^?\]?(?:\[[:.=].*?[:.=]\]|[^\]\n])*/.exec(program.slice(at))?.[0].length ?? 1;
        if (program[at + close] === "]") at += close;
      }
    }
    return undefined;
  };
  const toEndOf = (ends: RegExp): void => {
    while (at < program.length && !ends.test(program[at] ?? "")) at++;
  };
  while (at < program.length) {
    const command = program[at++] ?? "";
    if (command === "/" || command === "\\" || command === "s") {
      const regex = upTo(command === "/" ? command : (program[at++] ?? ""), true);
      if (regex === undefined) return [];
      found.push(regex);
      if (command !== "s") continue;
      const delimiter = program[at - 1] ?? "";
      if (upTo(delimiter, false) === undefined) return [];
      while (/[gpiImMe0-9]/.test(program[at] ?? "")) at++;
      if (program[at] === "w") toEndOf(/\n/);
    } else if (command === "y") {
      const delimiter = program[at++] ?? "";
      if (upTo(delimiter, false) === undefined || upTo(delimiter, false) === undefined) return [];
    } else if (/[aic#rwRW]/.test(command)) toEndOf(/\n/);
    else if (/[btT:]/.test(command)) toEndOf(/[\n;}]/);
  }
  return found;
}
