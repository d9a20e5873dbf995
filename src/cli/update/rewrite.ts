/** Moves pins in a config's text. Everything else of the text stays as it was written. */
import { parseDocument } from "yaml";
import type { ActionPin } from "../../actions/catalogue.ts";
import type { LoadedConfig } from "../../config/load.ts";
import { readCode, type WrittenObject } from "../../config/locate-code.ts";
import { userError } from "../../config/user-error.ts";
import type { Move } from "./moves.ts";

export async function rewritePins(loaded: LoadedConfig, moves: readonly Move[]): Promise<string> {
  const text = await replacePins(
    loaded,
    moves.filter(({ isWritten }) => isWritten),
  );
  const added = moves.filter(({ isWritten }) => !isWritten);
  if (added.length === 0) return text;
  if (/\.ya?ml$/.test(loaded.file)) return addToYaml(text, added);
  if (loaded.file.endsWith(".json")) return addToJson(text, added);
  return addToCode(loaded.file, text, added);
}

interface Replacement {
  offset: number;
  before: string;
  after: string;
}

/** Each version and commit is replaced where it is written; two pins that share a constant move together. */
async function replacePins({ file, text, locate }: LoadedConfig, moves: readonly Move[]): Promise<string> {
  const replacements = new Map<number, Replacement>();
  for (const { action, from, to } of moves) {
    for (const member of ["version", "sha"] as const) {
      const location = await locate({ path: ["actions", action, member], message: "" });
      const start = offsetOf(text, location);
      const offset = /["'`]/.test(text[start] ?? "") ? start + 1 : start;
      if (!text.startsWith(from[member], offset)) {
        throw userError(
          `The ${member === "sha" ? "commit" : "version"} of ${action} is not written in ${file} as it stands.`,
          {
            location,
            hint: `Move it by hand where it is made, to ${to.version} = ${to.sha}, or write it out here.`,
          },
        );
      }
      replacements.set(offset, { offset, before: from[member], after: to[member] });
    }
  }
  return [...replacements.values()]
    .sort((a, b) => b.offset - a.offset)
    .reduce(
      (result, { offset, before, after }) => result.slice(0, offset) + after + result.slice(offset + before.length),
      text,
    );
}

function offsetOf(text: string, { line, column }: { line: number; column: number }): number {
  const before = text.split("\n").slice(0, line - 1);
  return before.reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
}

function addToYaml(text: string, added: readonly Move[]): string {
  const document = parseDocument(text);
  for (const { action, to } of added)
    document.setIn(["actions", action], document.createNode({ version: to.version, sha: to.sha }));
  const written = document.toString({ lineWidth: 0 });
  return text.includes("\r\n") ? written.replace(/\r?\n/g, "\r\n") : written;
}

function addToJson(text: string, added: readonly Move[]): string {
  const config = JSON.parse(text) as { actions?: Record<string, ActionPin> };
  const pins = Object.fromEntries(added.map(({ action, to }) => [action, to]));
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? "  ";
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  return (
    JSON.stringify({ ...config, actions: { ...config.actions, ...pins } }, null, indent).replaceAll("\n", end) +
    (text.endsWith("\n") ? end : "")
  );
}

function addToCode(file: string, text: string, added: readonly Move[]): string {
  const code = readCode(file, text);
  const actions = code.objectAt(["actions"]);
  const entries = added.map(
    ({ action, to }) =>
      `${JSON.stringify(action)}: { version: ${JSON.stringify(to.version)}, sha: ${JSON.stringify(to.sha)} }`,
  );
  if (actions) return insert(text, actions, entries);
  const config = code.objectAt([]);
  if (!config) {
    throw userError(`There is no object in ${file} that pins could be added to.`, {
      location: code.locate({ path: [], message: "" }),
      hint: "Write `actions: {}` into the config, in this file.",
    });
  }
  const inside = `${indentOfMembers(text, config)}  `;
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  return insert(text, config, [
    `actions: {${end}${entries.map((entry) => `${inside}${entry},${end}`).join("")}${inside.slice(0, -2)}}`,
  ]);
}

const indentAt = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", offset - 1) + 1))?.[0] ?? "";

/** As far in as the last member that begins a line, or two columns more than the object. */
function indentOfMembers(text: string, object: WrittenObject): string {
  const { last } = object;
  const beginsLine =
    last !== undefined && text.slice(text.lastIndexOf("\n", last.start - 1) + 1, last.start).trim() === "";
  return beginsLine ? indentAt(text, last.start) : `${indentAt(text, object.start)}  `;
}

function insert(text: string, object: WrittenObject, members: readonly string[]): string {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const indent = indentOfMembers(text, object);
  const lines = members.map((member) => `${end}${indent}${member},`).join("");
  const closing = text.slice(object.last?.end ?? object.start + 1, object.end - 1);
  const comma = /^\s*,/.exec(closing);
  const from = (object.last?.end ?? object.start + 1) + (comma?.[0].length ?? 0);
  // A comment behind the last member stays on its line.
  const remark = /^[ \t]*(?:\/\/[^\n\r]*|\/\*[^\n\r]*?\*\/)/.exec(text.slice(from))?.[0] ?? "";
  const rest = text.slice(from + remark.length);
  const isClosedOnLine = !/^\s*?\r?\n/.test(rest);
  return `${text.slice(0, from)}${object.last && !comma ? "," : ""}${remark}${lines}${isClosedOnLine ? `${end}${indentAt(text, object.start)}${rest.trimStart()}` : rest}`;
}
