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

function printString(text: string): string {
  const plain = PLAIN.test(text) && !/: |:$| #|\s$/.test(text) && !READS_AS_ANOTHER_TYPE.test(text);
  if (plain) return text;
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

/** A thousand workflows carry the same few programs, so what a text becomes is remembered. */
const printedBlocks = new Map<string, Map<string, string | undefined>>();

/** The text as a literal block, or `undefined` where it must be quoted. */
function blockOf(text: string, indent: string): string | undefined {
  if (!text.includes("\n")) return undefined;
  const byIndent = printedBlocks.get(text) ?? new Map<string, string | undefined>();
  printedBlocks.set(text, byIndent);
  if (!byIndent.has(indent)) byIndent.set(indent, isBlock(text) ? printBlock(text, indent) : undefined);
  return byIndent.get(indent);
}

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

/** What stands behind `key:` or `-`: on the same line for scalars, on lines of its own for collections. */
function printBehind(value: YamlValue, indent: string, spaced: Spacing): string {
  const inner = bare(value);
  const behind = isCommented(value) && value.behind !== undefined ? ` # ${value.behind}` : "";
  if (isEmpty(inner)) return ` ${isSequence(inner) ? "[]" : "{}"}${behind}`;
  if (isSequence(inner)) return `${behind}\n${printSequence(inner, indent, spaced)}`;
  if (isMapping(inner)) return `${behind}\n${printMapping(inner, indent, spaced)}`;
  if (inner === null) return behind;
  const block = typeof inner === "string" ? blockOf(inner, indent) : undefined;
  if (block !== undefined) return ` ${block}`;
  return ` ${printScalar(inner)}${behind}`;
}

/** How many further levels have an empty line between their members, by key on the way down. */
type Spacing = { between: boolean; inside: (key: string) => Spacing };
const dense: Spacing = { between: false, inside: () => dense };
const spacedSteps: Spacing = { between: true, inside: () => dense };
const jobSpacing: Spacing = { between: false, inside: (key) => (key === "steps" ? spacedSteps : dense) };
const jobsSpacing: Spacing = { between: true, inside: () => jobSpacing };
const workflowSpacing: Spacing = { between: true, inside: (key) => (key === "jobs" ? jobsSpacing : dense) };

function commentLines(value: YamlValue, indent: string): string {
  return isCommented(value) ? value.before.map((line) => `${indent}# ${line}\n`).join("") : "";
}

function printMapping(mapping: YamlMapping, indent: string, spacing: Spacing): string {
  return entriesOf(mapping)
    .map(
      ([key, value]) =>
        `${commentLines(value, indent)}${indent}${printKey(key)}:${printBehind(value, `${indent}  `, spacing.inside(key))}`,
    )
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
      return `${above}${indent}-${printBehind(item, `${indent}  `, dense)}`;
    })
    .join(spacing.between ? "\n\n" : "\n");
}

/** Any YAML document; ends with a newline. */
export function printYaml(value: YamlMapping): string {
  return `${printMapping(value, "", dense)}\n`;
}

/** A workflow file, with an empty line between its sections, its jobs and their steps. */
export function printWorkflow(workflow: Workflow): string {
  return `${printMapping(workflow, "", workflowSpacing)}\n`;
}
