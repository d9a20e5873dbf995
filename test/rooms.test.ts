/**
 * The rooms of the house: which may import from which. What no room is, at the top of `src`, anybody may import, and
 * reaches through it only what is open to himself. No files import each other in a circle. What a browser runs needs no
 * Node.js.
 */
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";

/** `cli` may import everything, and nothing imports it. Types of the config are the plan's language (docs/decisions/plan-knows-the-config.md). */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  workflow: [],
  shell: [],
  config: [],
  actions: ["workflow"],
  programs: ["workflow", "templates"],
  pipeline: ["config", "workflow", "actions", "templates/lib/tags.mjs"],
  lint: ["workflow", "actions", "shell"],
  // Of the config it takes names of alerts and types.
  compiler: ["pipeline", "programs", "workflow", "actions", "config", "templates"],
};

/** `config` is not among them: half of it loads files. What of it these rooms reach is looked at with them. */
const IN_A_BROWSER = ["workflow", "shell", "actions", "programs", "pipeline", "compiler", "lint"];

/** What is not as it should be yet, each with what is to become of it. An entry that is not needed any more fails. */
const NOT_YET = [
  // It is to take its digest of a package that needs no Node.js, `@noble/hashes`.
  "sha256.ts imports node:crypto",
];

interface Import {
  /** A path from `src`, such as `lint/rule.ts` or `../templates/lib/tags.mjs`; or a package's name. */
  from: string;
  /** Types alone are gone when it runs. */
  typesOnly: boolean;
}

/** The imports of each file by its path from `src`. */
type House = ReadonlyMap<string, readonly Import[]>;

