/** The examples, and this repository itself, are what their configs compile to. */
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { check as isPrettierClean } from "prettier";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { declaredFiles, loadProject } from "../../src/cli/project.ts";
import type { Io } from "../../src/cli/io.ts";
import { readStamp } from "../../src/cli/files/stamp.ts";
import { PLAN_FILE } from "../../src/pipeline/plan-file.ts";
import { PROGRAMS_FOLDER } from "../../src/programs/programs.ts";
import { isProgram } from "../support/shape.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const EXAMPLES = (await readdir(join(ROOT, "examples"), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map((entry) => join("examples", entry.name));

/** A process without a terminal, in a folder. */
const ioIn = (cwd: string): Io => ({
  cwd,
  env: {},
  isTTY: false,
  stdout: { write: () => true },
  stderr: { write: () => true },
});

/** What `generate` would write into a folder, by path. */
async function compiled(folder: string): Promise<Map<string, string>> {
  const project = await loadProject(ioIn(resolve(ROOT, folder)), {});
  const files = await declaredFiles(project, { docs: false });
  return new Map(
    await Promise.all(files.map(async ({ path, text }): Promise<[string, string]> => [path, await text()])),
  );
}

/** Whether a path is below the folder of the programs, where plan.json says whose each file is. */
const isBesidePlan = (path: string): boolean => path.startsWith(`${PROGRAMS_FOLDER}/`);

/** The generated files that lie there. */
async function committed(folder: string): Promise<Map<string, string>> {
  const root = resolve(ROOT, folder);
  const entries = await Promise.all(
    [".github", "docs"]
      .filter((name) => existsSync(join(root, name)))
      .map((name) => readdir(join(root, name), { recursive: true, withFileTypes: true })),
  );
  const found = await Promise.all(
    entries
      .flat()
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }): Promise<[string, string]> => {
        const path = join(parentPath, name);
        return [relative(root, path), await readFile(path, "utf8")];
      }),
  );
  return new Map(found.filter(([path, text]) => isBesidePlan(path) || readStamp(text) !== undefined));
}

/** Every script of a workflow or an action. */
function scripts(text: string): string[] {
  const { jobs = {}, runs } = parse(text) as {
    jobs?: Record<string, { steps?: { run?: string }[] }>;
    runs?: { steps?: { run?: string }[] };
  };
  return [...Object.values(jobs), ...(runs ? [runs] : [])].flatMap((job) =>
    (job.steps ?? []).flatMap((step) => step.run ?? []),
  );
}

describe.each([...EXAMPLES, "."])("%s", (folder) => {
  test("is committed as it compiles", async () => {
    const [now, then] = [await compiled(folder), await committed(folder)];
    expect([...then.keys()].sort()).toEqual([...now.keys()].sort());
    for (const [path, text] of now)
      expect(
        then.get(path) === text,
        `${join(folder, path)} differs from what its config compiles to. Run \`npm run build\` and \`node dist/cli.js generate --cwd ${folder}\`.`,
      ).toBe(true);
  });

  test("compiles to the same bytes twice", async () => {
    expect([...(await compiled(folder))]).toEqual([...(await compiled(folder))]);
  });

  test("is formatted as Prettier formats it", async () => {
    // Programs are the project's own files, at its own width.
    for (const [path, text] of await compiled(folder))
      if (!isBesidePlan(path) || path === PLAN_FILE)
        expect(await isPrettierClean(text, { filepath: path }), path).toBe(true);
  });

  test("has no expression inside a script", async () => {
    for (const [path, text] of await compiled(folder)) {
      if (path.endsWith(".yml"))
        expect(
          scripts(text).filter((script) => script.includes("${{")),
          path,
        ).toEqual([]);
    }
  });

  test("carries a stamp that fits each file", async () => {
    for (const [path, text] of await compiled(folder))
      if (!isProgram(path)) expect(readStamp(text), path).toMatchObject({ intact: true, source: "ci.config.ts" });
  });
});

test("a config of one image and one test takes ten lines, none of a whole system more than 150", async () => {
  const lines = async (folder: string) =>
    (await readFile(join(ROOT, folder, "ci.config.ts"), "utf8")).trimEnd().split("\n").length;
  expect(await lines("examples/minimal")).toBeLessThanOrEqual(10);
  for (const folder of EXAMPLES) expect(await lines(folder), folder).toBeLessThanOrEqual(150);
});

test("a file that its config no longer fits is seen", async () => {
  const folder = await mkdtemp(join(tmpdir(), "example-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const text = await readFile(join(ROOT, "examples/minimal/ci.config.ts"), "utf8");
  await writeFile(join(folder, "Dockerfile"), "FROM scratch\n");
  await writeFile(join(folder, "ci.config.ts"), text.replaceAll("octocat", "hubot"));
  const build = ".github/workflows/build.yml";
  expect((await compiled(folder)).get(build)).not.toEqual((await committed("examples/minimal")).get(build));
});
