/** After any edit the file still parses, all that was not meant to change says what it said, and a second go changes nothing. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { insertKey, removePair, replaceScalar, setIn } from "../../../src/lint/edits.ts";
import { applyFixes } from "../../../src/lint/fix.ts";
import { readSource } from "../../../src/workflow/document/source-file.ts";
import { type MappingNode, nodesOf, pairOf, type YamlNode } from "../../../src/workflow/yaml/node.ts";
import { runs } from "../../support/property-runs.ts";

/** A value, how it is written, and what surrounds it. */
type Tree =
  | { kind: "scalar"; value: string; style: "plain" | "single" | "double" | "literal" | "nothing" }
  | { kind: "map"; flow: boolean; pairs: { key: string; value: Tree; comment: boolean; blank: boolean }[] }
  | { kind: "list"; flow: boolean; items: Tree[] };

const word = fc
  .stringMatching(/^[a-z][a-z0-9-]{0,6}$/)
  .filter((value) => !/^(?:true|false|null|yes|no|on|off|y|n)$/.test(value));
const text = fc.oneof(
  word,
  fc.constantFrom("a: b", "it's", 'a "b"', "# no", "${{ github.ref }}", "x, y", "1.20", "@v1", "a\\b"),
);
const scalar: fc.Arbitrary<Tree> = fc.record({
  kind: fc.constant("scalar" as const),
  value: text,
  style: fc.constantFrom("plain", "single", "double", "literal", "nothing"),
});
const { tree } = fc.letrec<{ tree: Tree; map: Tree; list: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalar, tie("map"), tie("list")),
  map: fc.record({
    kind: fc.constant("map" as const),
    flow: fc.boolean(),
    pairs: fc.uniqueArray(fc.record({ key: word, value: tie("tree"), comment: fc.boolean(), blank: fc.boolean() }), {
      selector: ({ key }) => key,
      minLength: 1,
      maxLength: 4,
    }),
  }),
  list: fc.record({
    kind: fc.constant("list" as const),
    flow: fc.boolean(),
    items: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }),
  }),
}));

const single = (value: string): string => `'${value.replaceAll("'", "''")}'`;

function inFlow(node: Tree): string {
  if (node.kind === "scalar")
    return node.style === "double"
      ? JSON.stringify(node.value)
      : node.style === "plain" && /^[a-z][a-z0-9-]*$/.test(node.value)
        ? node.value
        : single(node.value);
  if (node.kind === "list") return `[${node.items.map(inFlow).join(", ")}]`;
  return `{ ${node.pairs.map(({ key, value }) => `${key}: ${inFlow(value)}`).join(", ")} }`;
}

/** Behind `key:` or `-`. */
function behind(node: Tree, column: number, comment: string, inList: boolean): string {
  if (node.kind === "scalar") {
    if (node.style === "nothing") return `${comment}\n`;
    if (node.style === "literal")
      return ` |${comment}\n${" ".repeat(column)}${node.value}\n\n${" ".repeat(column)}more\n`;
    return ` ${node.style === "double" ? JSON.stringify(node.value) : node.style === "plain" && /^[a-z][a-z0-9-]*$/.test(node.value) ? node.value : single(node.value)}${comment}\n`;
  }
  if (node.flow) return ` ${inFlow(node)}${comment}\n`;
  const lines =
    node.kind === "map"
      ? pairs(node, column)
      : node.items.map((item) => `${" ".repeat(column)}-${behind(item, column + 2, "", true)}`).join("");
  return inList ? ` ${lines.trimStart()}` : `${comment}\n${lines}`;
}

const pairs = (node: Extract<Tree, { kind: "map" }>, column: number): string =>
  node.pairs
    .map(
      ({ key, value, comment, blank }, index) =>
        `${blank && index > 0 ? "\n" : ""}${comment && index > 0 ? `${" ".repeat(column)}# about ${key}\n` : ""}${" ".repeat(column)}${key}:${behind(value, column + 2, comment ? " # why" : "", false)}`,
    )
    .join("");

const file = fc
  .record({
    top: fc.uniqueArray(fc.record({ key: word, value: tree, comment: fc.boolean(), blank: fc.boolean() }), {
      selector: ({ key }) => key,
      minLength: 1,
      maxLength: 4,
    }),
    crlf: fc.boolean(),
    cut: fc.boolean(),
  })
  .map(({ top, crlf, cut }) => {
    const written = pairs({ kind: "map", flow: false, pairs: top }, 0);
    const ended = cut ? written.trimEnd() : written;
    return crlf ? ended.replaceAll("\n", "\r\n") : ended;
  });

type Plain = string | Plain[] | Map<string, Plain>;
const plain = (node: YamlNode): Plain =>
  node.kind === "scalar"
    ? node.value.replaceAll("\r\n", "\n")
    : node.kind === "sequence"
      ? node.items.map(plain)
      : new Map(node.pairs.map(({ key, value }) => [key.value, plain(value)]));

const path = ".github/workflows/a.yml";
const mappings = (root: YamlNode): MappingNode[] => [...nodesOf(root)].filter((node) => node.kind === "mapping");

