import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configTimeLimit, loadConfig } from "../../src/config/load.ts";
import { folder } from "./folder.ts";
import { mistakes, mistakesIn } from "./mistakes.ts";

const MINIMAL =
  'import { defineConfig, image, ghcr } from "pipewright";\nexport default defineConfig({ project: "p", registry: ghcr("o"), builds: { app: image() } });\n';

const NOBODY = 65_534;

describe("which file", () => {
  test("there is none", async () => {
    expect(await mistakesIn(folder({}))).toEqual([
      expect.stringMatching(/^There is no ci\.config\.ts in .*\. `pipewright init` writes one/),
    ]);
  });
  test("there are several", async () => {
    const cwd = folder({ "ci.config.ts": MINIMAL, "ci.config.yaml": "project: p" });
    expect(await mistakesIn(cwd)).toEqual([
      `There are several configs in ${cwd}: ci.config.ts, ci.config.yaml. Keep one, or name one with \`--config\`.`,
    ]);
    expect((await loadConfig({ cwd, file: "ci.config.ts" })).config.project).toBe("p");
  });
  test("the named one does not exist", async () => {
    expect(await mistakesIn(folder({}), { file: "other.ts" })).toEqual([
      "other.ts cannot be read: there is no such file.",
    ]);
  });
  test("the folder does not exist", async () => {
    expect(await mistakesIn(join(folder({}), "nowhere"))).toEqual([
      expect.stringMatching(/^The folder .*nowhere cannot be read: there is no such file\.$/),
    ]);
  });
  test("a folder has its name", async () => {
    const cwd = folder({});
    mkdirSync(join(cwd, "ci.config.ts"));
    expect(await mistakesIn(cwd)).toEqual([
      "ci.config.ts is a folder, not a file. Rename the folder, or name the config with `--config`.",
    ]);
  });
  test("its symbolic link leads nowhere, or round in a circle", async () => {
    const cwd = folder({});
    symlinkSync(join(cwd, "gone.ts"), join(cwd, "ci.config.ts"));
    expect(await mistakesIn(cwd)).toEqual(["ci.config.ts cannot be read: there is no such file."]);
    const circle = folder({});
    symlinkSync(join(circle, "ci.config.ts"), join(circle, "ci.config.ts"));
    expect(await mistakesIn(circle)).toEqual(["ci.config.ts cannot be read: its symbolic links go round in a circle."]);
  });
  test("it may not be read", async () => {
    const cwd = folder({ "ci.config.ts": MINIMAL });
    chmodSync(cwd, 0o755);
    chmodSync(join(cwd, "ci.config.ts"), 0);
    // Root may read everything, so for the moment this is somebody else.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      expect(await mistakesIn(cwd)).toEqual(["ci.config.ts cannot be read: permission is denied."]);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
  test("it is of a kind that nobody reads", async () => {
    expect(await mistakesIn(folder({ "ci.toml": "a = 1" }), { file: "ci.toml" })).toEqual([
      expect.stringMatching(/^ci\.toml is no kind of config/),
    ]);
  });
});

describe("what the file holds", () => {
  test.each(["", "\n\n  ", "\uFEFF"])("nothing: %j", async (text) => {
    expect(await mistakes(text)).toEqual([
      "ci.config.ts:1:1 The config is empty. `pipewright init --dry-run` shows one to begin with.",
    ]);
  });
  test("no export", async () => {
    expect(await mistakes("const a = 1;\n")).toEqual([
      "ci.config.ts:1:1 The config exports nothing. Write `export default defineConfig({ ... })`.",
    ]);
  });
  test("no default export", async () => {
    expect(await mistakes("export const config = {};\n")).toEqual([
      "ci.config.ts:1:1 The config has no default export, only `config`. Write `export default defineConfig({ ... })`.",
    ]);
  });
  test("something that does not parse: every place at once", async () => {
    const found = await mistakes("export default {\n  project: ,\n  builds: {}\n  names: [};\n");
    expect(found).toEqual([
      "ci.config.ts:2:12 Expression expected.",
      "ci.config.ts:4:3 ',' expected.",
      "ci.config.ts:4:11 Expression or comma expected.",
    ]);
  });
  test("something that does not parse, in an imported file", async () => {
    const cwd = folder({
      "ci.config.ts": 'import { a } from "./a.ts";\nexport default { a };\n',
      "a.ts": "export const a = ;\n",
    });
    expect(await mistakesIn(cwd)).toEqual(["a.ts:1:18 This does not parse: Unexpected token."]);
  });
  test("a throw, with the line and column of what was written", async () => {
    const text =
      "interface Shape { a: string }\nfunction fail(shape: Shape): never {\n  throw new Error(`no ${shape.a}`);\n}\nexport default fail({ a: 'image' });\n";
    expect(await mistakes(text)).toEqual(["ci.config.ts:3:9 The config throws an error: no image."]);
    expect(await mistakes('export default { project: ("x" as string), b: missing.x };\n')).toEqual([
      "ci.config.ts:1:47 The config throws an error: ReferenceError: missing is not defined.",
    ]);
    expect(await mistakes("throw 'a text';\nexport default {};\n")).toEqual([
      expect.stringContaining('The config throws "a text".'),
    ]);
  });
  test("a builder called without what it needs, and a name that a module does not export", async () => {
    expect(await mistakes('import { ghcr } from "pipewright";\nexport default { registry: ghcr() };\n')).toEqual([
      expect.stringMatching(
        /^ci\.config\.ts:2:\d+ The config throws an error: ghcr\(\) needs the name of an account: ghcr\("octocat"\)\.$/,
      ),
    ]);
    expect(await mistakes('import { defineconfig } from "pipewright";\nexport default defineconfig({});\n')).toEqual([
      expect.stringMatching(
        /^ci\.config\.ts:2:\d+ The config calls `defineconfig`, which is no function of the module that it is imported from\. Did you mean `defineConfig`\?$/,
      ),
    ]);
    expect(await mistakes("export default () => ({});\n")).toEqual([
      "ci.config.ts:1:16 The config is a function. A config holds data only: write the object itself.",
    ]);
  });
  test("a throw in an imported file, and in a timer", async () => {
    const cwd = folder({ "ci.config.ts": 'import "./ci/a.ts";\nexport default {};\n', "ci/a.ts": "\n\n  null.x;\n" });
    expect(await mistakesIn(cwd)).toEqual([
      expect.stringMatching(/^ci\/a\.ts:3:\d+ The config throws an error: TypeError: /),
    ]);
    expect(
      await mistakes(
        "setTimeout(() => { throw new Error('late'); });\nawait new Promise((r) => setTimeout(r, 200));\nexport default {};\n",
      ),
    ).toEqual(["ci.config.ts:1:26 The config throws an error: late."]);
  });
  test("process.exit", async () => {
    expect(await mistakes("const a: number = 1;\n  process.exit(a);\nexport default {};\n")).toEqual([
      expect.stringMatching(/^ci\.config\.ts:2:\d+ The config calls process\.exit\(\)\. Let it export a value/),
    ]);
  });
  test("an import that cannot be found", async () => {
    expect(await mistakes('\nimport x from "not-installed";\nexport default x;\n')).toEqual([
      "ci.config.ts:2:15 The config imports `not-installed`, which cannot be found. Install it in this repository, or is its name misspelt?",
    ]);
    expect(await mistakes('import x from "./gone.ts";\nexport default x;\n')).toEqual([
      expect.stringMatching(/^ci\.config\.ts:1:15 The config imports `\.\/gone\.ts`/),
    ]);
  });
  test("values that are no data, each with its path", async () => {
    const text =
      'class Own {}\nexport default {\n  project: () => "p",\n  builds: { app: new Own() },\n  consumers: new Map(),\n  names: 4n,\n  nightly: Promise.resolve(1),\n};\n';
    expect(await mistakes(text)).toEqual([
      "ci.config.ts:3:12 `project` is a function. Write what `project` returns: call it.",
      "ci.config.ts:4:18 `builds.app` is an instance of the class `Own`. A config holds plain objects, lists, texts, numbers and booleans only.",
      expect.stringMatching(/^ci\.config\.ts:5:14 `consumers` is an instance of the class `Map`/),
      "ci.config.ts:6:10 `names` is a bigint. Write a number.",
      "ci.config.ts:7:12 `nightly` is a promise. Write `await` before it.",
    ]);
  });
  test("a value that holds itself", async () => {
    const text =
      'const app: Record<string, unknown> = { kind: "image" };\napp.args = app;\nexport default { project: "p", builds: { app } };\n';
    expect(await mistakes(text)).toEqual([
      expect.stringMatching(/^ci\.config\.ts:1:\d+ `builds\.app\.args` refers back to an object that holds it/),
    ]);
  });
  test("a function instead of a config", async () => {
    expect(await mistakes("export default () => ({});\n")).toEqual([
      expect.stringMatching(/^ci\.config\.ts:1:16 The config is a function\. /),
    ]);
  });
});

test("the limit is read in seconds", () => {
  expect(configTimeLimit("2.5")).toBe(2500);
  expect(configTimeLimit(undefined)).toBe(10_000);
  expect(() => configTimeLimit("soon")).toThrow(
    'PIPEWRIGHT_CONFIG_TIMEOUT is "soon"; expected a number of seconds, at most 3600.',
  );
});

describe("files that import each other", () => {
  test("a config that imports itself through another file", async () => {
    const cwd = folder({
      "ci.config.ts": '// import "./b.ts"\nimport { b } from "./b.ts";\nexport const a = 1;\nexport default { b };\n',
      "b.ts": 'import { a } from "./ci.config.ts";\nexport const b = a;\n',
    });
    expect(await mistakesIn(cwd)).toEqual([
      "ci.config.ts:2:19 The config imports itself: ci.config.ts -> b.ts -> ci.config.ts. Move what they share to a file that does not import the config.",
    ]);
  });
  test("a type taken from the config is no cycle", async () => {
    const cwd = folder({
      "ci.config.ts":
        'import { project } from "./b.ts";\nexport type Name = string;\nexport default { project, builds: { a: { kind: "image" } } };\n',
      "b.ts":
        'import type { Name } from "./ci.config.ts";\n/* import "./ci.config.ts" */\nexport const project: Name = "p";\n',
    });
    expect((await loadConfig({ cwd })).config.project).toBe("p");
  });
  test("two other files may, as long as their values exist in time", async () => {
    const cwd = folder({
      "ci.config.ts":
        'import { even } from "./even.ts";\nexport default { project: even(2) ? "p" : "q", builds: {} };\n',
      "even.ts":
        'import { odd } from "./odd.ts";\nexport function even(n: number): boolean { return n === 0 || odd(n - 1); }\n',
      "odd.ts":
        'import { even } from "./even.ts";\nexport function odd(n: number): boolean { return n !== 0 && even(n - 1); }\n',
    });
    expect((await loadConfig({ cwd })).config.project).toBe("p");
  });
});
