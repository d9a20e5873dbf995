// The lint pass on real workflow files, beside two peers where they are installed: one file, ten and all of them.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { measure } from "./measure.mjs";

/** Beside the project; it is not part of it. */
const CORPUS = fileURLToPath(new URL("../../shared/corpus/workflows", import.meta.url));
const ROUNDS = 5;

/** Runs a program that is not Node as a process of Node, so that start-up is counted alike; gives what it costs by itself. */
const PROGRAM = 'const { status } = require("node:child_process").spawnSync(process.argv[1], process.argv.slice(2), { stdio: "ignore" }); process.exit(status === null || status > 1 && status < 10 ? 9 : 0)';

const installed = (program) => (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, program)).find((file) => existsSync(file));

export function lintCases(workplace, cli) {
  if (!existsSync(CORPUS)) return undefined;
  const files = readdirSync(CORPUS, { recursive: true, encoding: "utf8" }).filter((name) => /\.ya?ml$/.test(name)).sort();
  // Of ordinary size: neither the smallest nor the largest.
  const bySize = files.map((name) => ({ name, size: statSync(join(CORPUS, name)).size })).sort((a, b) => a.size - b.size);
  const middle = Math.floor(bySize.length / 2);
  const subjects = [
    { title: "1 file", names: bySize.slice(middle, middle + 1) },
    { title: "10 files", names: bySize.slice(middle - 5, middle + 5) },
    { title: `${files.length} files`, names: bySize },
  ];
  const [actionlint, zizmor] = [installed("actionlint"), installed("zizmor")];
  const cases = subjects.flatMap(({ title, names }) => {
    const cwd = join(workplace.folder, `lint-${names.length}`);
    const workflows = join(cwd, ".github/workflows");
    mkdirSync(workflows, { recursive: true });
    // The cache of this subject lies here, and goes with it.
    mkdirSync(join(cwd, "node_modules"));
    for (const [index, { name }] of names.entries()) copyFileSync(join(CORPUS, name), join(workflows, `${index}.yml`));
    const size = names.reduce((sum, { size: bytes }) => sum + bytes, 0);
    const common = { cwd, files: names.length, bytes: size, rounds: ROUNDS };
    const forget = () => rmSync(join(cwd, "node_modules/.cache"), { recursive: true, force: true });
    return [
      { ...common, name: `lint ${title}, cold`, args: [cli, "lint", "--min-level", "error", "--reporter", "json"], before: forget, ends: [0, 1] },
      { ...common, name: `lint ${title}, unchanged`, args: [cli, "lint", "--min-level", "error", "--reporter", "json"], ends: [0, 1] },
      { ...common, name: `lint ${title}, strict, no cache`, args: [cli, "lint", "--preset", "strict", "--no-cache", "--reporter", "json"], ends: [0, 1] },
      ...(actionlint ? [{ ...common, name: `actionlint ${title}`, args: ["-e", PROGRAM, "--", actionlint, "-shellcheck=", "-pyflakes=", "-no-color", ...names.map((_, index) => join(workflows, `${index}.yml`))] }] : []),
      ...(zizmor ? [{ ...common, name: `zizmor --offline ${title}`, args: ["-e", PROGRAM, "--", zizmor, "--offline", "--no-progress", "--no-exit-codes", workflows] }] : []),
    ];
  });
  return { cases: [{ name: "node -e 0", args: ["-e", "0"], cwd: workplace.folder }, { name: "node and an empty program", args: ["-e", PROGRAM, "--", "true"], cwd: workplace.folder }, ...cases], rounds: ROUNDS };
}

/** Rows of a table: time, how many empty starts of Node, files a second, and how much longer than `lint` a peer takes. */
export function lintRows({ cases, rounds }) {
  const results = measure(cases, rounds);
  const empty = results.get("node -e 0").milliseconds;
  // What it costs to start a program through Node is no cost of the program's.
  const wrapper = results.get("node and an empty program").milliseconds;
  return cases
    .filter(({ files }) => files !== undefined)
    .map(({ name, files }) => {
      const isPeer = !name.startsWith("lint");
      const { milliseconds: whole, megabytes } = results.get(name);
      const milliseconds = isPeer ? Math.max(1, whole - wrapper) : whole;
      const own = results.get(`lint ${files === 1 ? "1 file" : `${files} files`}, strict, no cache`).milliseconds;
      return [name, `${Math.round(milliseconds)} ms`, (milliseconds / empty).toFixed(1), Math.round((files / milliseconds) * 1000), isPeer ? "" : `${Math.round(megabytes)} MB`, isPeer ? `${(milliseconds / own).toFixed(2)} × lint under strict` : ""];
    });
}

/** Whether a peer is missing. */
export const missingPeers = () => ["actionlint", "zizmor"].filter((program) => spawnSync(program, ["--version"], { stdio: "ignore" }).error !== undefined);