async function check(
  source: string,
  pick: number,
  edit: (at: {
    source: Awaited<ReturnType<typeof readSource>>;
    mapping: MappingNode;
    values: Plain & Map<string, Plain>;
  }) => { edits: ReturnType<typeof insertKey>; key?: string },
): Promise<void> {
  const before = await readSource(path, source);
  fc.pre(before.yaml.problems.length === 0 && before.yaml.root !== undefined);
  if (!before.yaml.root) return;
  const all = mappings(before.yaml.root);
  const index = pick % all.length;
  const mapping = all[index];
  if (!mapping) return;
  // The expectation is built on the values themselves.
  const values = new Map<YamlNode, Plain>();
  const copy = (node: YamlNode): Plain => {
    const made: Plain =
      node.kind === "scalar"
        ? node.value.replaceAll("\r\n", "\n")
        : node.kind === "sequence"
          ? node.items.map(copy)
          : new Map(node.pairs.map(({ key, value }) => [key.value, copy(value)]));
    values.set(node, made);
    return made;
  };
  const expected = copy(before.yaml.root);
  const target = values.get(mapping);
  if (!(target instanceof Map)) return;
  const { edits } = edit({ source: before, mapping, values: target });
  if (edits === undefined) return;
  const { text: after } = applyFixes(source, [{ title: "x", edits }]);
  const again = await readSource(path, after);
  expect(again.yaml.problems, after).toEqual([]);
  expect(again.yaml.root && asJson(plain(again.yaml.root)), after).toEqual(asJson(expected));
  if (edits.every(({ text }) => text !== "")) expect(comments(after)).toEqual(comments(source));
  expect(/(?<!\r)\n/.test(after) && after.includes("\r\n"), "line breaks are of one kind").toBe(false);
}

const comments = (text: string): string[] => text.match(/# (?:why|about [a-z0-9-]+)/g) ?? [];

/** Keys of a mapping in any order. */
const asJson = (value: Plain): unknown =>
  value instanceof Map
    ? Object.fromEntries([...value].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, asJson(inner)]))
    : Array.isArray(value)
      ? value.map(asJson)
      : value;

const RUNS = { numRuns: runs(600) };

it("inserts a key", async () => {
  await fc.assert(
    fc.asyncProperty(
      file,
      fc.nat(),
      fc.constantFrom("v", "a: b", "${{ x }}", "1", ""),
      fc.array(word, { maxLength: 2 }),
      async (source, pick, value, after) =>
        check(source, pick, ({ source: read, mapping, values }) => {
          const keys = mapping.pairs.map(({ key }) => key.value);
          const place =
            after.length === 0
              ? {}
              : after.length === 1
                ? { after: keys.slice(pick % keys.length) }
                : { before: keys.slice(pick % keys.length) };
          const edits = insertKey(read, mapping, "NEW", value, place);
          values.set("NEW", value);
          return { edits };
        }),
    ),
    RUNS,
  );
});

it("inserts a block", async () => {
  await fc.assert(
    fc.asyncProperty(file, fc.nat(), async (source, pick) =>
      check(source, pick, ({ source: read, mapping, values }) => {
        const edits = insertKey(read, mapping, "NEW", { a: "b", list: ["x", { y: "z", w: "v" }] });
        values.set(
          "NEW",
          new Map<string, Plain>([
            ["a", "b"],
            [
              "list",
              [
                "x",
                new Map<string, Plain>([
                  ["y", "z"],
                  ["w", "v"],
                ]),
              ],
            ],
          ]),
        );
        return { edits };
      }),
    ),
    RUNS,
  );
});

it("sets a key of a block", async () => {
  await fc.assert(
    fc.asyncProperty(file, fc.nat(), text, async (source, pick, value) =>
      check(source, pick, ({ source: read, mapping, values }) => {
        const block = mapping.pairs[pick % mapping.pairs.length]?.key.value ?? "";
        const there = pairOf(mapping, block)?.value;
        const edits = setIn(read, mapping, block, "NEW", value);
        const inner = values.get(block);
        if (inner instanceof Map) inner.set("NEW", value);
        else if (there?.kind === "scalar" && there.value === "") values.set(block, new Map([["NEW", value]]));
        return { edits };
      }),
    ),
    RUNS,
  );
});

it("removes a pair", async () => {
  await fc.assert(
    fc.asyncProperty(file, fc.nat(), async (source, pick) =>
      check(source, pick, ({ source: read, mapping, values }) => {
        const pair = mapping.pairs[pick % mapping.pairs.length];
        const edits = pair && removePair(read, mapping, pair);
        if (pair) values.delete(pair.key.value);
        return { edits };
      }),
    ),
    RUNS,
  );
});

it("replaces a value, and again changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(file, fc.nat(), text, async (source, pick, value) => {
      await check(source, pick, ({ source: read, mapping, values }) => {
        const pair = mapping.pairs[pick % mapping.pairs.length];
        const edits = pair?.value.kind === "scalar" ? replaceScalar(read, pair.value, value) : undefined;
        if (pair && edits) values.set(pair.key.value, value);
        return { edits };
      });
    }),
    RUNS,
  );
});
