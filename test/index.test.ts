import { expect, test } from "vitest";
import { compile, defineConfig, ghcr, image, lint } from "../src/index.ts";

const config = defineConfig({
  project: "p",
  registry: ghcr("O"),
  builds: { app: image() },
  consumers: { unit: { needs: "app", dispatch: true, run: "npm test" } },
});

test("compile gives the files that a config declares", async () => {
  const paths = (await compile(config)).map(({ path }) => path);
  expect(paths).toContain(".github/workflows/unit.yml");
  expect(paths.every((path) => path.startsWith(".github/"))).toBe(true);
});

test("compile says everything that is wrong", async () => {
  const wrong = { ...config, project: "No Key", freshness: "no" as never };
  await expect(compile(wrong)).rejects.toMatchObject({
    problems: [
      { message: expect.stringContaining("`project` is") },
      { message: expect.stringContaining("`freshness` is") },
    ],
  });
  await expect(compile({ ...config, consumers: { unit: { needs: "nope", run: "x" } } })).rejects.toMatchObject({
    name: "UserError",
  });
});

test("lint gives the findings of texts, without those that a comment sets aside", async () => {
  const broken = "on: push\njobs:\n  test:\n    runs-on: [ubuntu-latest\n";
  const found = await lint({
    files: {
      ".github/workflows/ci.yml": broken,
      ".github/workflows/frozen.yml": `# pipewright-ignore-file: yaml-syntax -- frozen\n${broken}`,
    },
  });
  expect(found.map(({ file, rule }) => `${file} ${rule}`)).toEqual([".github/workflows/ci.yml yaml-syntax"]);
  const settings = { rules: { "yaml-syntax": { level: "off" as const } } };
  expect(await lint({ files: { ".github/workflows/ci.yml": broken }, settings })).toEqual([]);
});
