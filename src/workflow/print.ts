/**
 * Prints a workflow as YAML, in exactly the bytes that Prettier would give it (checked by a property test), so that a
 * formatter in the user's repository never fights with the compiler. A general YAML library spends most of its time on
 * features that a workflow file never uses; with a thousand files that is what a person waits for.
 */
import {
  isCommented,
  type Scalar,
  type Workflow,
  type YamlMapping,
  type YamlSequence,
  type YamlValue,
} from "./model.ts";

/** Strings that a YAML 1.1 or 1.2 reader would take for something else when they stand without quotes. */
const READS_AS_ANOTHER_TYPE =
  /^(?:~|null|true|false|yes|no|on|off|y|n|[-+]?(?:\d[\d_]*)?\.?\d[\d_]*(?:e[-+]?\d+)?|0x[\da-f]+|0o?[0-7]+|[-+]?\.(?:inf|nan)|[-+]?\.?\d[\d_]*\.?|\d[\d:.]*|\d{4}-\d\d?-\d\d?.*)$/i;
const PLAIN = /^[A-Za-z0-9_./$(][^\u0000-\u001f\u007f-\uffff]*$/;

/** Whether a text stands in YAML as it is, without quotes. */
export const printsPlain = (text: string): boolean =>
  PLAIN.test(text) && !/: |:$| #|\s$/.test(text) && !READS_AS_ANOTHER_TYPE.test(text);

function printString(text: string): string {
  if (printsPlain(text)) return text;
  // Prettier prefers double quotes, and single ones where the only escapes would be those of double quotes.
  if (text.includes('"') && !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\\]/.test(text))
    return `'${text.replaceAll("'", "''")}'`;
  return JSON.stringify(text).replaceAll("\u007f", "\\x7f");
}

/** `on` stands without quotes in every workflow file that people know. */
const printKey = (key: string): string => (key === "on" ? key : printString(key));

function printScalar(value: Scalar): string {
  return typeof value === "string" ? printString(value) : String(value);
}

/** A literal block keeps a script readable. Text that a block cannot hold exactly is quoted instead. */
function isBlock(text: string): boolean {
  return (
    !/[^\n\t\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd]/.test(text) &&
    !/^\s|[ \t]$|[ \t]\n|\n\n$/.test(text) &&
    text !== "\n"
  );
}

/** The text as a literal block, or `undefined` where it must be quoted. */
const blockOf = (text: string, indent: string): string | undefined =>
  text.includes("\n") && isBlock(text) ? printBlock(text, indent) : undefined;

function printBlock(text: string, indent: string): string {
  const chomping = text.endsWith("\n") ? "|" : "|-";
  const lines = text.replace(/\n$/, "").split("\n");
  return `${chomping}\n${lines.map((line) => (line === "" ? "" : indent + line)).join("\n")}`;
}

const bare = (value: YamlValue): Scalar | YamlSequence | YamlMapping =>
  isCommented(value) ? bare(value.value) : value;

const isSequence = (value: YamlValue): value is YamlSequence => Array.isArray(value);

const isMapping = (value: YamlValue): value is YamlMapping =>
  typeof value === "object" && value !== null && !isSequence(value) && !isCommented(value);

const entriesOf = (mapping: YamlMapping): [string, YamlValue][] =>
  Object.entries(mapping).filter((entry): entry is [string, YamlValue] => entry[1] !== undefined);

const isEmpty = (value: YamlValue): boolean =>
  isSequence(value) ? value.length === 0 : isMapping(value) && entriesOf(value).length === 0;

/** The width at which Prettier breaks a list, by default. */
const WIDTH = 80;

/** A list of words on one line, as people write `needs: [build, test]`; nothing where it is none or does not fit. */
function printFlow(items: YamlSequence, before: number): string | undefined {
  if (!items.every((item): item is Scalar => !isCommented(item) && (typeof item !== "object" || item === null)))
    return undefined;
  if (items.some((item) => typeof item === "string" && /[\n"',[\]{}$]/.test(item))) return undefined;
  const line = `[${items.map(printScalar).join(", ")}]`;
  return before + line.length <= WIDTH ? line : undefined;
}

/**
 * What stands behind `key:` or `-`: on the same line for scalars and short lists, on lines of its own for other collections.
 *
 * @param before how many characters of the line stand before it
 */
function printBehind(value: YamlValue, indent: string, spaced: Spacing, before: number): string {
  const inner = bare(value);
  const behind = isCommented(value) && value.behind !== undefined ? ` # ${value.behind}` : "";
  if (isEmpty(inner)) return ` ${isSequence(inner) ? "[]" : "{}"}${behind}`;
  if (isSequence(inner)) {
    const flow = behind === "" ? printFlow(inner, before + 1) : undefined;
    return flow === undefined ? `${behind}\n${printSequence(inner, indent, spaced)}` : ` ${flow}`;
  }
  if (isMapping(inner)) return `${behind}\n${printMapping(inner, indent, spaced)}`;
  if (inner === null) return behind;
  const block = typeof inner === "string" ? blockOf(inner, indent) : undefined;
  if (block !== undefined) return ` ${block}`;
  return ` ${printScalar(inner)}${behind}`;
}

/** How many further levels have an empty line between their members, by key on the way down. */
type Spacing = { between: boolean; inside: (key: string) => Spacing };
const dense: Spacing = { between: false, inside: () => dense };
const jobsSpacing: Spacing = { between: true, inside: () => dense };
const workflowSpacing: Spacing = { between: true, inside: (key) => (key === "jobs" ? jobsSpacing : dense) };

function commentLines(value: YamlValue, indent: string): string {
  return isCommented(value) ? value.before.map((line) => `${indent}# ${line}\n`).join("") : "";
}

function printMapping(mapping: YamlMapping, indent: string, spacing: Spacing): string {
  return entriesOf(mapping)
    .map(([key, value]) => {
      const head = `${indent}${printKey(key)}:`;
      return `${commentLines(value, indent)}${head}${printBehind(value, `${indent}  `, spacing.inside(key), head.length)}`;
    })
    .join(spacing.between ? "\n\n" : "\n");
}

function printSequence(items: readonly YamlValue[], indent: string, spacing: Spacing): string {
  return items
    .map((item) => {
      const inner = bare(item);
      const above = commentLines(item, indent);
      if ((isMapping(inner) || isSequence(inner)) && !isEmpty(inner)) {
        const nested = isMapping(inner)
          ? printMapping(inner, `${indent}  `, dense)
          : printSequence(inner, `${indent}  `, dense);
        return `${above}${indent}- ${nested.slice(indent.length + 2)}`;
      }
      return `${above}${indent}-${printBehind(item, `${indent}  `, dense, indent.length + 1)}`;
    })
    .join(spacing.between ? "\n\n" : "\n");
}

/** Any YAML document; ends with a newline. */
export function printYaml(value: YamlMapping): string {
  return `${printMapping(value, "", dense)}\n`;
}

/** A workflow file, with an empty line between its sections and its jobs. */
export function printWorkflow(workflow: Workflow): string {
  return `${printMapping(workflow, "", workflowSpacing)}\n`;
}
