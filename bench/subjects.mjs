// What is measured: repositories for Pipewright, and as many workflows for its peers.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MODULES = fileURLToPath(new URL("node_modules", import.meta.url));

/** A folder for all subjects, outside of any repository; `remove` ends it. */
export function makeWorkplace() {
  const folder = mkdtempSync(join(tmpdir(), "pipewright-bench-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A copy of the built command line: a build in the meantime must not change what is measured. Gives its path. */
export function commandLine(workplace) {
  const folder = subject(workplace, "command-line");
  cpSync(join(ROOT, "dist"), join(folder, "dist"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(folder, "package.json"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return join(folder, "dist/cli.js");
}

export const SIZES = [250, 500, 1000];
export const ONE_PIPELINE = "50 images with 500 consumers";
export const MANY_PIPELINES = "50 pipelines of 10 consumers each";

/** What Pipewright is measured on, each with its `title` and `folder`; the first one is Charon. */
export const repositories = (workplace) => [
  { title: "Charon", folder: example(workplace, "charon") },
  ...systems().filter((name) => name !== "charon").map((name) => ({ title: name, folder: example(workplace, name) })),
  { title: "this repository", folder: thisRepository(workplace) },
  ...SIZES.map((count) => ({ title: `${count.toLocaleString("en")} consumers`, folder: consumers(workplace, count), synthetic: true })),
  { title: ONE_PIPELINE, folder: monorepo(workplace, { pipelines: false }), synthetic: true },
  { title: MANY_PIPELINES, folder: monorepo(workplace, { pipelines: true }), synthetic: true },
];

/** The examples that stand for real systems. */
const systems = () => readdirSync(join(ROOT, "examples")).filter((name) => name !== "minimal" && existsSync(join(ROOT, "examples", name, "ci.config.ts")));

/** A copy of an example, so that nothing committed is touched. */
function example(workplace, name) {
  const folder = subject(workplace, name);
  cpSync(join(ROOT, "examples", name), folder, { recursive: true });
  return folder;
}

function thisRepository(workplace) {
  const folder = subject(workplace, "pipewright");
  for (const name of ["ci.config.ts", "package.json"]) cpSync(join(ROOT, name), join(folder, name));
  return folder;
}

/** One image and so many consumers, each with a workflow of its own: one run may call no more than 50 workflows. */
function consumers(workplace, count) {
  const folder = subject(workplace, `consumers-${count}`);
  const config = [
    'import { defineConfig, ghcr, image, minutes } from "pipewright";',
    "",
    "export default defineConfig({",
    '  project: "synthetic",',
    '  registry: ghcr("octocat"),',
    '  topology: "workflow_run",',
    "  builds: { app: image({}) },",
    `  consumers: Object.fromEntries(Array.from({ length: ${count} }, (_, index) => [\`test-\${index}\`, { needs: "app", run: \`./test.sh \${index}\`, timeout: minutes(10) }])),`,
    "});",
    "",
  ];
  writeFileSync(join(folder, "ci.config.ts"), config.join("\n"));
  writeFileSync(join(folder, "Dockerfile"), "FROM scratch\n");
  return folder;
}

const MONOREPO = { images: 50, consumersEach: 10 };
const objectOf = (count, entry) => `Object.fromEntries(Array.from({ length: ${count} }, (_, index) => ${entry}))`;
const ofImage = (index) => `{ needs: \`app-\${${index}}\`, run: "./test.sh", timeout: minutes(10) }`;

/** Fifty images, each with ten consumers: as one pipeline, or as one of its own for each image. */
function monorepo(workplace, { pipelines }) {
  const folder = subject(workplace, pipelines ? "monorepo-pipelines" : "monorepo");
  const { images, consumersEach } = MONOREPO;
  const built = "image({ dockerfile: `app-${index}/Dockerfile`, context: `app-${index}`, inputs: [`app-${index}/**`] })";
  const body = pipelines
    ? [`  pipelines: ${objectOf(images, `[\`p-\${index}\`, pipeline({ registry: ghcr("octocat"), builds: { [\`app-\${index}\`]: ${built} }, consumers: Object.fromEntries(Array.from({ length: ${consumersEach} }, (_, test) => [\`test-\${test}\`, ${ofImage("index")}])) })]`)},`]
    : ['  registry: ghcr("octocat"),', '  topology: "workflow_run",', `  builds: ${objectOf(images, `[\`app-\${index}\`, ${built}]`)},`, `  consumers: ${objectOf(images * consumersEach, `[\`test-\${index}\`, ${ofImage(`index % ${images}`)}]`)},`];
  writeFileSync(join(folder, "ci.config.ts"), ['import { defineConfig, ghcr, image, minutes, pipeline } from "pipewright";', "", "export default defineConfig({", '  project: "monorepo",', ...body, "});", ""].join("\n"));
  for (let index = 0; index < images; index++) {
    mkdirSync(join(folder, `app-${index}`));
    writeFileSync(join(folder, `app-${index}/Dockerfile`), "FROM scratch\nCOPY . /\n");
  }
  return folder;
}

export const removeWorkflows = (folder) => rmSync(join(folder, ".github"), { recursive: true, force: true });
export const countWorkflows = (folder) => readdirSync(join(folder, ".github/workflows")).length;

/** github-actions-workflow-ts: one file of TypeScript a workflow, of one job with two steps. */
export function workflowTs(workplace, count) {
  const folder = peer(workplace, `workflow-ts-${count}`);
  mkdirSync(join(folder, ".github/workflows"), { recursive: true });
  for (let index = 0; index < count; index++) {
    const text = [
      'import { NormalJob, Step, Workflow } from "github-actions-workflow-ts";',
      "",
      'const checkout = new Step({ name: "Check out", uses: "actions/checkout@v4" });',
      `const run = new Step({ name: "Test", run: "./test.sh ${index}" });`,
      'const job = new NormalJob("Test", { "runs-on": "ubuntu-latest", "timeout-minutes": 10 }).addSteps([checkout, run]);',
      `export const workflow${index} = new Workflow("test-${index}", { name: "Test ${index}", on: { push: { branches: ["main"] } } }).addJob(job);`,
      "",
    ];
    writeFileSync(join(folder, `test-${index}.wac.ts`), text.join("\n"));
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { module: "commonjs", target: "es2022", esModuleInterop: true, skipLibCheck: true } }));
  return { folder, args: [join(MODULES, "github-actions-workflow-ts/build/bin.js"), "build"] };
}

/** projen: the same workflows from one `.projenrc.js`, without the files that a new project would get. */
export function projen(workplace, count) {
  const folder = peer(workplace, `projen-${count}`);
  const text = [
    'const { github } = require("projen");',
    'const { JobPermission } = require("projen/lib/github/workflows-model");',
    'const project = new github.GitHubProject({ name: "bench", commitGenerated: true });',
    `for (let index = 0; index < ${count}; index++) {`,
    "  const workflow = project.github.addWorkflow(`test-${index}`);",
    '  workflow.on({ push: { branches: ["main"] } });',
    '  workflow.addJob("test", { runsOn: ["ubuntu-latest"], timeoutMinutes: 10, permissions: { contents: JobPermission.READ }, steps: [{ name: "Check out", uses: "actions/checkout@v4" }, { name: "Test", run: `./test.sh ${index}` }] });',
    "}",
    "project.synth();",
    "",
  ];
  writeFileSync(join(folder, ".projenrc.js"), text.join("\n"));
  return { folder, args: [".projenrc.js"], env: { PROJEN_DISABLE_POST: "true" } };
}

function subject(workplace, name) {
  const folder = join(workplace.folder, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function peer(workplace, name) {
  const folder = subject(workplace, name);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "bench", private: true }));
  symlinkSync(MODULES, join(folder, "node_modules"));
  return folder;
}
