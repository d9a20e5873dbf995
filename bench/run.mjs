// `npm run bench`: Pipewright's speed and memory as ratios to an empty start of Node, beside two peers, in one run.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lintCases, lintRows, missingPeers } from "./lint.mjs";
import { measure } from "./measure.mjs";
import { commandLine, countWorkflows, makeWorkplace, MANY_PIPELINES, ONE_PIPELINE, projen, removeWorkflows, repositories, SIZES, workflowTs } from "./subjects.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROUNDS = 7;
const ROUNDS_OF_LARGE = 3;
const TINY = 9;

/** `npm run bench -- lint` measures the lint pass alone. */
const lintOnly = process.argv.includes("lint");

if (!lintOnly && !existsSync(new URL("node_modules/projen", import.meta.url))) {
  console.log("Installing the peers into bench/node_modules (npm ci) ...\n");
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: HERE, stdio: "inherit" });
}

const workplace = makeWorkplace();
const cli = commandLine(workplace);
try {
  if (!lintOnly) print(bench());
  printLint();
} finally {
  workplace.remove();
}

function bench() {
  const subjects = repositories(workplace);
  for (const { folder } of subjects) execFileSync(process.execPath, [cli, "generate", "--quiet", "--force"], { cwd: folder });
  const counts = new Map(subjects.map(({ title, folder }) => [title, countWorkflows(folder)]));
  const own = subjects.flatMap(({ title, folder, synthetic }) => {
    const command = (name) => ({ name: `${name} ${title}`, workflows: counts.get(title), args: [cli, name, "--quiet"], cwd: folder, ...(synthetic && { rounds: ROUNDS_OF_LARGE }) });
    // `generate` leaves what `check` finds in order; from an empty folder, so that it writes every file.
    return [{ ...command("generate"), before: () => removeWorkflows(folder) }, command("check")];
  });
  // A config is remembered by its text, also from an earlier bench; the commit that changes it pays for reading it.
  const changed = { ...own.find(({ name }) => name === "check Charon"), name: "check Charon, its config just changed", before: () => appendFileSync(join(subjects[0].folder, "ci.config.ts"), `// ${randomUUID()}\n`) };
  own.splice(2, 0, changed);
  const peers = [TINY, counts.get("Charon")].flatMap((count) => {
    const [ts, pj] = [workflowTs(workplace, count), projen(workplace, count)];
    return [
      { name: `github-actions-workflow-ts 0.3.1, ${count} tiny workflows`, workflows: count, args: ts.args, cwd: ts.folder },
      { name: `projen, ${count} tiny workflows`, workflows: count, args: pj.args, cwd: pj.folder, env: pj.env },
    ];
  });
  const cases = [{ name: "node -e 0", args: ["-e", "0"], cwd: workplace.folder }, ...own, ...peers];
  return { cases, results: measure(cases, ROUNDS) };
}

function print({ cases, results }) {
  const empty = results.get("node -e 0").milliseconds;
  const gigabytes = Math.round(totalmem() / 1024 ** 3);
  console.log(`Medians of ${ROUNDS} interleaved rounds (${ROUNDS_OF_LARGE} for the synthetic configs) on ${cpus().length} cores with ${gigabytes} GB, Node ${process.versions.node}.\n`);
  const rows = cases.map(({ name, workflows }) => {
    const { milliseconds, megabytes } = results.get(name);
    return [name, workflows ?? "", `${Math.round(milliseconds)} ms`, `${(milliseconds / empty).toFixed(1)}`, `${Math.round(megabytes)} MB`];
  });
  printTable(["command", "workflows", "time", "times an empty start", "peak memory"], rows);

  const check = (title) => results.get(`check ${title}`);
  const generate = (title) => results.get(`generate ${title}`);
  const perConsumer = SIZES.map((count) => (check(`${count.toLocaleString("en")} consumers`).milliseconds - check("this repository").milliseconds) / count);
  const rivals = cases.filter(({ name }) => name.includes("tiny")).map(({ name }) => results.get(name).milliseconds);
  console.log("");
  printTable(
    ["aim", "measured", "met"],
    [
      aim("`check` of Charon: at most 3 empty starts", (check("Charon").milliseconds / empty).toFixed(1), check("Charon").milliseconds <= 3 * empty),
      aim("`check` of 1,000 consumers: under 3 s", `${(check("1,000 consumers").milliseconds / 1000).toFixed(1)} s`, check("1,000 consumers").milliseconds < 3000),
      aim("`generate` of 1,000 consumers: under 3 s", `${(generate("1,000 consumers").milliseconds / 1000).toFixed(1)} s`, generate("1,000 consumers").milliseconds < 3000),
      ...[ONE_PIPELINE, MANY_PIPELINES].map((title) => aim(`\`check\` of ${title}: under 3 s`, `${(check(title).milliseconds / 1000).toFixed(1)} s`, check(title).milliseconds < 3000)),
      aim("1,000 consumers: under 400 MB", `${Math.round(generate("1,000 consumers").megabytes)} MB`, Math.max(generate("1,000 consumers").megabytes, check("1,000 consumers").megabytes) < 400),
      aim(`cost linear in consumers (ms each at ${SIZES.join(", ")})`, perConsumer.map((each) => each.toFixed(2)).join(", "), Math.max(...perConsumer) < 1.5 * Math.min(...perConsumer)),
      aim("`generate` of Charon: ahead of both peers", `${Math.round(generate("Charon").milliseconds)} ms against ${rivals.map(Math.round).join(", ")}`, generate("Charon").milliseconds < Math.min(...rivals)),
    ],
  );
}

function printLint() {
  const subject = lintCases(workplace, cli);
  if (!subject) {
    console.log("\nNo corpus of workflows lies beside the project, so the lint pass was not measured.");
    return;
  }
  const missing = missingPeers();
  console.log(`\nThe lint pass on real workflows, medians of ${subject.rounds} interleaved rounds.${missing.length > 0 ? ` Not installed: ${missing.join(", ")}.` : ""}\n`);
  printTable(["command", "time", "times an empty start", "files a second", "peak memory", ""], lintRows(subject));
}

function aim(what, measured, met) {
  return [what, measured, met ? "yes" : "no"];
}

function printTable(columns, rows) {
  const all = [columns, ...rows.map((row) => row.map(String))];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => row[index].length)));
  const line = (row) => `| ${row.map((cell, index) => cell.padEnd(widths[index])).join(" | ")} |`;
  console.log([line(columns), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...all.slice(1).map(line)].join("\n"));
}
