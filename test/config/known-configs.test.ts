import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { mkdtemp, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isSelfContained } from "../../src/config/known-configs.ts";
import { pipewright } from "../cli/pipewright.ts";

const code = (text: string) => isSelfContained({ language: "code", text });
const HEAD = 'import { defineConfig, image } from "pipewright";\n';

describe("isSelfContained", () => {
  it("is true of a config that only uses Pipewright", () => {
    expect(
      code(
        `${HEAD}const shared = { needs: "app" as const };\nexport default defineConfig({ project: "p", builds: { app: image({}) } });`,
      ),
    ).toBe(true);
    expect(code("export default { project: 'p', builds: {} };")).toBe(true);
    expect(isSelfContained({ language: "yaml", text: "project: process.env" })).toBe(true);
  });

  it.each([
    'import { x } from "./shared.ts";',
    'import shared from "shared";',
    'import "./side-effect.js";',
    'export * from "./more.ts";',
    'import type { T } from "./types.ts";',
    "const x = process.env.X;",
    "const x = globalThis['pro' + 'cess'];",
    "const x = require('node:fs');",
    "const x = await import('./x.js');",
    "const x = import.meta.url;",
    "const x = new Date();",
    "const x = Math.random();",
    "const x = [].constructor.constructor('return 1')();",
    "const x = Intl.DateTimeFormat().resolvedOptions().timeZone;",
    "const x = (1).toLocaleString();",
    "const x = pro\\u0063ess.env.X;",
    "const x = new Error().stack;",
    "const x = performance.now();",
    "console.log(1);",
  ])("is false of %s", (line) => {
    expect(code(`${HEAD}${line}\nexport default defineConfig({ project: "p", builds: {} });`)).toBe(false);
  });
});

describe("the command line, which remembers", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pipewright-known-"));
    await mkdir(join(folder, "node_modules"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const output = async (): Promise<string> => (await pipewright(folder, ["explain-config", "--json"])).stdout;
  const explained = async (): Promise<{ project: string }> => JSON.parse(await output());
  const remembered = () => readdir(join(folder, "node_modules/.cache/pipewright/configs")).catch(() => []);
  const write = (name: string, text: string) => writeFile(join(folder, name), text);

  it("takes a config that has not changed from its last run, and reads one that has", async () => {
    await write(
      "ci.config.ts",
      'export default { project: "one", builds: { a: { kind: "files", run: "make", paths: ["out"] } } };',
    );
    const first = await explained();
    expect(await remembered()).toHaveLength(1);
    expect(await explained()).toEqual(first);
    await write(
      "ci.config.ts",
      'export default { project: "two", builds: { a: { kind: "files", run: "make", paths: ["out"] } } };',
    );
    expect(JSON.stringify(await explained())).toContain('"two"');
    expect(await remembered()).toHaveLength(2);
  });

  it("does not remember a config that reads what lies around it", async () => {
    await write("name.js", 'export const name = "one";');
    await write(
      "ci.config.js",
      'import { name } from "./name.js";\nexport default { project: name, builds: { a: { kind: "files", run: "make", paths: ["out"] } } };',
    );
    await explained();
    expect(await remembered()).toEqual([]);
    await write("name.js", 'export const name = "two";');
    expect(JSON.stringify(await explained())).toContain('"two"');
  });

  it("reads the config again when what it remembers is damaged, and points at mistakes all the same", async () => {
    await write("ci.config.yaml", "project: one\nbuilds:\n  a: { kind: files, run: make, paths: [out] }\n");
    const first = await explained();
    const [name = ""] = await remembered();
    const file = join(folder, "node_modules/.cache/pipewright/configs", name);
    await writeFile(file, (await readFile(file, "utf8")).slice(0, 20));
    expect(await explained()).toEqual(first);
    await write(
      "ci.config.yaml",
      "project: one\nbuilds:\n  a: { kind: files, run: make, paths: [out] }\nconsumers:\n  t: { needs: b, run: x }\n",
    );
    for (const failing of [await output(), await output()]) expect(failing).toMatch(/"line": ?5,\s*"column": ?15/);
  });
});
