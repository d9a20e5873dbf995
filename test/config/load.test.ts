import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig, locateAll } from "../../src/config/load.ts";
import { formatProblem } from "../../src/config/user-error.ts";
import { plan } from "../../src/pipeline/plan.ts";
import { folder } from "./folder.ts";

describe("a config is loaded", () => {
  test("that imports `pipewright` where it is not installed, and awaits something", async () => {
    const cwd = folder({
      "ci.config.mts":
        'import { defineConfig, image, minutes } from "pipewright";\nconst limit: number = await Promise.resolve(20);\nexport default defineConfig({ project: "p", builds: { app: image({ timeout: minutes(limit) }) } });\n',
    });
    const { config, file } = await loadConfig({ cwd });
    expect(file).toBe("ci.config.mts");
    expect(config.builds["app"]).toMatchObject({ kind: "image", timeout: "20m", dockerfile: "Dockerfile" });
  });

  test("from another folder, with files beside it", async () => {
    const cwd = folder({
      "ci/ci.config.js":
        'import { name } from "./name.mjs";\nimport data from "../package.json";\nexport default { project: name, builds: { [data.name]: { kind: "image" } } };\n',
      "ci/name.mjs": 'export const name = "p";\n',
      "package.json": '{ "name": "app", "type": "module" }',
    });
    const { config, file } = await loadConfig({ cwd, file: "ci/ci.config.js" });
    expect(file).toBe("ci/ci.config.js");
    expect(Object.keys(config.builds)).toEqual(["app"]);
  });

  test("whose settings are undefined, as if they were not there", async () => {
    const cwd = folder({
      "ci.config.ts":
        'export default { project: "p", release: undefined, builds: { app: { kind: "image", target: undefined } } };\n',
    });
    expect((await loadConfig({ cwd })).config).toMatchObject({ release: false });
  });

  test("again when it has changed, though what was made of it is kept", async () => {
    const cwd = folder({
      "ci.config.ts": 'export default { project: "one", builds: {} };\n',
      "node_modules/.keep": "",
    });
    expect((await loadConfig({ cwd })).config.project).toBe("one");
    expect(existsSync(join(cwd, "node_modules/.cache/pipewright"))).toBe(true);
    const { writeFileSync } = await import("node:fs");
    writeFileSync(join(cwd, "ci.config.ts"), 'export default { project: "two", builds: {} };\n');
    expect((await loadConfig({ cwd })).config.project).toBe("two");
  });

  test("what the plan has against it gets its place", async () => {
    const cwd = folder({
      "ci.config.ts":
        'const common = { needs: "ap", run: "npm test" };\nexport default {\n  project: "p",\n  registry: { host: "ghcr.io", namespace: "o" },\n  builds: { app: { kind: "image" } },\n  consumers: { unit: { ...common } },\n};\n',
    });
    const loaded = await loadConfig({ cwd });
    const problems = await locateAll(plan(loaded.config).problems, loaded.locate);
    expect(problems.map(formatProblem)).toEqual([
      expect.stringMatching(/^ci\.config\.ts:1:25 .*ap.*Did you mean .app.\?/),
    ]);
  });
});
