/** What is emitted stays what people can review: its figures, on freshly compiled output. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Example, EXAMPLES, exampleNamed } from "../support/example-files.ts";
import {
  bytesIn,
  filesThat,
  isProgram,
  isWorkflow,
  largeBlocks,
  linesIn,
  longLines,
  repeatsIn,
  scriptsIn,
  shareOf,
  sumOf,
} from "../support/shape.ts";
import { stringsIn } from "../support/read-workflows.ts";

const KILOBYTE = 1000;
/** GitHub shows no more of a pull request's diff than this. */
const LINES_OF_DIFF = 20_000;
const BYTES_OF_DIFF = 1000 * KILOBYTE;

const TEMPLATES = join(import.meta.dirname, "../../templates");

/** Every line of a program that is long enough to be nobody else's. */
const programLines: ReadonlySet<string> = new Set(
  readdirSync(TEMPLATES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:sh|mjs)$/.test(entry.name))
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8").split("\n"))
    .map((line) => line.trim())
    .filter((line) => line.length >= 25),
);

const workflowsOf = ({ files }: Example) => filesThat(files, isWorkflow);

/** The lines of the commands that the config itself holds. */
const ownLinesOf = ({ config }: Example): ReadonlySet<string> =>
  new Set(stringsIn(config).flatMap((text) => text.split("\n").map((line) => line.trim())));

describe.each(EXAMPLES.map((example) => ({ ...example })))("$name", (example) => {
  const workflows = workflowsOf(example);

  it("has no workflow over 450 lines or 40 KB", () => {
    const large = [...workflows].filter(([, text]) => linesIn(text) > 450 || bytesIn(text) > 40 * KILOBYTE);
    expect(large.map(([path, text]) => `${path}: ${linesIn(text)} lines, ${bytesIn(text)} bytes`)).toEqual([]);
  });

  it("adds no more than a pull request shows", () => {
    expect(sumOf(example.files, linesIn), "lines").toBeLessThan(LINES_OF_DIFF);
    expect(sumOf(example.files, bytesIn), "bytes").toBeLessThan(BYTES_OF_DIFF);
  });

  it("has no line over 300 characters in a workflow", () => {
    expect(longLines(workflows, 300).map(({ at, value }) => `${at}: ${value} characters`)).toEqual([]);
  });

  it("has no env or with of more than 12 entries", () => {
    expect(largeBlocks(workflows, 12).map(({ at, value }) => `${at}: ${value} entries`)).toEqual([]);
  });

  it("has no program in a workflow: what runs there is the config's, with three lines around it at most", () => {
    const own = ownLinesOf(example);
    const added = scriptsIn(workflows).map(({ at, lines }) => ({
      at,
      lines: lines.filter((line) => !own.has(line.trim())),
    }));
    const programs = added.filter(({ lines }) => lines.length > 3);
    expect(programs.map(({ at, lines }) => `${at}: ${lines.length} lines that are not the config's`)).toEqual([]);
    const documents = added.filter(({ lines }) => lines.some((line) => line.includes("<<")));
    expect(documents.map(({ at }) => `${at}: a here-document`)).toEqual([]);
  });

  it("repeats no line of a program in a workflow", () => {
    const found = [...workflows].flatMap(([path, text]) =>
      text
        .split("\n")
        .flatMap((line, index) => (programLines.has(line.trim()) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });
});

const MINIMAL_LINES = 300;
const REPEATED_PERCENT = 8;

it("ten lines of config give three workflows, and 300 lines of them at most", () => {
  const workflows = workflowsOf(exampleNamed("minimal"));
  expect([...workflows.keys()].length).toBeLessThanOrEqual(3);
  expect(sumOf(workflows, linesIn)).toBeLessThanOrEqual(MINIMAL_LINES);
});

it("Charon takes 2,000 lines of workflows at most", () => {
  expect(sumOf(workflowsOf(exampleNamed("charon")), linesIn)).toBeLessThanOrEqual(2000);
});

it("of Charon's workflows and programs 8 % at most repeat what stands elsewhere", () => {
  const repeats = repeatsIn(filesThat(exampleNamed("charon").files, (path) => isWorkflow(path) || isProgram(path)));
  const longest = repeats.blocks.slice(0, 10).map(({ lines, first, again }) => `${lines} lines: ${first}, ${again}`);
  expect(
    shareOf(repeats),
    `${repeats.repeated} of ${repeats.lines} lines are repeats:\n${longest.join("\n")}`,
  ).toBeLessThanOrEqual(REPEATED_PERCENT);
});

describe("what counts as a repeat", () => {
  const block = ["a", "b", "c", "d", "e", "f"].join("\n");

  it("is a block of six lines in another place, and not the place where it stands first", () => {
    expect(
      repeatsIn(
        new Map([
          ["1", block],
          ["2", `x\n${block}  \n\ny`],
        ]),
      ),
    ).toMatchObject({
      lines: 14,
      repeated: 6,
      blocks: [{ first: "1:1", again: "2:2", lines: 6 }],
    });
  });

  it("counts a third time", () => {
    expect(
      repeatsIn(
        new Map([
          ["1", block],
          ["2", block],
          ["3", block],
        ]),
      ),
    ).toMatchObject({ repeated: 12 });
    expect(repeatsIn(new Map([["1", `${block}\n${block}`]]))).toMatchObject({ repeated: 6 });
  });

  it("is no block of five lines, none at another depth, and no list that is like itself", () => {
    const five = block.slice(0, -2);
    expect(
      repeatsIn(
        new Map([
          ["1", `${five}\nx`],
          ["2", `${five}\ny`],
        ]),
      ),
    ).toMatchObject({ repeated: 0 });
    expect(
      repeatsIn(
        new Map([
          ["1", block],
          ["2", block.replaceAll(/^/gm, " ")],
        ]),
      ),
    ).toMatchObject({ repeated: 0 });
    expect(repeatsIn(new Map([["1", Array<string>(10).fill("-").join("\n")]]))).toMatchObject({ repeated: 0 });
  });

  it("goes over what is blank", () => {
    expect(
      repeatsIn(
        new Map([
          ["1", block],
          ["2", block.replaceAll("\n", "\n\n")],
        ]),
      ),
    ).toMatchObject({ repeated: 6 });
  });
});
