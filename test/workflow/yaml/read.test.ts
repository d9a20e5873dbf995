import { describe, expect, it } from "vitest";
import { nodesOf, pairOf, scalarOf, scalarType, valueOf } from "../../../src/workflow/yaml/node.ts";
import { linesOf, offsetAt, positionAt } from "../../../src/workflow/yaml/position.ts";
import { isBroken, readYaml } from "../../../src/workflow/yaml/read.ts";
import { sourceSpan } from "../../../src/workflow/yaml/scalar-source.ts";
import { plainOf } from "../../support/yaml-values.ts";

const valuesIn = async (text: string) => {
  const { root } = await readYaml(text);
  return root && plainOf(root);
};

describe("what GitHub's parser accepts and YAML's grammar does not", () => {
  it("a quoted string that goes on with less indentation", async () => {
    const text = 'a:\n  b: "one\n two"\n  c: 1\n';
    expect(await valuesIn(text)).toEqual([
      [
        "a",
        [
          ["b", "one two"],
          ["c", 1],
        ],
      ],
    ]);
  });

  it("a flow list that ends at the margin, with its places", async () => {
    const text = "on:\n  push:\n    branches: [\n  main,\n  next\n]\n    tags: [v1]\n";
    const file = await readYaml(text);
    expect(file.problems).toEqual([]);
    const tags = pairOf(valueOf(valueOf(file.root, "on"), "push"), "tags");
    expect(tags && text.slice(tags.key.start, tags.key.end)).toBe("tags");
  });
});

describe("problems", () => {
  it.each([
    ["on: [push\n", "syntax"],
    ["a: *nothing\n", "unknown-alias"],
    ["a: &a\n  b: *a\n", "recursive-alias"],
    ["a: 1\n---\nb: 2\n", "many-documents"],
    ["? [a, b]\n: c\n", "complex-key"],
    [`${"[".repeat(5000)}`, "too-deep"],
    [
      `a: &a [x, x, x, x, x, x, x, x, x, x]\n${["b", "c", "d", "e", "f"]
        .map(
          (name, index) =>
            `${name}: &${name} [${Array(10)
              .fill(`*${"abcde"[index] ?? ""}`)
              .join(", ")}]\n`,
        )
        .join("")}`,
      "alias-bomb",
    ],
  ])("%j has the problem %s", async (text, code) => {
    const file = await readYaml(text);
    expect(
      file.problems
        .map((problem) => problem.code)
        .map((found) => (code === "too-deep" && found === "syntax" ? code : found)),
    ).toContain(code);
  });

  it.each([
    ["on: push\nname: a: b\n", 2, /quotes/],
    ["on: push\njobs:\n\ta: b\n", 3, /Replace the tab/],
    ['name: "a\n', 2, /closing quote `"`/],
    ["on: [push\njobs: {}\n", 2, /end with a \]/],
  ])("of %j are told on line %i with what to do", async (text, line, message) => {
    const [problem] = (await readYaml(text)).problems;
    expect(problem && positionAt(linesOf(text), problem.start).line).toBe(line);
    expect(problem?.message).toMatch(message);
  });

  it("are not fatal where only an alias is wrong", async () => {
    expect(isBroken(await readYaml("a: *nothing\n"))).toBe(false);
    expect(isBroken(await readYaml("a: [\n"))).toBe(true);
  });
});

describe("places in a value", () => {
  const spanOf = async (text: string, part: string): Promise<string> => {
    const { root } = await readYaml(text);
    const node = scalarOf(valueOf(root, "run"));
    if (!node) return "";
    const start = node.value.indexOf(part);
    const span = sourceSpan(text, node, { start, end: start + part.length });
    return text.slice(span.start, span.end);
  };

  it.each([
    ["plain", "run: make ${{ a.b }} all\n"],
    ["single quotes", "run: 'it''s ${{ a.b }}'\n"],
    ["double quotes", 'run: "\\t\\u0041 \\\n  ${{ a.b }} more"\n'],
    ["literal", "run: |\n    first\n      second ${{ a.b }}\n    third\n"],
    ["literal with Windows breaks", "run: |\r\n  first\r\n  ${{ a.b }}\r\n"],
    ["folded", "run: >-\n  first\n  second ${{ a.b }}\n\n    more\n"],
    ["folded, indented more", "run: >\n  first\n    - second\n    - ${{ a.b }}\n  third\n"],
    ["several lines of plain text", "run: first\n  second\n\n  ${{ a.b }}\n"],
  ])("%s", async (_style, text) => {
    expect(await spanOf(text, "${{ a.b }}")).toBe("${{ a.b }}");
  });
});

it.each([
  ["yes", "string"],
  ["on", "string"],
  ["True", "boolean"],
  ["~", "null"],
  ["0o17", "number"],
  ["1_000", "string"],
  ["1e3", "number"],
  ["0b1", "string"],
  [".inf", "number"],
  ["v1", "string"],
  ["12e03", "number"],
])("%s is a %s, as in YAML 1.2", async (text, type) => {
  const node = scalarOf((await readYaml(`${text}\n`)).root);
  expect(node && scalarType(node)).toBe(type);
});

it("keeps pairs in order, also those that stand twice, and keys such as __proto__", async () => {
  expect(await valuesIn("b: 1\n__proto__: x\nb: 2\n")).toEqual([
    ["b", 1],
    ["__proto__", "x"],
    ["b", 2],
  ]);
});

it("gives an empty value a place behind its separator", async () => {
  const text = "a:\nb:\n  - c\n  # nothing\n  -\n  - \nd: {e, f: }\n";
  const { root, problems } = await readYaml(text);
  expect(problems).toEqual([]);
  const empty = [...(root ? nodesOf(root) : [])]
    .filter((node) => node.kind === "scalar" && node.value === "")
    .map(({ start }) => positionAt(linesOf(text), start));
  expect(empty).toEqual([
    { line: 1, column: 3 },
    { line: 5, column: 4 },
    { line: 6, column: 4 },
    { line: 7, column: 6 },
    { line: 7, column: 10 },
  ]);
});

it("positions are offsets and back", () => {
  const lines = linesOf("ab\r\ncd\n");
  expect(positionAt(lines, 5)).toEqual({ line: 2, column: 2 });
  expect(offsetAt(lines, { line: 2, column: 2 })).toBe(5);
  expect(positionAt(lines, 99)).toEqual({ line: 3, column: 1 });
});

it("blames the line that is indented too far, not the value above it", async () => {
  const { problems } = await readYaml(
    "jobs:\n  test:\n    runs-on: ubuntu-latest\n      steps:\n        - run: make\n",
  );
  expect(problems.map(({ start, end, message }) => [start, end, message.slice(0, 30)])).toEqual([
    [47, 53, "This line is indented too far:"],
  ]);
  expect((await readYaml("run: echo a: b\n")).problems.map(({ message }) => message.slice(0, 30))).toEqual([
    "Nested mappings are not allowe",
  ]);
});
