/** New values as YAML. */
import { scalarType, type ScalarNode } from "../../workflow/yaml/node.ts";

/** What a fix writes: plain data, keys in order. */
export type Written = string | number | boolean | readonly Written[] | { readonly [key: string]: Written };

/** How many columns a block is indented by under its key. */
const STEP = 2;

const isList = (value: Written): value is readonly Written[] => Array.isArray(value);

/** `key: value` on as many lines as it takes; the first without indentation, the others indented from `column`. */
export function writePair(key: string, value: Written, column: number, lineBreak: string): string {
  if (typeof value !== "object" || isEmpty(value)) return `${writeKey(key)}: ${writeFlow(value, false)}`;
  return `${writeKey(key)}:${lineBreak}${writeBlock(value, column + STEP, lineBreak)}`;
}

/** A list's item behind its `- `. */
export function writeItem(value: Written, column: number, lineBreak: string): string {
  if (typeof value !== "object" || isList(value) || isEmpty(value)) return `- ${writeFlow(value, false)}`;
  return `- ${writeBlock(value, column + STEP, lineBreak).trimStart()}`;
}

const isEmpty = (value: Exclude<Written, string | number | boolean>): boolean =>
  (isList(value) ? value : Object.keys(value)).length === 0;

function writeBlock(value: Exclude<Written, string | number | boolean>, column: number, lineBreak: string): string {
  const indentation = " ".repeat(column);
  const lines = isList(value)
    ? value.map((item) => writeItem(item, column, lineBreak))
    : Object.entries(value).map(([key, inner]) =>
        typeof inner === "string" && inner.includes("\n")
          ? `${writeKey(key)}: |${literal(inner, column + STEP, lineBreak)}`
          : writePair(key, inner, column, lineBreak),
      );
  return lines.map((line) => indentation + line).join(lineBreak);
}

function literal(value: string, column: number, lineBreak: string): string {
  return value
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => lineBreak + (line === "" ? "" : " ".repeat(column) + line))
    .join("");
}

export function writeFlow(value: Written, inFlow = true): string {
  if (typeof value !== "object") return writeScalar(value, inFlow);
  if (isList(value)) return `[${value.map((item) => writeFlow(item)).join(", ")}]`;
  const pairs = Object.entries(value).map(([key, inner]) => `${writeKey(key)}: ${writeFlow(inner)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

const writeKey = (key: string): string =>
  /^[A-Za-z_$./][\w$./-]*$/.test(key) && !/^(?:true|false|null)$/i.test(key) ? key : writeScalar(key, true);

/** Plain where that says the same, else in single quotes, else (line breaks) in double quotes. */
export function writeScalar(value: string | number | boolean, inFlow: boolean): string {
  if (typeof value !== "string") return String(value);
  if (isPlain(value, inFlow)) return value;
  // eslint-disable-next-line no-control-regex -- what single quotes cannot hold
  return /[\x00-\x1f\x7f]/.test(value) ? inDoubleQuotes(value) : inSingleQuotes(value);
}

export const inSingleQuotes = (value: string): string => `'${value.replaceAll("'", "''")}'`;
// JSON's escapes are among YAML's (YAML 1.2, chapter 5.7).
export const inDoubleQuotes = (value: string): string => JSON.stringify(value);

/** Whether a string keeps its value and its type without quotes (YAML 1.2, chapter 7.3.3, narrowed to what looks familiar). */
export function isPlain(value: string, inFlow: boolean): boolean {
  if (value === "" || value !== value.trim()) return false;
  if (/[\x00-\x1f\x7f]/.test(value)) return false;
  if (/^[-?:](?=\s|$)|^[,[\]{}#&*!|>'"%@`]/.test(value)) return false;
  if (/:(?=\s|$)|\s#/.test(value)) return false;
  if (/^(?:---|\.\.\.)(?=\s|$)/.test(value)) return false;
  if (inFlow && /[,[\]{}]|^[-?:]|:$/.test(value)) return false;
  const node: ScalarNode = {
    kind: "scalar",
    value,
    style: "plain",
    content: { start: 0, end: 0 },
    indent: 0,
    start: 0,
    end: 0,
  };
  // YAML 1.1 reads these as booleans, and so do some tools.
  return scalarType(node) === "string" && !/^(?:yes|no|on|off|y|n)$/i.test(value);
}
