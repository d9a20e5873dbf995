/** The table of requirements as the example's README shows it. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import config from "../../../examples/charon/ci.config.ts";
import { isObject, type Json } from "../../player/json.ts";
import type { Line } from "./requirement.ts";
import { type Row, topics } from "./requirements.ts";

export const README = new URL("../../../examples/charon/README.md", import.meta.url);
const TESTS = "../../test/examples/charon/requirements.test.ts";
const BEGIN = "<!-- The table is made from the tests: UPDATE=1 npx vitest run test/examples -->";
const END = "<!-- The end of the table. -->";

/** The README with its table made anew. */
export async function withTable(): Promise<string> {
  const text = await readFile(README, "utf8");
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`README.md of the example lacks the marks of its table: ${BEGIN} … ${END}`);
  return `${before}${BEGIN}\n<!-- prettier-ignore-start -->\n\n${topics.map(({ title, rows }) => table(title, rows)).join("\n\n")}\n\n<!-- prettier-ignore-end -->\n${END}${after}`;
}

const table = (title: string, rows: readonly Row[]): string =>
  [`### ${title}`, "", "| Id | Plan | Requirement | Line of the config | Where in the output | Test |", "| --- | --- | --- | --- | --- | --- |", ...rows.map(line)].join("\n");

function line(row: Row): string {
  const cells = [row.id, row.section, row.requirement, configCell(row), outputCell(row), testCell(row)];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}

function configCell(row: Row): string {
  if (row.kind === "beyond") return "–";
  if (row.kind === "always") return "always";
  if (row.given) return `${lineOf(row.given)}, ${row.given.change}`;
  return `${lineOf(row.line)}${isWritten(row.line.path) ? "" : " (the default)"}`;
}

const lineOf = ({ path }: Line): string => `\`${path}\``;

/** Whether the path leads to something that stands in the config, rather than to a default. */
function isWritten(path: string): boolean {
  const plain: unknown = config;
  return !path.split(", ").some((each) => {
    let places: Json[] = [plain as Json];
    for (const key of each.split(".")) places = places.flatMap((place) => (isObject(place) || Array.isArray(place) ? matching(place, key) : []));
    return places.length === 0;
  });
}

/** What stands under a key; a star stands for any characters. */
function matching(place: Json, key: string): Json[] {
  const pattern = new RegExp(`^${key.replaceAll("*", ".*")}$`);
  return Object.entries(place ?? {}).flatMap(([name, value]): Json[] => (pattern.test(name) ? [value as Json] : []));
}

const outputCell = (row: Row): string => (row.kind === "beyond" ? row.answer : row.output);

function testCell(row: Row): string {
  const own = row.kind === "beyond" ? [] : [`[${row.id}](${TESTS})`];
  const proof = row.proof === undefined ? [] : [`[${basename(row.proof, ".test.ts")}](../../${row.proof})`];
  return [...own, ...proof].join(", ") || "–";
}
