import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { registerInit } from "../../src/cli/init.ts";
import { compile } from "../../src/compiler/compile.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";
import { requiredChecks } from "../../src/pipeline/describe.ts";
import { plan } from "../../src/pipeline/plan.ts";
import { findingsInEmitted } from "../support/lint-emitted.ts";
import { folder } from "./folder.ts";
import { command } from "./recorder.ts";

function repository(
  files: Record<string, string>,
  { branch = "main", remote, others = [] }: { branch?: string; remote?: string; others?: string[] } = {},
): string {
  const cwd = folder({ "README.md": "A repository.\n", ...files });
  const git = (...args: string[]): void =>
    void execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
      cwd,
      stdio: "ignore",
    });
  git("init", "--initial-branch", branch);
  if (remote !== undefined) git("remote", "add", "origin", remote);
  git("add", ".");
  git("commit", "--message", "Begin");
  for (const other of others) git("branch", other);
  return cwd;
}

/**
 * Runs init in both languages; both must load to the same config, the plan must have nothing against it, and what it
 * compiles to no finding.
 */
async function initialised(cwd: string): Promise<Config> {
  const { output, errors } = await command(registerInit, cwd, ["init"]);
  expect(errors).toEqual([]);
  const text = readFileSync(join(cwd, "ci.config.ts"), "utf8");
  expect(output).toContain(`Wrote ci.config.ts:\n\n${text}\n`);
  const { config } = await loadConfig({ cwd });
  const { pipeline, problems } = plan(config);
  expect(problems).toEqual([]);
  // What Python's tools are, the repository says; which versions, nobody can guess.
  const findings = await findingsInEmitted(compile(pipeline));
  expect(findings.filter((finding) => !finding.includes(" unpinned-tool: "))).toEqual([]);
  const yaml = JSON.parse(
    (await command(registerInit, cwd, ["--json", "init", "--format", "yaml", "--dry-run"])).output,
  ) as { text: string };
  const inYaml = folder({ "ci.config.yaml": yaml.text });
  expect((await loadConfig({ cwd: inYaml })).config).toEqual(config);
  return config;
}

test("--cwd names the repository, whatever the current folder is", async () => {
  const cwd = folder({ "sub/Dockerfile": "FROM scratch\n" });
  expect((await command(registerInit, cwd, ["init", "--cwd", "sub"])).errors).toEqual([]);
  expect(existsSync(join(cwd, "sub/ci.config.ts"))).toBe(true);
  expect(existsSync(join(cwd, "ci.config.ts"))).toBe(false);
  expect((await command(registerInit, cwd, ["init", "--cwd", "nowhere"])).errors.join()).toContain(
    "nowhere cannot be read",
  );
});

test("a check that installs Pipewright by itself stays with one version", async () => {
  const config = await initialised(repository({ "api/Dockerfile": "FROM scratch\n" }));
  expect(config.check).toMatchObject({ install: `npm install --global pipewright@${manifest.version}` });
});

