import { DockerError } from "./docker-error.mjs";

/**
 * Splits arguments as docker does: `known` says which options there are and whether they take a value. Options come
 * before the first operand where `interspersed` is false, as for `docker run`.
 */
export function parseOptions(words, known, { interspersed = true } = {}) {
  const options = {};
  const operands = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index];
    if (!word.startsWith("-") || word === "-") {
      operands.push(word);
      if (!interspersed) return { options, operands: [...operands, ...words.slice(index + 1)] };
      continue;
    }
    const [name, inline] = word.includes("=")
      ? [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]
      : [word, undefined];
    if (!(name in known)) throw new DockerError(`unknown flag: ${name}`, 125);
    const key = name.replace(/^-+/, "");
    if (!known[name]) options[key] = inline ?? "true";
    else {
      const value = inline ?? words[(index += 1)];
      if (value === undefined) throw new DockerError(`flag needs an argument: ${name}`, 125);
      options[key] = [...(options[key] ?? []), value];
    }
  }
  return { options, operands };
}
