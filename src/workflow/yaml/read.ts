/**
 * The door between YAML text and everything that asks about it. Text goes through js-yaml's event parser, which is fast
 * and knows every offset but stops at the first error; what it refuses goes to `yaml`, which is slower, accepts what
 * GitHub's own parser accepts, and goes on after an error. See docs/decisions/reading-yaml.md.
 */
import { YAMLException } from "js-yaml";
import type { YamlFile } from "./node.ts";
import { readEvents } from "./read-events.ts";

/** Reads any text; what is wrong with it is in `problems`, never thrown. */
export async function readYaml(text: string): Promise<YamlFile> {
  let joined = text;
  for (let joins = 0; joins <= MAX_JOINS; joins++) {
    try {
      return { ...readEvents(joined), text };
    } catch (error) {
      // RangeError: nesting beyond the call stack.
      if (!(error instanceof YAMLException) && !(error instanceof RangeError)) throw error;
      const next = error instanceof YAMLException ? joinDeficientLine(joined, error) : undefined;
      if (next === undefined) break;
      joined = next;
    }
  }
  const { readTolerantly } = await import("./read-tolerantly.ts");
  return readTolerantly(text);
}

/** Each costs another parse. */
const MAX_JOINS = 200;

/**
 * A quoted string or a flow collection may go on in a line that is indented less than YAML's grammar asks: GitHub's
 * parser, like libyaml, takes it. A blank in the place of the line break means the same and moves no offset.
 */
function joinDeficientLine(text: string, { reason, mark }: YAMLException): string | undefined {
  if (reason !== "deficient indentation" || !mark) return undefined;
  const lineBreak = text.lastIndexOf("\n", mark.position - 1);
  // A comment would swallow what is joined to it.
  if (lineBreak === -1 || /(?:^|\s)#/.test(text.slice(text.lastIndexOf("\n", lineBreak - 1) + 1, lineBreak))) return undefined;
  return `${text.slice(0, lineBreak)} ${text.slice(lineBreak + 1)}`;
}

/** Nothing behind the first error can be trusted. */
export const isBroken = ({ problems }: YamlFile): boolean => problems.some(({ code }) => code === "syntax" || code === "too-deep");
