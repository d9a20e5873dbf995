/** What is emitted, judged by the tools of others: actionlint (with shellcheck inside), zizmor and shellcheck itself. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import charon from "../../examples/charon/ci.config.ts";
import django from "../../examples/django/ci.config.ts";
import kyklos from "../../examples/kyklos/ci.config.ts";
import minimal from "../../examples/minimal/ci.config.ts";
import sindri from "../../examples/sindri/ci.config.ts";
import webauthn from "../../examples/webauthn/ci.config.ts";
import own from "../../ci.config.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { rollbackRows } from "../../src/compiler/docs/rollback.ts";
import { emit } from "../support/emitted.ts";
import { planOf } from "../support/plan-of.ts";
import { published } from "../support/published.ts";
import { inOneRun } from "../support/systems.ts";
import { missing } from "../support/tools.ts";
import { twoImages } from "../support/two-images.ts";

const execute = promisify(execFile);
const absent = missing("actionlint", "zizmor", "shellcheck");

/** The output of a program that fails, or nothing. */
async function complaintsOf(program: string, args: string[], cwd: string): Promise<string> {
  try {
    await execute(program, args, { cwd, maxBuffer: 64 * 1024 * 1024 });
    return "";
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    return `${stdout}\n${stderr}`.trim() || String(error);
  }
}

const systems: [string, ConfigInput][] = [
  ["Charon", charon],
  ["Sindri", sindri],
  ["Kyklos", kyklos],
  ["the WebAuthn server", webauthn],
  ["the Django site", django],
  ["Charon in one run", inOneRun(charon)],
  ["the minimal example", minimal],
  ["this project", own],
  ["a system that no one planned for", twoImages],
  ["Charon with its programs by a checkout", { ...charon, programs: "checkout" }],
  [
    "Charon with every option turned",
    { ...charon, moveTags: "at-build", queue: "single", forks: "ignore", freshness: "warn", pullRequests: "artifact" },
  ],
  ...published,
  ...rollbackRows(planOf(charon).pipeline).map(({ line, apply }): [string, ConfigInput] => [
    `Charon after the rollback ${line}`,
    apply(charon),
  ]),
];

describe.skipIf(absent)("oracles", () => {
  let folder = "";
  let files: string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pipewright-oracles-"));
    files = await emitOnce(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("actionlint has nothing to say", async () => {
    expect(files.length).toBeGreaterThan(systems.length);
    const complaints = systems.map(([name], index) => {
      // actionlint reads a path of its settings from where it stands, so it stands where people have it: at the root.
      const root = join(folder, String(index));
      const workflows = files
        .filter((file) => file.startsWith(join(root, ".github/workflows/")))
        .map((file) => relative(root, file));
      if (workflows.length === 0) return "";
      return complaintsOf("actionlint", ["-no-color", "-oneline", "-shellcheck=", ...workflows], root).then(
        (said) => said && `${name}: ${said}`,
      );
    });
    expect((await Promise.all(complaints)).join("")).toBe("");
  });

  it("zizmor has nothing to say, as pedantic as it can be", async () => {
    expect(
      await complaintsOf(
        "zizmor",
        ["--offline", "--no-progress", "--persona=pedantic", "--color=never", ...files],
        folder,
      ),
    ).toBe("");
  });

  it("shellcheck has nothing to say of any emitted script", async () => {
    const scripts = await writeScripts(folder, files);
    expect(scripts.length).toBeGreaterThan(10);
    expect(await complaintsOf("shellcheck", ["--format=gcc", ...scripts], folder)).toBe("");
  });

  it("actionlint with shellcheck inside has nothing to say of what this project runs itself", async () => {
    const root = new URL("../../", import.meta.url).pathname;
    expect(await complaintsOf("actionlint", ["-no-color", "-oneline"], root)).toBe("");
  });

  it("shellcheck has nothing to say of the programs where they stand", async () => {
    const templates = new URL("../../templates/", import.meta.url).pathname;
    const programs = (await readdir(templates, { recursive: true })).filter((file) => file.endsWith(".sh"));
    expect(programs.length).toBeGreaterThan(10);
    expect(
      await complaintsOf(
        "shellcheck",
        ["--external-sources", "--source-path=SCRIPTDIR", "--format=gcc", ...programs],
        templates,
      ),
    ).toBe("");
  });

  it("they would complain if there were something", async () => {
    const workflow =
      "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.head_ref }}\n";
    await writeFile(join(folder, "bad.yml"), workflow);
    expect(await complaintsOf("actionlint", ["-no-color", "bad.yml"], folder)).toContain("potentially untrusted");
    expect(await complaintsOf("zizmor", ["--offline", "--no-progress", "bad.yml"], folder)).toContain(
      "template-injection",
    );
    await rm(join(folder, "bad.yml"));
  });
});

/**
 * Writes what the systems compile to, each whole into a repository of its own, where actionlint finds the settings that are
 * emitted with it and the workflows that are called; what several of them share is judged once. Gives workflows and actions.
 */
async function emitOnce(folder: string): Promise<string[]> {
  const seen = new Map<string, string>();
  for (const [index, [, config]] of systems.entries()) {
    await mkdir(join(folder, String(index), ".git"), { recursive: true });
    for (const file of await emit(config, join(folder, String(index)))) {
      if (!/\.yml$/.test(file)) continue;
      const text = await readFile(file, "utf8");
      if (!seen.has(text)) seen.set(text, file);
    }
  }
  return [...seen.values()];
}

/** Each script of the workflows once, as the runner's shell gets it. */
async function writeScripts(folder: string, files: readonly string[]): Promise<string[]> {
  const scripts = new Set<string>();
  for (const file of files) {
    const { jobs = {}, runs } = parse(await readFile(file, "utf8")) as {
      jobs?: Record<string, { steps?: { run?: string }[] }>;
      runs?: { steps: { run?: string }[] };
    };
    for (const { steps = [] } of [...Object.values(jobs), ...(runs ? [runs] : [])])
      for (const { run } of steps) if (run !== undefined) scripts.add(run);
  }
  return Promise.all(
    [...scripts].map(async (script, index) => {
      const name = `script-${index}.sh`;
      await writeFile(join(folder, name), `#!/usr/bin/env bash\nset -eo pipefail\n${script}`);
      return name;
    }),
  );
}
