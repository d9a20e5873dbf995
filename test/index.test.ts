import { expect, test } from "vitest";
import { compile, defineConfig, ghcr, image } from "../src/index.ts";

const config = defineConfig({
  project: "p",
  registry: ghcr("O"),
  builds: { app: image() },
  consumers: { unit: { needs: "app", run: "npm test" } },
});

test("compile gives the files that a config declares", async () => {
  const paths = (await compile(config)).map(({ path }) => path);
  expect(paths).toContain(".github/workflows/unit.yml");
  expect(paths.every((path) => path.startsWith(".github/workflows/"))).toBe(true);
});

test("compile says everything that is wrong", async () => {
  const wrong = { ...config, project: "No Key", freshness: "no" as never };
  await expect(compile(wrong)).rejects.toMatchObject({ problems: [{ message: expect.stringContaining("`project` is") }, { message: expect.stringContaining("`freshness` is") }] });
  await expect(compile({ ...config, consumers: { unit: { needs: "nope", run: "x" } } })).rejects.toMatchObject({ name: "UserError" });
});
