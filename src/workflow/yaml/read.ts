/**
 * The door between YAML text and everything that asks about it. Text goes through js-yaml's event parser, which is fast
 * and knows every offset but stops at the first error; what it refuses goes to `yaml`, which is slower, accepts what
 * GitHub's own parser accepts, and goes on after an error. See docs/decisions/reading-yaml.md.
 */
import { YAMLException } from "js-yaml";
import { nodesOf, type ScalarNode, scalarOf, type YamlFile } from "./node.ts";
import { readEvents } from "./read-events.ts";

/** Reads any text; what is wrong with it is in `problems`, never thrown. */
export async function readYaml(text: string): Promise<YamlFile> {
  let joined = text;
  const joints: number[] = [];
  while (joints.length * text.length <= MOST_READ_AGAIN) {
    try {
      const file = readEvents(joined);
      if (joints.length === 0) return file;
      foldAgain(file, text, joints);
      return { ...file, text };
    } catch (error) {
      // RangeError: nesting beyond the call stack.
      if (!(error instanceof YAMLException) && !(error instanceof RangeError)) throw error;
      const joint = error instanceof YAMLException ? deficientBreak(joined, error) : undefined;
      if (joint === undefined) break;
      joints.push(joint);
      joined = `${joined.slice(0, joint)} ${joined.slice(joint + 1)}`;
    }
  }
  const { readTolerantly } = await import("./read-tolerantly.ts");
  return readTolerantly(text);
}

/** Characters. Every joined line costs another pass over the text. */
const MOST_READ_AGAIN = 5_000_000;

/**
 * The line break before the place where js-yaml stopped. A flow collection may go on in a line that is indented less
 * than YAML's grammar asks: GitHub's parser, like libyaml, takes it. A blank in the place of the line break means the
 * same and moves no offset.
 */
function deficientBreak(text: string, { reason, mark }: YAMLException): number | undefined {
  if (reason !== "deficient indentation" || !mark) return undefined;
  const lineBreak = text.lastIndexOf("\n", mark.position - 1);
  // A comment would swallow what is joined to it.
  if (lineBreak === -1 || /(?:^|\s)#/.test(text.slice(text.lastIndexOf("\n", lineBreak - 1) + 1, lineBreak)))
    return undefined;
  return lineBreak;
}

/** Within a scalar a line break takes the blanks around it along, and the blank that stood in for it did not. */
function foldAgain({ root }: YamlFile, text: string, joints: readonly number[]): void {
  if (!root) return;
  for (const node of nodesOf(root)) {
    if (node.kind !== "scalar" || !joints.some((joint) => node.content.start <= joint && joint < node.content.end))
      continue;
    const written = text.slice(node.start, node.end);
    // By itself a scalar may go on at the margin.
    const alone = scalarAlone(written.replaceAll(/\n[ \t]+/g, "\n"));
    if (alone) node.value = alone.value;
  }
}

function scalarAlone(text: string): ScalarNode | undefined {
  try {
    return scalarOf(readEvents(text).root);
  } catch {
    return undefined;
  }
}

/** Nothing behind the first error can be trusted. */
export const isBroken = ({ problems }: YamlFile): boolean =>
  problems.some(({ code }) => code === "syntax" || code === "too-deep");
