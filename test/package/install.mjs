// Installs the packed package into an empty project, as a user would, and uses it there: the command line, the types,
// the files that belong to it. Run by the tests and, on several versions of Node, by this project's own pipeline.
//
//   node test/package/install.mjs <folder that holds pipewright-*.tgz>
//
// PIPEWRIGHT_NODES  paths of `node`, separated as in PATH: the command line runs on each. This one by default.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const TYPESCRIPT = JSON.parse(readFileSync(fileURLToPath(new URL("../../package.json", import.meta.url)), "utf8"))
  .devDependencies.typescript;

const folder = resolve(process.argv[2] ?? ".");
const archive = readdirSync(folder).find((name) => /^pipewright-.*\.tgz$/.test(name));
if (archive === undefined) throw new Error(`There is no pipewright-*.tgz in ${folder}. Run \`npm pack\` first.`);

const NODES = (process.env.PIPEWRIGHT_NODES || process.execPath).split(delimiter).filter((path) => path !== "");

const project = mkdtempSync(join(tmpdir(), "pipewright-package-"));
try {
  installed();
  compiles();
  for (const node of NODES) runsOn(node);
  isTyped();
  isWhole();
  console.log(`${archive} works in an empty project on Node ${process.version}.`);
} finally {
  rmSync(project, { recursive: true, force: true });
}

function installed() {
  write("package.json", JSON.stringify({ name: "empty", private: true, type: "module" }));
  run(
    "npm",
    "install",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--save-dev",
    join(folder, archive),
    `typescript@${TYPESCRIPT}`,
  );
}

/** The command line writes the files and finds them in order; a second run changes nothing. */
function compiles() {
  write("Dockerfile", "FROM scratch\n");
  write("ci.config.ts", config('"app"'));
  expect(run("npx", "--no-install", "pipewright", "generate"), "created .github/workflows/smoke.yml");
  expect(run("npx", "--no-install", "pipewright", "generate"), "unchanged");
  run("npx", "--no-install", "pipewright", "check");
  expect(
    run("npx", "--no-install", "pipewright", "--version"),
    JSON.parse(readFileSync(join(project, "node_modules/pipewright/package.json"), "utf8")).version,
  );
}

/** The main commands on one version of Node, in a repository of its own: each ends as it should and complains of nothing. */
function runsOn(node) {
  const version = run(node, "--version").trim();
  const repository = join(project, `on-${version}`);
  mkdirSync(repository);
  const call = (args, code = 0) => {
    const cli = join(project, "node_modules/pipewright/dist/cli.js");
    const ended = spawnSync(node, [cli, ...args], { cwd: repository, encoding: "utf8" });
    if (ended.error) throw ended.error;
    const where = `pipewright ${args.join(" ")} on Node ${version}`;
    if (ended.stderr !== "") throw new Error(`${where} prints on standard error:\n${ended.stderr}`);
    if (ended.status !== code) throw new Error(`${where} ends with ${ended.status}, not ${code}:\n${ended.stdout}`);
    return ended.stdout;
  };
  writeFileSync(join(repository, "Dockerfile"), "FROM scratch\n");
  call(["init"]);
  writeFileSync(join(repository, "ci.config.ts"), config('"app"'));
  expect(call(["generate"]), "created .github/workflows/smoke.yml");
  call(["check"]);
  // Twice: what was found is remembered, and found again.
  for (const args of [[], [], ["--no-cache"]]) call(["lint", "--preset", "strict", ...args]);
  writeFileSync(join(repository, ".github/workflows/broken.yml"), "on: [\n");
  expect(call(["lint", "--no-cache"], 1), "broken.yml");
  expect(call(["explain-config"]), "hello");
  expect(call(["explain", "job-timeout"]), "job-timeout");
  expect(call(["rules"]), "job-timeout");
  for (const of of [[], ["lint"], ["lint-report"]]) JSON.parse(call(["schema", ...of]));
  console.log(`The command line works on Node ${version}.`);
}

/** The config type-checks, strictly; one that names a build that is not declared does not. */
function isTyped() {
  const check = () =>
    run(
      "npx",
      "--no-install",
      "tsc",
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--skipLibCheck",
      "false",
      "--types",
      "",
      "ci.config.ts",
    );
  check();
  write("ci.config.ts", config('"ap"'));
  let refused = "";
  try {
    check();
  } catch (error) {
    refused = String(error.stdout);
  }
  expect(refused, "ci.config.ts(7,");
}

/** What the package says that it has, it has; what is of no use to a user is not in it. */
function isWhole() {
  const files = readdirSync(join(project, "node_modules/pipewright"));
  for (const name of ["dist", "schemas", "docs", "action.yml", ".pre-commit-hooks.yaml", "LICENSE"])
    if (!files.includes(name)) throw new Error(`The package lacks ${name}.`);
  for (const name of ["src", "test", "bench", "templates"])
    if (files.includes(name)) throw new Error(`The package carries ${name}.`);
  run(
    "node",
    "--input-type=module",
    "-e",
    'import { defineConfig } from "pipewright"; if (typeof defineConfig !== "function") throw new Error("no defineConfig");',
  );
}

function config(needs) {
  return [
    'import { defineConfig, ghcr, image } from "pipewright";',
    "",
    "export default defineConfig({",
    '  project: "hello",',
    '  registry: ghcr("octocat"),',
    "  builds: { app: image({}) },",
    `  consumers: { smoke: { needs: ${needs}, dispatch: true, run: "true" } },`,
    "});",
    "",
  ].join("\n");
}

function write(name, text) {
  writeFileSync(join(project, name), text);
}

function run(command, ...args) {
  return execFileSync(command, args, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function expect(text, part) {
  if (!text.includes(part)) throw new Error(`Expected ${JSON.stringify(part)} in:\n${text}`);
}
