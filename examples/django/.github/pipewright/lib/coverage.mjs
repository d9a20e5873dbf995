// Coverage as tools write it down: Go cover profiles, LCOV and Cobertura. Pure.
//
// Each gives files, and in them blocks: `{ weight, covered, first, last }`. A weight is a block's statements (Go) or one
// line; first and last are its lines. A block that is written down several times is one, covered when any of them is.
import { readXml } from "./xml.mjs";

const LONGEST_LINE = 10_000;
const GO_BLOCK = /^(\d+)\.(\d+),(\d+)\.(\d+) (\d+) (\d+)$/;
const COUNT = /^\d{1,15}$/;

/** What covers nothing of a file that it names is no error; what names no line of code at all is: it measured nothing. */
export function readCoverage(text, format) {
  const files = FORMATS[format](text);
  for (const blocks of files.values()) for (const block of blocks.values()) if (block.weight > 0) return files;
  throw new Error("it names no line of code: nothing was measured");
}

const FORMATS = { go: readGoProfile, lcov: readLcov, cobertura: readCobertura };

function* linesOf(text) {
  let number = 0;
  for (let start = 0; start < text.length;) {
    const end = text.indexOf("\n", start);
    const line = text.slice(start, end === -1 ? undefined : end);
    number += 1;
    if (line.length > LONGEST_LINE) throw new Error(`line ${number} has more than ${LONGEST_LINE} characters`);
    yield [number, line.trimEnd()];
    if (end === -1) return;
    start = end + 1;
  }
}

/** Several profiles one after the other are one, as long as blocks of one place have the same statements. */
function readGoProfile(text) {
  const files = new Map();
  for (const [number, line] of linesOf(text)) {
    if (line === "") continue;
    if (/^mode: (set|count|atomic)$/.test(line)) continue;
    if (number === 1) throw new Error('line 1 is not "mode: set", "mode: count" or "mode: atomic"');
    const colon = line.lastIndexOf(":");
    const block = GO_BLOCK.exec(line.slice(colon + 1));
    if (colon < 1 || !block)
      throw new Error(`line ${number} is not "file.go:line.column,line.column statements count"`);
    const [, first, , last, , statements, count] = block;
    const known = addBlock(files, line.slice(0, colon), line.slice(colon + 1, line.indexOf(" ", colon)), {
      weight: Number(statements),
      covered: Number(count) > 0,
      first: Number(first),
      last: Number(last),
    });
    if (known.weight !== Number(statements))
      throw new Error(`line ${number} gives a block ${statements} statements that had ${known.weight} before`);
  }
  return files;
}

function readLcov(text) {
  const files = new Map();
  let file;
  for (const [number, line] of linesOf(text)) {
    if (line.startsWith("SF:")) file = line.slice(3);
    else if (line === "end_of_record") file = undefined;
    else if (line.startsWith("DA:")) {
      const [at, hits] = line.slice(3).split(",");
      // geninfo writes negative counts where gcov overflowed; they ran.
      if (file === undefined || !COUNT.test(at) || !/^-?\d+$/.test(hits ?? ""))
        throw new Error(`line ${number} is not "DA:line,count" of a file`);
      addBlock(files, file, at, { weight: 1, covered: Number(hits) !== 0, first: Number(at), last: Number(at) });
    } else if (line !== "" && !/^[A-Z]{2,5}:/.test(line) && !line.startsWith("#"))
      throw new Error(`line ${number} is no LCOV record`);
  }
  return files;
}

function readCobertura(text) {
  const files = new Map();
  let file;
  for (const { open, attributes, close } of readXml(text)) {
    if (open === "class") file = attributes.get("filename");
    else if (close === "class") file = undefined;
    else if (open === "line" && file !== undefined) {
      const [at, hits] = [attributes.get("number") ?? "", attributes.get("hits") ?? ""];
      if (!COUNT.test(at) || !COUNT.test(hits)) throw new Error(`a <line> of ${file} has no number or no hits`);
      addBlock(files, file, at, { weight: 1, covered: Number(hits) > 0, first: Number(at), last: Number(at) });
    }
  }
  return files;
}

function addBlock(files, file, place, block) {
  let blocks = files.get(file);
  if (!blocks) files.set(file, (blocks = new Map()));
  const known = blocks.get(place);
  if (!known) {
    blocks.set(place, block);
    return block;
  }
  known.covered ||= block.covered;
  return known;
}

/** `{ covered, total, percent }` of files, in statements or lines. The percent is cut, not rounded: 79.999 is not 80. */
export function coverageOf(files) {
  let covered = 0;
  let total = 0;
  for (const blocks of files) {
    for (const { weight, covered: ran } of blocks.values()) {
      total += weight;
      if (ran) covered += weight;
    }
  }
  return { covered, total, percent: total === 0 ? null : Math.floor((covered * 10_000) / total) / 100 };
}

/** Whether the share lies under the minimum, in percent; judged on the numbers, not on the percent that is shown. */
export const isBelow = ({ covered, total }, minimum) => covered * 100 < minimum * total - 1e-9;

/** Ranges of lines that did not run, such as "3-7". */
export function uncoveredLines(blocks) {
  const missed = [...blocks.values()]
    .filter(({ weight, covered }) => weight > 0 && !covered)
    .sort((a, b) => a.first - b.first);
  const ranges = [];
  for (const { first, last } of missed) {
    const before = ranges.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else ranges.push([first, last]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
}

const folderOf = (file) => (file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : ".");

/** The blocks of each package: of each folder of files. */
export function byPackage(files) {
  const packages = new Map();
  for (const [file, blocks] of files) {
    const known = packages.get(folderOf(file));
    if (known) known.push(blocks);
    else packages.set(folderOf(file), [blocks]);
  }
  return packages;
}

const SIGNS = { "...": ".*", "**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]" };

/**
 * Whether a pattern means this file: the file or its folder, as it is written or without the module's or workspace's own
 * name before it. "..." and "**" stand for anything, "*" for anything but "/", "?" for one character but "/"; "/..." and
 * "/**" at the end also take the folder itself.
 */
export function matcher(pattern, prefixes) {
  const clean = pattern.replace(/^\.\//, "").replace(/\/+$/, "");
  const source = clean.replace(
    /\/(?:\.\.\.|\*\*)$|\.\.\.|\*\*\/?|[*?]|[^\w/]/g,
    (sign) => SIGNS[sign] ?? (sign.startsWith("/") ? "(?:/.*)?" : `\\${sign}`),
  );
  const expression = new RegExp(`^${source || "\\."}$`);
  return (file) => {
    const names = [
      file,
      ...prefixes.filter((prefix) => file.startsWith(prefix)).map((prefix) => file.slice(prefix.length)),
    ].map((name) => name.replace(/^\.\//, ""));
    return names.some((name) => expression.test(name) || expression.test(folderOf(name)));
  };
}