const STATEMENT = /^(?:import|export)\s+(type\s)?(?:[^"'`;]*?\sfrom\s+)?"([^"]+)";/gm;
const DYNAMIC = /\bimport\(\s*"([^"]+)"/g;

const houseOf = (texts: Readonly<Record<string, string>>): House =>
  new Map(
    Object.entries(texts).map(([file, text]): [string, Import[]] => {
      const resolved = (path: string): string =>
        path.startsWith(".") ? posix.join(posix.dirname(file), path.replace(/\?raw$/, "")) : path;
      return [
        file,
        [
          ...[...text.matchAll(STATEMENT)].map(([, type, path = ""]) => ({
            from: resolved(path),
            typesOnly: type !== undefined,
          })),
          ...[...text.matchAll(DYNAMIC)].map(([, path = ""]) => ({ from: resolved(path), typesOnly: false })),
        ],
      ];
    }),
  );

/** The first folder of a path, `templates` outside of `src`; empty at the top, and nothing for a package. */
function roomOf(path: string, house: House): string | undefined {
  if (path.startsWith("../")) return path.split("/")[1];
  if (path.includes("/") && house.has(path)) return path.split("/")[0];
  return house.has(path) ? "" : undefined;
}

const importsOf = (file: string, house: House): readonly Import[] => house.get(file) ?? [];

/** What files of the rooms import of rooms that are not open to them, by themselves or through files at the top. */
function strangersIn(house: House): string[] {
  const found: string[] = [];
  const visit = (file: string, by: string, room: string, seen: Set<string>): void => {
    for (const { from } of importsOf(by, house)) {
      const other = roomOf(from, house);
      if (other === undefined || other === room || seen.has(from)) continue;
      seen.add(from);
      const isOpen = [other, from.replace(/^\.\.\//, "")].some((name) => MAY_IMPORT[room]?.includes(name));
      if (other === "") visit(file, from, room, seen);
      else if (!isOpen) found.push(`${file} imports ${from}${by === file ? "" : ` through ${by}`}`);
    }
  };
  for (const file of house.keys()) {
    const room = roomOf(file, house);
    if (room !== undefined && room in MAY_IMPORT) visit(file, file, room, new Set());
  }
  return found;
}

/** The groups of files of which each reaches each other one (Tarjan, "Depth-first search and linear graph algorithms"). */
function circlesIn(house: House): string[] {
  const numbers = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[] = [];
  /** Gives the lowest number of a file on the stack that this one reaches. */
  const visit = (file: string): number => {
    const number = numbers.size;
    numbers.set(file, number);
    stack.push(file);
    let lowest = number;
    for (const { from } of importsOf(file, house)) {
      if (!house.has(from)) continue;
      const known = numbers.get(from);
      if (known === undefined) lowest = Math.min(lowest, visit(from));
      else if (stack.includes(from)) lowest = Math.min(lowest, known);
    }
    if (lowest === number) {
      const circle = stack.splice(stack.indexOf(file));
      if (circle.length > 1) circles.push(circle.sort().join(", "));
    }
    return lowest;
  };
  for (const file of house.keys()) if (!numbers.has(file)) visit(file);
  return circles;
}

const isOfNode = (name: string): boolean => name.startsWith("node:") || builtinModules.includes(name);

/** Imports of Node.js's modules in what a browser runs: its rooms, the files at the top, and all that these reach. */
function nodeImportsIn(house: House): string[] {
  const reached = new Set(
    [...house.keys()].filter((file) => ["", ...IN_A_BROWSER].includes(roomOf(file, house) ?? "cli")),
  );
  // A set gives also what is added while it is gone through.
  for (const file of reached)
    for (const { from, typesOnly } of importsOf(file, house)) if (!typesOnly && house.has(from)) reached.add(from);
  return [...reached].flatMap((file) =>
    importsOf(file, house)
      .filter(({ from, typesOnly }) => !typesOnly && isOfNode(from))
      .map(({ from }) => `${file} imports ${from}`),
  );
}

const SOURCES = join(import.meta.dirname, "../src");
const house = houseOf(
  Object.fromEntries(
    readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => [file, readFileSync(join(SOURCES, file), "utf8")]),
  ),
);
const asItIs = (found: readonly string[]): string[] => found.filter((one) => !NOT_YET.includes(one));

describe("the house", () => {
  it("has rooms that import from those alone that are open to them", () => {
    expect(asItIs(strangersIn(house))).toEqual([]);
  });

  it("has no circle of files", () => expect(asItIs(circlesIn(house))).toEqual([]));

  it("needs no Node.js where a browser runs it", () => expect(asItIs(nodeImportsIn(house))).toEqual([]));

  it("still has everything that is not as it should be yet", () => {
    const found = [...strangersIn(house), ...circlesIn(house), ...nodeImportsIn(house)];
    expect(NOT_YET.filter((one) => !found.includes(one))).toEqual([]);
  });

  it("has no room that the table does not know", () => {
    const rooms = new Set([...house.keys()].map((file) => roomOf(file, house) ?? "").filter((room) => room !== ""));
    expect([...rooms].filter((room) => room !== "cli" && !(room in MAY_IMPORT))).toEqual([]);
  });
});

describe("in a house that is out of order, this finds", () => {
  it("a room that is not open, a circle, and a module of Node.js", () => {
    const disorder = houseOf({
      "workflow/a.ts": 'import type { B } from "../lint/b.ts";\nimport {\n  c,\n} from "./c.ts";\n',
      "workflow/c.ts": 'export * from "./a.ts";\nimport "../../templates/lib/x.mjs";\n',
      "pipeline/tags.ts":
        'import { tag } from "../../templates/lib/tags.mjs";\nimport x from "../../templates/x.sh?raw";\n',
      "lint/b.ts": 'import fs from "fs";\nimport type { URL } from "node:url";\nconst text = `import "node:os";`;\n',
    });
    expect(strangersIn(disorder)).toEqual([
      "workflow/a.ts imports lint/b.ts",
      "workflow/c.ts imports ../templates/lib/x.mjs",
      "pipeline/tags.ts imports ../templates/x.sh",
    ]);
    expect(circlesIn(disorder)).toEqual(["workflow/a.ts, workflow/c.ts"]);
    expect(nodeImportsIn(disorder)).toEqual(["lint/b.ts imports fs"]);
  });

  it("a way round through files at the top, and what a browser reaches of the room that loads files", () => {
    const disorder = houseOf({
      "config/worker.ts": 'const index = await import("../index.ts");\n',
      "config/paths.ts": 'import { join } from "node:path";\n',
      "config/load.ts": 'import { readFile } from "node:fs/promises";\n',
      "index.ts": 'export { compile } from "./api.ts";\n',
      "api.ts": 'import { compile } from "./compiler/compile.ts";\n',
      "compiler/compile.ts":
        'import { a } from "../config/paths.ts";\nimport type { Loaded } from "../config/load.ts";\n',
    });
    expect(strangersIn(disorder)).toEqual(["config/worker.ts imports compiler/compile.ts through api.ts"]);
    expect(nodeImportsIn(disorder)).toEqual(["config/paths.ts imports node:path"]);
  });
});
