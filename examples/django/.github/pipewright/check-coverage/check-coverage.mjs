// Holds the coverage of tests against minimums, in all and of single packages, and against what it was on the main branch.
// Writes a summary for whoever comments on it, and fails afterwards where a minimum is not reached.
import { environment } from "../lib/environment.mjs";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { byPackage, coverageOf, isBelow, matcher, readCoverage, uncoveredLines } from "../lib/coverage.mjs";
import { addSummary, cell, complain, require, say, setOutput, warn } from "../lib/log.mjs";
import { readPlan } from "../lib/plan.mjs";

const LARGEST_FILE = 500_000_000;
const SHOWN_PACKAGES = 100;
const SHOWN_FILES = 20;
const { CONSUMER, RUNNER_TEMP = "" } = environment;
require({ CONSUMER, RUNNER_TEMP });
const plan = readPlan();
const settings = plan.consumers[CONSUMER]?.coverage;
const coverageFile = environment.COVERAGE_FILE ?? settings?.file ?? "";
/** The summary that this program wrote on the main branch; may be missing. */
const baselineFile = join(RUNNER_TEMP, "coverage-baseline/coverage.json");
const outputFolder = join(RUNNER_TEMP, "coverage");

const isPercent = (value) => typeof value === "number" && value >= 0 && value <= 100;
const points = (number) => Math.round(number * 100) / 100;

function readFiles(format) {
  if (!existsSync(coverageFile))
    throw new Error(`there is no file ${coverageFile}. Do the tests write it, and did they run?`);
  if (statSync(coverageFile).size > LARGEST_FILE)
    throw new Error(`${coverageFile} is larger than ${LARGEST_FILE} bytes`);
  try {
    return readCoverage(readFileSync(coverageFile, "utf8"), format);
  } catch (error) {
    throw new Error(`${coverageFile} cannot be read as ${format}: ${error.message}`);
  }
}

/** What stands before the names that people write: the workspace, and the module's name in Go's profiles. */
function readPrefixes() {
  const modules = existsSync("go.mod") ? [/^module\s+"?([^\s"]+)/m.exec(readFileSync("go.mod", "utf8"))?.[1]] : [];
  return [`${process.cwd()}/`, ...modules.filter(Boolean).map((name) => `${name}/`)];
}

function readBaseline() {
  if (!existsSync(baselineFile)) return undefined;
  try {
    const baseline = JSON.parse(readFileSync(baselineFile, "utf8"));
    if (isPercent(baseline.percent))
      return {
        percent: baseline.percent,
        packages: new Map(Object.entries(baseline.packages ?? {}).filter(([, percent]) => isPercent(percent))),
      };
  } catch {
    // What is no summary is told below, whatever is wrong with it.
  }
  warn(`${baselineFile} holds no summary of coverage, so nothing is compared.`);
  return undefined;
}

/** Each minimum with the coverage of the files that it speaks of. */
function judge(files, total, minimum, patterns) {
  const prefixes = readPrefixes();
  const all = minimum === undefined ? [] : [{ name: "total", minimum, coverage: total, files: [...files.keys()] }];
  const parts = patterns.map(([pattern, least]) => {
    const meant = [...files.keys()].filter(matcher(pattern, prefixes));
    if (meant.length === 0)
      throw new Error(
        `the pattern ${pattern} of \`packages\` matches no file. Files are named like this: ${[...files.keys()].slice(0, 3).join(", ")}`,
      );
    return { name: pattern, minimum: least, coverage: coverageOf(meant.map((file) => files.get(file))), files: meant };
  });
  return [...all, ...parts];
}

const change = (percent, before) =>
  percent === null || before === undefined ? "" : `${percent >= before ? "+" : ""}${points(percent - before)}`;

