import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as prettier from "prettier";
import { describe, expect, test } from "vitest";
import { formatterFor } from "../../src/cli/format.ts";
import { readStamp, stamp } from "../../src/cli/files/stamp.ts";
import { UserError } from "../../src/config/user-error.ts";
import { folder, put } from "./folder.ts";
import { hello, pipewright } from "./pipewright.ts";

const SMOKE = ".github/workflows/smoke.yml";
const WORKFLOW =
  'name: "Smoke: 1"\n\non:\n  push:\n    branches: ["main", "development", "feature/**"]\n\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - name: Say it\n        run: |\n          echo "hi"\n';
const PAGE =
  "# CI\n\nEvery commit is built once. Every test takes that very image, and what passed is promoted by its digest: nothing is built twice.\n\n- one\n";
const FILES = [
  { path: SMOKE, body: WORKFLOW },
  { path: "docs/ci-cd.md", body: PAGE },
];

/** The files as they lie in a repository with these settings, stamped. */
async function formatted(root: string): Promise<Record<string, string>> {
  const format = await formatterFor(
    root,
    root,
    FILES.map((file) => file.path),
  );
  const texts = await Promise.all(
    FILES.map(
      async (file) =>
        [
          file.path,
          stamp(await format(file), { source: "ci.config.ts", comment: file.path.endsWith(".md") ? "html" : "hash" }),
        ] as const,
    ),
  );
  return Object.fromEntries(texts);
}

describe("the format of generated files", () => {
  test.each<[string, Record<string, string>]>([
    ["nothing", {}],
    [".prettierrc", { ".prettierrc": "singleQuote: true\n" }],
    ["prettier.config.mjs", { "prettier.config.mjs": "export default { tabWidth: 4, proseWrap: 'always' };\n" }],
    ["package.json", { "package.json": JSON.stringify({ prettier: { printWidth: 40, bracketSpacing: false } }) }],
    [
      "overrides for one folder",
      { ".prettierrc.json": JSON.stringify({ overrides: [{ files: ".github/**", options: { singleQuote: true } }] }) },
    ],
    [".editorconfig", { ".editorconfig": "root = true\n[*]\nindent_style = space\nindent_size = 4\n" }],
    ["a config beside the workflows", { ".github/workflows/.prettierrc": "singleQuote: true\n" }],
    ["carriage returns", { ".prettierrc": "endOfLine: crlf\n" }],
  ])("is what the repository's Prettier makes of them: %s", async (_, files) => {
    const root = await folder(files);
    for (const [path, text] of Object.entries(await formatted(root))) {
      const options = await prettier.resolveConfig(join(root, path), { editorconfig: true, useCache: false });
      expect(await prettier.check(text, { ...options, filepath: join(root, path) }), path).toBe(true);
      expect(readStamp(text)).toMatchObject({ intact: true });
    }
  });

  test("obeys the settings, and is left alone without any", async () => {
    const plain = await formatted(await folder());
    expect(plain[SMOKE]).toContain(WORKFLOW);
    expect((await formatted(await folder({ ".prettierrc": "singleQuote: true\n" })))[SMOKE]).toContain(
      "name: 'Smoke: 1'\n",
    );
  });

  test("knows settings above the config, up to the working tree's root and no further", async () => {
    const root = await folder({ ".prettierrc": "singleQuote: true\n", "sub/x": "" });
    const sub = join(root, "sub");
    expect(await (await formatterFor(sub, root, [SMOKE]))({ path: SMOKE, body: WORKFLOW })).toContain("'Smoke: 1'");
    expect(await (await formatterFor(sub, sub, [SMOKE]))({ path: SMOKE, body: WORKFLOW })).toBe(WORKFLOW);
  });

  test(".prettierignore keeps files as they are", async () => {
    const ignored = await formatted(
      await folder({ ".prettierrc": "tabWidth: 4\nproseWrap: always\n", ".prettierignore": ".github/\ndocs/\n" }),
    );
    expect(ignored).toEqual(await formatted(await folder()));
  });

  test("is the same in every run: generate, generate and check agree", async () => {
    const root = await folder({ ...hello("smoke"), ".prettierrc": "singleQuote: true\ntabWidth: 4\n" });
    expect(await pipewright(root, ["generate", "--docs"])).toMatchObject({ code: 0, stderr: "" });
    expect((await pipewright(root, ["generate"])).stdout).toMatch(/^\d+ unchanged\.\n$/);
    expect(await pipewright(root, ["check"])).toMatchObject({ code: 0 });
  });

  test("the repository's own Prettier is used where it has one", async () => {
    const root = await folder({ ...hello("smoke"), ".prettierrc": "tabWidth: 2\n" });
    const own =
      "export default { getFileInfo: async () => ({ ignored: false }), resolveConfig: async () => ({ a: 1 }), format: (text) => `# own\\n${text}` };\n";
    await put(
      root,
      "node_modules/prettier/package.json",
      JSON.stringify({ name: "prettier", version: "2.0.0", type: "module", exports: "./index.js" }),
    );
    await put(root, "node_modules/prettier/index.js", own);
    await pipewright(root, ["generate"]);
    expect(await readFile(join(root, SMOKE), "utf8")).toContain("\n# own\n");
  });

  test.each(["parser: nonsense\n", "{ not: [yaml\n", "plugins: [prettier-plugin-that-is-not-installed]\n"])(
    "a config that Prettier cannot use (%j) is told as the user's mistake",
    async (config) => {
      const format = await formatterFor(await folder({ ".prettierrc": config }), "/", [SMOKE]);
      await expect(format({ path: SMOKE, body: WORKFLOW })).rejects.toThrow(UserError);
      await expect(format({ path: SMOKE, body: WORKFLOW })).rejects.toThrow(
        `Prettier could not format ${SMOKE} with the repository's settings: `,
      );
    },
  );
});
