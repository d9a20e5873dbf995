import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { put } from "./folder.ts";
import { lint, repository, TEXTS } from "./lint-cache.ts";
import { startPipewright } from "./pipewright.ts";

const cacheFiles = async (root: string): Promise<string[]> => {
  const folderOf = join(root, "node_modules/.cache/pipewright/lint");
  const names = await readdir(folderOf, { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith(".json")).map((name) => join(folderOf, name));
};

describe("the cache", () => {
  test("gives the same bytes as without, whatever changes between", async () => {
    const root = await repository();
    const same = async (...args: string[]): Promise<void> =>
      expect(await lint(root, ...args)).toBe(await lint(root, ...args, "--no-cache"));
    await same();
    await same();
    const [first = "", second = ""] = Object.keys(TEXTS);
    await put(root, first, `# a comment\n${TEXTS[first] ?? ""}`);
    await same();
    await put(root, ".github/workflows/new.yml", TEXTS[second] ?? "");
    await same();
    await same(second);
    await same("--only", "language");
    await put(root, "Dockerfile", "FROM scratch\n");
    await same();
    await put(root, "pipewright.lint.yaml", "rules: { yaml-syntax: warning }\n");
    await same();
    await same("--min-level", "error");
  });

  test("is not written with --no-cache", async () => {
    const root = await repository();
    await lint(root, "--no-cache");
    expect(await cacheFiles(root)).toEqual([]);
    await lint(root);
    expect(await cacheFiles(root)).toHaveLength(1);
  });

  test("survives what is damaged, and runs at once", async () => {
    const root = await repository();
    const expected = await lint(root);
    const [file = ""] = await cacheFiles(root);
    for (const damage of [
      "",
      "{",
      "null",
      "[]",
      '{"settings":{},"rules":[],"each":[],"together":{}}',
      (await readFile(file, "utf8")).slice(0, 1000),
    ]) {
      await writeFile(file, damage);
      expect(await lint(root)).toBe(expected);
    }
    await writeFile(file, "");
    const runs = await Promise.all(Array.from({ length: 4 }, () => lint(root)));
    for (const run of runs) expect(run).toBe(expected);
  });

  test("needs neither rules nor a YAML parser when nothing has changed", async () => {
    const root = await repository();
    await lint(root);
    const { stderr } = await startPipewright(root, ["lint", "--json", "--preset", "strict"], {
      env: { NODE_V8_COVERAGE: join(root, "coverage") },
    });
    expect(stderr).toBe("");
    const [report = ""] = await readdir(join(root, "coverage"));
    const { result } = JSON.parse(await readFile(join(root, "coverage", report), "utf8")) as {
      result: { url: string }[];
    };
    const loaded = result.filter(({ url }) => url.includes("/dist/")).map(({ url }) => new URL(url).pathname);
    const bytes = (await Promise.all(loaded.map((file) => readFile(file)))).reduce((sum, text) => sum + text.length, 0);
    expect(loaded.some((file) => file.includes("rules-room"))).toBe(false);
    expect(bytes).toBeLessThan(200_000);
  });
});
