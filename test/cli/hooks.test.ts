import { execFile, execFileSync } from "node:child_process";
import { chmod, mkdir, readFile, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { contents, folder, put } from "./folder.ts";
import { CLI, configOf, hello, pipewright } from "./pipewright.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const guide = await readFile(join(ROOT, "docs/hooks.md"), "utf8");
const hooks: unknown = parse(await readFile(join(ROOT, ".pre-commit-hooks.yaml"), "utf8"));
const action: unknown = parse(await readFile(join(ROOT, "action.yml"), "utf8"));

/** The guide's code blocks under a heading. */
const blocks = (heading: string): string[] =>
  [
    ...(new RegExp(`^## ${heading}\n([^]*?)(?=^## |(?![^]))`, "m").exec(guide)?.[1] ?? "").matchAll(
      /^```\w+\n([^]*?)^```$/gm,
    ),
  ].map((match) => match[1] ?? "");

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
  test("has a hook that checks and one that generates, which take no file names, and one that lints those that change", () => {
    expect(hooks).toEqual([
      expect.objectContaining({
        id: "pipewright-check",
        entry: "pipewright check",
        language: "node",
        pass_filenames: false,
      }),
      expect.objectContaining({
        id: "pipewright-generate",
        entry: "pipewright generate",
        language: "node",
        pass_filenames: false,
      }),
      expect.not.objectContaining({ pass_filenames: false }),
    ]);
    expect(hooks).toHaveProperty(
      "2",
      expect.objectContaining({
        id: "pipewright-lint",
        entry: "pipewright lint",
        language: "node",
        require_serial: true,
      }),
    );
  });

  test("the check runs when the config, a workflow or a Dockerfile changes, and not for other files", () => {
    const pattern = new RegExp((hooks as { files: string }[])[0]?.files ?? "");
    for (const path of [
      "ci.config.ts",
      "ci.config.yaml",
      ".github/workflows/e2e.yml",
      "Dockerfile",
      "services/api/Dockerfile",
      "docs/ci-cd.md",
      ".prettierrc.json",
    ])
      expect(path).toMatch(pattern);
    for (const path of ["src/index.ts", "README.md", "my.ci.config.ts.bak", ".github/CODEOWNERS"])
      expect(path).not.toMatch(pattern);
  });

  test("the linter runs on the workflows and actions that change", () => {
    const pattern = new RegExp((hooks as { files: string }[])[2]?.files ?? "");
    for (const path of [
      ".github/workflows/e2e.yml",
      ".github/workflows/e2e.yaml",
      "action.yml",
      ".github/actions/a/action.yaml",
    ])
      expect(path).toMatch(pattern);
    for (const path of [".github/dependabot.yml", "docs/workflows/x.yml", "reaction.yml"])
      expect(path).not.toMatch(pattern);
  });

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

describe("the guide's lefthook and pre-commit snippets", () => {
  test("are YAML that names the commands which exist", () => {
    const [check, generate] = blocks("lefthook").map((text): unknown => parse(text));
    expect(check).toHaveProperty("pre-commit.commands.pipewright.run", "npx --no-install pipewright check");
    expect(generate).toHaveProperty("pre-commit.commands.pipewright.stage_fixed", true);
    expect(parse(blocks("pre-commit")[0] ?? "")).toHaveProperty(
      "repos.0.hooks.0.id",
      (hooks as { id: string }[])[0]?.id,
    );
  });
});

describe("action.yml", () => {
  const steps = (
    action as { runs: { using: string; steps: { run: string; shell: string; env: Record<string, string> }[] } }
  ).runs;
  const step = steps.steps[0];
  const run = (root: string, env: Record<string, string>): ReturnType<typeof script> =>
    script(root, ["bash", "--noprofile", "--norc", "-eo", "pipefail"], step?.run ?? "", {
      WORKING_DIRECTORY: ".",
      CONFIG: "",
      LINT: "false",
      ...env,
    });

  test("is a composite action whose inputs reach the script through the environment only", () => {
    expect(steps.using).toBe("composite");
    expect(steps.steps).toHaveLength(1);
    expect(step?.shell).toBe("bash");
    expect(step?.run).not.toContain("${{");
    expect(step?.env).toEqual({
      WORKING_DIRECTORY: "${{ inputs.working-directory }}",
      CONFIG: "${{ inputs.config }}",
      LINT: "${{ inputs.lint }}",
    });
    expect(step?.run).toContain("npx --no-install");
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
