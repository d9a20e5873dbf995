/** Our reader against the `yaml` library: the same values, from texts that are written, mangled and thrown together. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, stringify, type Document as LibraryDocument } from "yaml";
import { nodesOf, type ScalarNode } from "../../../src/workflow/yaml/node.ts";
import { readYaml } from "../../../src/workflow/yaml/read.ts";
import { readTolerantly } from "../../../src/workflow/yaml/read-tolerantly.ts";
import { sourceOffset, sourceSpan } from "../../../src/workflow/yaml/scalar-source.ts";
import { type Plain, plainOf } from "../../support/yaml-values.ts";
import { runs } from "../../support/property-runs.ts";

/** The library's answer, or nothing where it finds fault with the text. */
function libraryValue(text: string): { value: Plain } | undefined {
  const documents = parseAllDocuments(text, { uniqueKeys: false, logLevel: "silent" });
  if (!Array.isArray(documents)) return { value: null };
  const [document] = documents;
  if (documents.length !== 1 || !document || document.errors.length > 0 || document.warnings.length > 0)
    return undefined;
  try {
    return { value: valueIn(document, document.contents) };
  } catch (error) {
    // An alias inside of what it names.
    if (error instanceof RangeError || error instanceof ReferenceError) return undefined;
    throw error;
  }
}

function valueIn(document: LibraryDocument, node: unknown): Plain {
  if (isAlias(node)) return valueIn(document, node.resolve(document));
  if (isMap(node)) return node.items.map(({ key, value }): [string, Plain] => [keyIn(key), valueIn(document, value)]);
  if (isSeq(node)) return node.items.map((item) => valueIn(document, item));
  if (isScalar(node)) return node.value as Plain;
  return null;
}

const keyIn = (key: unknown): string =>
  isScalar(key) ? (key.source ?? (typeof key.value === "string" ? key.value : "")) : "";

const word = fc.oneof(
  fc.constantFrom(
    "on",
    "jobs",
    "run",
    "name",
    "true",
    "~",
    "null",
    "1",
    "0x1F",
    ".5",
    "1e3",
    "- a",
    "a: b",
    "# c",
    "a #b",
    "it's",
    'say "hi"',
    "${{ github.sha }}",
    "",
    " ",
    "ünïcode",
    "😀",
    "a\tb",
    "&a",
    "*a",
    "!x",
    "%",
    "@",
    "`",
    "|",
    ">",
    "{}",
    "[]",
    "?",
  ),
  fc.string({ maxLength: 12 }),
);
const lines = fc
  .array(fc.oneof(word, fc.constantFrom("", "  indented", "\ttab", "trailing  ")), { minLength: 1, maxLength: 6 })
  .map((all) => all.join("\n"));
const scalar = fc.oneof(word, lines, fc.integer(), fc.boolean(), fc.constant(null), fc.double({ noNaN: true }));
const tree = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), tie("value"), { maxKeys: 4 }),
  ),
})).value;

const written = fc
  .record({
    value: tree,
    indent: fc.constantFrom(1, 2, 4),
    line: fc.constantFrom(0, 20, 80),
    strings: fc.constantFrom("PLAIN", "QUOTE_SINGLE", "QUOTE_DOUBLE", "BLOCK_FOLDED", "BLOCK_LITERAL"),
    flow: fc.boolean(),
    breaks: fc.constantFrom("\n", "\r\n"),
    mark: fc.boolean(),
  })
  .map(({ value, indent, line, strings, flow, breaks, mark }) => {
    // In a mapping, as everything of GitHub's files is: libraries differ on blocks that are a whole document.
    const text = stringify(
      { root: value },
      {
        indent,
        lineWidth: line,
        defaultStringType: strings as "PLAIN",
        defaultKeyType: "PLAIN",
        collectionStyle: flow ? "flow" : "any",
        aliasDuplicateObjects: false,
      },
    );
    return (mark ? "\uFEFF" : "") + text.replaceAll("\n", breaks);
  });