describe("init writes what it sees", () => {
  test("one Dockerfile and an npm package, on GitHub", async () => {
    const cwd = repository(
      {
        Dockerfile: "FROM node:24\n",
        "package.json": JSON.stringify({
          scripts: {
            build: "tsc",
            test: "vitest run",
            "test:watch": "vitest",
            "test:e2e": "playwright test",
            lint: "eslint .",
          },
        }),
        "package-lock.json": "{}",
        ".nvmrc": "v22.1.0\n",
      },
      { branch: "trunk", remote: "git@github.com:Wikid82/Charon.git", others: ["development"] },
    );
    const config = await initialised(cwd);
    expect(readFileSync(join(cwd, "ci.config.ts"), "utf8"))
      .toBe(`import { defineConfig, ghcr, image } from "pipewright";

export default defineConfig({
  project: "charon",
  registry: ghcr("wikid82"),
  branches: { main: "trunk", integration: ["development"] },
  builds: {
    charon: image(),
  },
  consumers: {
    test: { needs: "charon", setup: { node: "22", cache: "npm" }, run: ["npm ci", "npm test"] },
    "test-e2e": {
      needs: "charon",
      setup: { node: "22", cache: "npm" },
      run: ["npm ci", "npm run test:e2e"],
      artifacts: [{ name: "test-e2e-results", path: "test-results/", when: "failure" }],
    },
  },
});
`);
    expect(config.branches).toMatchObject({ main: "trunk", integration: ["development"] });
    expect(requiredChecks(plan(config).pipeline).map(({ name }) => name)).toEqual([
      "All checks",
      "Workflows match the config",
    ]);
  });

  test("several Dockerfiles, with the folder that each copies from", async () => {
    const cwd = repository(
      {
        Dockerfile: "FROM scratch\n",
        "Dockerfile.worker": "FROM scratch\n",
        "web/Dockerfile": "FROM scratch\nCOPY --chown=1 index.html /\n",
        "web/index.html": "",
        "docker/proxy/Dockerfile": "FROM scratch\nCOPY shared/x.conf /\n",
        "shared/x.conf": "",
        "node_modules/x/Dockerfile": "FROM scratch\n",
        "web/Dockerfile.dockerignore": "*",
        "go.mod": "module x\n\ngo 1.25.1\n",
        "go.sum": "",
      },
      { remote: "https://github.com/team/shop" },
    );
    const { builds, consumers, registry } = await initialised(cwd);
    expect(
      Object.entries(builds).map(
        ([key, build]) => build.kind === "image" && [key, build.image, build.dockerfile, build.context],
      ),
    ).toEqual([
      ["shop", undefined, "Dockerfile", "."],
      ["worker", "shop-worker", "Dockerfile.worker", "."],
      ["web", "shop-web", "web/Dockerfile", "web"],
      ["proxy", "shop-proxy", "docker/proxy/Dockerfile", "."],
    ]);
    expect(registry).toMatchObject({ host: "ghcr.io", namespace: "team" });
    expect(consumers["test"]).toMatchObject({
      needs: "shop",
      setup: { go: "1.25", cache: "go" },
      run: "go test ./...",
    });
  });

  test.each([
    ["pnpm-lock.yaml", "", ["corepack enable", "pnpm install --frozen-lockfile", "pnpm test"]],
    ["yarn.lock", "", ["corepack enable", "yarn install --frozen-lockfile", "yarn test"]],
    ["yarn.lock", "yarn@4.1.0", ["corepack enable", "yarn install --immutable", "yarn test"]],
    ["x", "", ["npm install", "npm test"]],
  ])("the package manager: %s %s", async (lock, packageManager, run) => {
    const cwd = repository({
      Dockerfile: "FROM scratch\n",
      [lock]: "",
      "package.json": JSON.stringify({ packageManager, scripts: { test: "x" } }),
    });
    expect((await initialised(cwd)).consumers["test"]?.run).toEqual(run);
  });

  test("no Dockerfile: the files that are shipped", async () => {
    const npm = await initialised(
      repository({
        "package.json": JSON.stringify({
          scripts: { build: "tsc", test: 'echo "Error: no test specified" && exit 1' },
        }),
        "package-lock.json": "{}",
      }),
    );
    expect(npm.registry).toBeUndefined();
    expect(npm.builds["package"]).toMatchObject({
      kind: "files",
      run: ["npm ci", "npm run build", "npm pack"],
      paths: ["*.tgz"],
    });
    expect(npm.consumers["smoke"]).toMatchObject({ needs: "package", run: 'ls -R "$FILES_PACKAGE"' });
    const python = await initialised(
      repository({ "pyproject.toml": "[tool.pytest.ini_options]\n", ".python-version": "3.12.4\n" }),
    );
    expect(python.consumers["test"]).toMatchObject({
      setup: { python: "3.12" },
      run: ["pip install .", "pip install pytest", "pytest"],
    });
  });

  test("a folder without git, without a remote, and with a name that is no key", async () => {
    const cwd = folder({ Dockerfile: "FROM scratch\n", "package.json": "{ not json" });
    const { output } = await command(registerInit, cwd, ["init", "--dry-run"]);
    expect(output).toContain("There is no remote named origin: replace `owner` by your GitHub user or organization.");
    expect((await initialised(cwd)).branches.main).toBe("main");
  });
});

describe("init loses nothing", () => {
  test("a dry run writes nothing", async () => {
    const cwd = repository({ Dockerfile: "FROM scratch\n" });
    const { output } = await command(registerInit, cwd, ["init", "--dry-run"]);
    expect(output).toMatch(/^Would write ci\.config\.ts:\n\nimport /);
    expect(existsSync(join(cwd, "ci.config.ts"))).toBe(false);
  });
  test("a config of any kind is left alone", async () => {
    const cwd = repository({ Dockerfile: "FROM scratch\n", "ci.config.json": "{}" });
    expect((await command(registerInit, cwd, ["init"])).errors).toEqual([
      "There is a config already: ci.config.json. Nothing was written. `pipewright init --dry-run` shows what it would write.",
    ]);
    expect(existsSync(join(cwd, "ci.config.ts"))).toBe(false);
    writeFileSync(join(cwd, "ci.config.ts"), "mine");
    await command(registerInit, cwd, ["init"]);
    expect(readFileSync(join(cwd, "ci.config.ts"), "utf8")).toBe("mine");
  });
  test("nothing to build", async () => {
    expect((await command(registerInit, repository({}), ["init"])).errors).toEqual([
      expect.stringMatching(/^There is nothing to build in /),
    ]);
  });
});
