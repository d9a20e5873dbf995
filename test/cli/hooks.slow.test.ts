import { execFile, execFileSync } from "node:child_process";
import { chmod, mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { contents, folder, put } from "./folder.ts";
import { action, blocks, hooks } from "./hook-texts.ts";
import { CLI, configOf, hello, pipewright } from "./pipewright.ts";

/** A git repository, all committed, in which `npx --no-install pipewright` finds the command line. */
async function repository(files: Record<string, string> = hello("smoke")): Promise<string> {
  const root = await folder({ ...files, "package.json": "{}", ".gitignore": "node_modules\n" });
  await mkdir(join(root, "node_modules/.bin"), { recursive: true });
  await chmod(CLI, 0o755);
  await symlink(CLI, join(root, "node_modules/.bin/pipewright"));
  await pipewright(root, ["generate"]);
  git(root, "init", "-q");
  git(root, "add", "-A");
  git(root, "commit", "-qm", "first");
  return root;
}

const git = (root: string, ...args: string[]): string =>
  execFileSync("git", ["-C", root, "-c", "user.name=T", "-c", "user.email=t@example.com", ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });

/** Runs a script as the hook manager or GitHub would; gives its exit code. */
async function script(
  root: string,
  shell: string[],
  text: string,
  env: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  await put(root, "node_modules/script", text);
  const [command = "sh", ...args] = shell;
  try {
    const { stdout, stderr } = await promisify(execFile)(command, [...args, join(root, "node_modules/script")], {
      cwd: root,
      env: { ...process.env, ...env },
    });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code = 1, stdout = "", stderr = "" } = error as { code?: number; stdout?: string; stderr?: string };
    return { code, output: stdout + stderr };
  }
}

describe(".pre-commit-hooks.yaml", () => {
  test("what the entries name is what they do", async () => {
    const root = await repository();
    for (const { entry } of hooks as { entry: string }[])
      expect(await pipewright(root, entry.split(" ").slice(1))).toMatchObject({ code: 0 });
  });
});

describe("the guide's husky snippets", () => {
  let snippets: string[];
  beforeAll(() => void (snippets = blocks("husky")));

  test("the check lets a clean commit pass and stops drift", async () => {
    const root = await repository();
    expect(await script(root, ["sh", "-e"], snippets[0] ?? "")).toMatchObject({ code: 0 });
    await put(root, "ci.config.ts", configOf("smoke", "other"));
    expect((await script(root, ["sh", "-e"], snippets[0] ?? "")).code).toBe(1);
  });

  test("the generating one takes the new files into the commit", async () => {
    const root = await repository();
    await put(root, "ci.config.ts", configOf("smoke", "other"));
    git(root, "add", "ci.config.ts");
    expect(await script(root, ["sh", "-e"], snippets[1] ?? "")).toMatchObject({ code: 0 });
    git(root, "commit", "-qm", "second");
    expect(git(root, "status", "--porcelain")).toBe("");
    expect(Object.keys(await contents(root))).toContain(".github/workflows/other.yml");
  });
});

describe("action.yml", () => {
  const step = (action as { runs: { steps: { run: string }[] } }).runs.steps[0];
  const run = (root: string, env: Record<string, string>): ReturnType<typeof script> =>
    script(root, ["bash", "--noprofile", "--norc", "-eo", "pipefail"], step?.run ?? "", {
      WORKING_DIRECTORY: ".",
      CONFIG: "",
      LINT: "false",
      ...env,
    });

  test("passes on a clean repository, fails on drift, and says when it could not run", async () => {
    const root = await repository();
    expect(await run(root, {})).toMatchObject({ code: 0 });
    await put(root, "ci.config.ts", configOf("smoke", "other"));
    const drift = await run(root, {});
    expect(drift.code).toBe(1);
    expect(drift.output).toContain(".github/workflows/other.yml is missing");
    expect(await run(root, { CONFIG: "missing.config.ts" })).toMatchObject({ code: 2 });
  });

  test("lints as well where it is asked to, and annotates the lines", async () => {
    const root = await repository();
    await put(root, ".github/workflows/broken.yml", "on: [\n");
    expect((await run(root, {})).code).toBe(0);
    const { code, output } = await run(root, { LINT: "true" });
    expect(code).toBe(1);
    expect(output).toContain("::error file=.github/workflows/broken.yml,");
  });

  test("takes the folder and the config, and executes nothing that stands in them", async () => {
    const root = await repository();
    await mkdir(join(root, "$(touch ran)"));
    await put(root, "$(touch ran)/Dockerfile", "FROM scratch\n");
    await put(root, "$(touch ran)/my config.ts", configOf("smoke"));
    expect(await run(root, { WORKING_DIRECTORY: "$(touch ran)", CONFIG: "my config.ts" })).toMatchObject({ code: 1 });
    expect(await run(root, { CONFIG: '"; touch ran; "' })).toMatchObject({ code: 2 });
    expect(
      Object.keys(await contents(root)).filter((path) => dirname(path) !== "$(touch ran)" && path.endsWith("ran")),
    ).toEqual([]);
  });

  test("says how to install Pipewright where it is missing", async () => {
    const root = await folder({ "package.json": "{}" });
    const { code, output } = await run(root, { PATH: process.env["PATH"] ?? "" });
    expect(code).toBe(2);
    expect(output).toContain("::error title=Pipewright is not installed::");
  });
});