/** Everything that real files do, in little; each is then mangled. */
const SAMPLES = [
  "on: push\njobs:\n  a: &job\n    runs-on: [a, 'b', \"c\\n\\u0041\"]\n    steps:\n    - run: |\n        one\n          two\n\n        three\n    - run: >-\n        folded\n        line\n\n        next\n          more\n  b: *job\n",
  "a: 'it''s\n  folded'\nb: \"x \\\n   y\\tz\"\nc: plain\n  goes on\n  # no\nd: !!str 12\ne: ? f\n",
  "- |2-\n    kept\n   less\n- >+\n  a\n\n  b\n\n- {a: 1, b: [2, 3,], ? c : d}\n- [x: y, z]\n-\n- - nested\n  - - deeper\n",
  '%YAML 1.2\n---\nkey with blanks : value # comment\n"quoted": yes\n? complex\n: value\n...\n',
  "a:\r\n  - b\r\n  - |\r\n    c\r\n    d\r\n",
  "x: &a {k: v}\ny: *a\nz: [*a, &b 1, *b]\n",
];
const PIECES = [
  "\n",
  "  ",
  "- ",
  ": ",
  "#",
  "'",
  '"',
  "|",
  ">",
  "&a ",
  "*a",
  "{",
  "}",
  "[",
  "]",
  ",",
  "?",
  "\t",
  "\\",
  "!",
  "%",
  "---\n",
  "\r\n",
  "x",
  "\n\n",
  "|-\n  ",
];
const mangled = fc
  .record({
    sample: fc.constantFrom(...SAMPLES),
    edits: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        drop: fc.nat({ max: 4 }),
        piece: fc.constantFrom("", ...PIECES),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ sample, edits }) =>
    edits.reduce(
      (text, { at, drop, piece }) =>
        text.slice(0, Math.floor(at * text.length)) + piece + text.slice(Math.floor(at * text.length) + drop),
      sample,
    ),
  );

/** One course, so that a run says the same everywhere; another one is worth a try after a change of the readers. */
const settings = { numRuns: runs(2000), seed: 20_261_121 };

describe("values", () => {
  it("are the library's for texts that it has written", async () => {
    await fc.assert(fc.asyncProperty(written, sameValue), settings);
  });

  it("are the library's for mangled texts that both accept", async () => {
    await fc.assert(fc.asyncProperty(mangled, sameValue), { ...settings, numRuns: runs(6000) });
  });

  it("are the same through either reader", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(written, mangled), async (text) => {
        const [fast, slow] = [await readYaml(text), readTolerantly(text)];
        if (fast.problems.length + slow.problems.length > 0 || isDisputed(text)) return;
        expect(slow.root && plainOf(slow.root)).toEqual(fast.root && plainOf(fast.root));
      }),
      settings,
    );
  });
});

/** Where the libraries disagree and no file that means something goes: a lone carriage return, an indented `---`, an empty line behind a line that goes on. */
const isDisputed = (text: string): boolean =>
  /\r(?!\n)/.test(text) || /^\s+---/m.test(text) || /\\\r?\n[ \t]*\r?\n/.test(text);

async function sameValue(text: string): Promise<void> {
  const theirs = libraryValue(text);
  const ours = await readYaml(text);
  if (!theirs || ours.problems.length > 0 || isDisputed(text)) return;
  expect(ours.root ? plainOf(ours.root) : null).toEqual(theirs.value);
}

describe("places", () => {
  it("of every character of a value hold that character or its escape", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(written, mangled), async (text) => {
        const { root, problems } = await readYaml(text);
        if (!root || problems.length > 0 || isDisputed(text)) return;
        for (const node of nodesOf(root)) {
          expect(node.end).toBeGreaterThanOrEqual(node.start);
          expect(node.end).toBeLessThanOrEqual(text.length);
          if (node.kind === "scalar") expectPlaces(text, node);
        }
      }),
      settings,
    );
  });
});

function expectPlaces(text: string, node: ScalarNode): void {
  let before = node.content.start;
  for (let index = 0; index < node.value.length; index++) {
    const at = sourceOffset(text, node, index);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(node.content.end);
    before = at;
    const [value, source] = [node.value[index] ?? "", text[at] ?? ""];
    if (/[\s\uFEFF]/.test(value)) continue; // a fold
    if (node.style === "double" && source === "\\") continue;
    expect(source, `${JSON.stringify(node.value)}[${index}] in ${JSON.stringify(text)}`).toBe(value);
  }
  const whole = sourceSpan(text, node, { start: 0, end: node.value.length });
  expect(whole.start).toBeGreaterThanOrEqual(node.content.start);
  expect(whole.end).toBeLessThanOrEqual(Math.max(node.content.end, node.content.start));
}

it("reads garbage without a word of protest", async () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((all) => new TextDecoder().decode(all));
  await fc.assert(
    fc.asyncProperty(fc.oneof(bytes, fc.string({ unit: "binary", maxLength: 100 }), mangled), async (text) => {
      const file = await readYaml(text);
      for (const { start, end } of file.problems) expect(0 <= start && start <= end && end <= text.length).toBe(true);
      if (file.root)
        for (const node of nodesOf(file.root))
          if (node.kind === "scalar") sourceSpan(text, node, { start: 0, end: node.value.length });
    }),
    settings,
  );
});