function summarize(thresholds, missed, files, packages, { percent }, baseline) {
  const limits = thresholds.map(
    ({ name, coverage, minimum }) =>
      `| ${isBelow(coverage, minimum) ? "❌" : "✅"} ${cell(name)} | ${coverage.percent ?? "-"} % | ${minimum} % |`,
  );
  const rows = packages
    .slice(0, SHOWN_PACKAGES)
    .map(([name, part]) => `| ${cell(name)} | ${part ?? "-"} % | ${change(part, baseline?.packages.get(name))} |`);
  const worst = [...new Set(missed.flatMap(({ files: meant }) => meant))]
    .map((file) => [file, uncoveredLines(files.get(file))])
    .filter(([, lines]) => lines.length > 0);
  const uncovered = worst
    .slice(0, SHOWN_FILES)
    .map(([file, lines]) => `| ${cell(file)} | ${lines.slice(0, 20).join(", ")}${lines.length > 20 ? ", …" : ""} |`);
  addSummary(`## Coverage: ${percent} %${baseline ? ` (${change(percent, baseline.percent)} points, from ${baseline.percent} %)` : ""}
${limits.length > 0 ? ["", "| | Coverage | Minimum |", "|---|---|---|", ...limits, ""].join("\n") : ""}
${uncovered.length > 0 ? ["### Lines that no test runs, where a minimum is not reached", "", "| File | Lines |", "|---|---|", ...uncovered, worst.length > SHOWN_FILES ? `\nand ${worst.length - SHOWN_FILES} more files.` : "", ""].join("\n") : ""}
<details><summary>${packages.length} packages</summary>

| Package | Coverage | Change |
|---|---|---|
${rows.join("\n")}
${packages.length > SHOWN_PACKAGES ? `\nand ${packages.length - SHOWN_PACKAGES} more.\n` : ""}
</details>
`);
}

function check() {
  if (!settings) throw new Error(`the plan says nothing of the coverage of ${CONSUMER}; generate the files again`);
  const { format, minimum, maxDrop: mostDrop, packages: patterns } = settings;
  const files = readFiles(format);
  const total = coverageOf(files.values());
  const thresholds = judge(files, total, minimum, Object.entries(patterns));
  const missed = thresholds.filter((threshold) => isBelow(threshold.coverage, threshold.minimum));
  const baseline = readBaseline();
  const delta = baseline ? points(total.percent - baseline.percent) : null;
  const packages = [...byPackage(files)]
    .map(([name, blocks]) => [name, coverageOf(blocks).percent])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const told = ({ name, coverage, minimum: least }) => ({ name, percent: coverage.percent, minimum: least });
  const summary = {
    version: 1,
    ...total,
    packages: Object.fromEntries(packages.filter(([, percent]) => percent !== null)),
    baseline: baseline?.percent ?? null,
    delta,
    thresholds: thresholds.map(told),
    belowMinimum: missed.map(told),
  };
  mkdirSync(outputFolder, { recursive: true });
  writeFileSync(join(outputFolder, "coverage.json"), `${JSON.stringify(summary, null, 1)}\n`);

  say(
    `Coverage: ${total.percent} % (${total.covered} of ${total.total} ${format === "go" ? "statements" : "lines"})${delta === null ? "" : `, ${change(total.percent, baseline.percent)} points against ${baseline.percent} %`}`,
  );
  const alert = mostDrop !== undefined && delta !== null && delta < 0 && -delta >= mostDrop;
  if (alert)
    warn(
      `The coverage fell by ${-delta} points, from ${baseline.percent} % to ${total.percent} %; a fall by ${mostDrop} or more is told.`,
    );
  for (const { name, coverage, minimum: least } of missed)
    complain(
      `The coverage of ${name} is ${coverage.percent ?? 0} %, under the minimum of ${least} %. The summary names the lines that no test runs.`,
    );
  summarize(thresholds, missed, files, packages, total, baseline);
  setOutput("percent", total.percent);
  setOutput("delta", delta ?? "");
  setOutput("alert", alert);
  if (missed.length > 0) process.exitCode = 1;
}

try {
  check();
} catch (error) {
  complain(`The coverage cannot be judged: ${error.message}.`);
  process.exitCode = 1;
}
