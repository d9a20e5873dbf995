/** The table of requirements as the example's README shows it. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { ConfigInput } from "../../../src/config/schema.ts";
import { isObject, type Json } from "../../player/json.ts";
import type { Line } from "./requirement.ts";
import type { Row, Topic } from "./topics.ts";

/** Where an example's README lies. */
export const readmeOf = (name: string): URL => new URL(`../../../examples/${name}/README.md`, import.meta.url);

const BEGIN = "<!-- The table is made from the tests: UPDATE=1 npx vitest run test/examples -->";
const END = "<!-- The end of the table. -->";

/** The README with its table made anew. */
export async function withTable(name: string, config: ConfigInput, topics: readonly Topic[]): Promise<string> {
  const text = await readFile(readmeOf(name), "utf8");
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`README.md of the example lacks the marks of its table: ${BEGIN} … ${END}`);
  const tables = topics.map(({ title, rows }) =>
    [`### ${title}`, "", ...HEAD, ...rows.map((row) => line(name, config, row))].join("\n"),
  );
  return `${before}${BEGIN}\n<!-- prettier-ignore-start -->\n\n${tables.join("\n\n")}\n\n<!-- prettier-ignore-end -->\n${END}${after}`;
}

const HEAD = [
  "| Id | Plan | Requirement | Line of the config | Where in the output | Test |",
  "| --- | --- | --- | --- | --- | --- |",
];

function line(name: string, config: ConfigInput, row: Row): string {
  const cells = [row.id, row.section, row.requirement, configCell(config, row), outputCell(row), testCell(name, row)];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}

function configCell(config: ConfigInput, row: Row): string {
  if (row.kind === "beyond") return "–";
  if (row.kind === "always") return "always";
  if (row.given) return `${lineOf(row.given)}, ${row.given.change}`;
  return `${lineOf(row.line)}${isWritten(config, row.line.path) ? "" : " (the default)"}`;
}

const lineOf = ({ path }: Line): string => `\`${path}\``;

/** Whether the path leads to something that stands in the config, rather than to a default. */
function isWritten(config: ConfigInput, path: string): boolean {
  const plain: unknown = config;
  return !path.split(", ").some((each) => {
    let places: Json[] = [plain as Json];
    for (const key of each.split("."))
      places = places.flatMap((place) => (isObject(place) || Array.isArray(place) ? matching(place, key) : []));
    return places.length === 0;
  });
}

/** What stands under a key; a star stands for any characters. */
function matching(place: Json, key: string): Json[] {
  const pattern = new RegExp(`^${key.replaceAll("*", ".*")}$`);
  return Object.entries(place ?? {}).flatMap(([name, value]): Json[] => (pattern.test(name) ? [value as Json] : []));
}

const outputCell = (row: Row): string => (row.kind === "beyond" ? row.answer : row.output);

function testCell(name: string, row: Row): string {
  const own = row.kind === "beyond" ? [] : [`[${row.id}](../../test/examples/${name}/requirements.test.ts)`];
  const proof = row.proof === undefined ? [] : [`[${basename(row.proof, ".test.ts")}](../../${row.proof})`];
  return [...own, ...proof].join(", ") || "–";
}
