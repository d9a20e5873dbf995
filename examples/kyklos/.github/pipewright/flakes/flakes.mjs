// Finds flaky tests: those that failed and passed on the same code, in the JUnit results that past runs left as artifacts.
// Holds the rate of each suite against its budget, names the tests for the quarantine, and keeps one issue for each.
//
// Results of pull requests from forks are left out: anybody could put any test into quarantine with them.
//
// An artifact's name is the beginning that the plan knows, what tells matrix jobs apart, and for each attempt "-attempt-N".
// Budgets are percent of test executions; 0 tolerates none. The report is written to flakes.json below RUNNER_TEMP; what the
// newest report that is kept has read is not read again.
import { environment } from "../lib/environment.mjs";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findArtifacts, readArtifact as readFile } from "../lib/artifacts.mjs";
import { flakyTests, groupRuns, judgeGroup, outcomesOf, rateOf, variantOf } from "../lib/flaky.mjs";
import { writeIssues } from "../lib/flaky-issues.mjs";
import { githubApi } from "../lib/github.mjs";
import { inParallel } from "../lib/http.mjs";
import { readJunit } from "../lib/junit.mjs";
import { addSummary, cell, closeGroup, complain, openGroup, say, setOutput, warn } from "../lib/log.mjs";
import { readPlan } from "../lib/plan.mjs";
import { readZip } from "../lib/zip.mjs";

const LARGEST_ARTIFACT = 50_000_000;
const UNPACKED = { mostBytes: 200_000_000, mostEntries: 10_000 };
/** A repository's token has a thousand requests an hour. What is left over is read by the next report. */
const MOST_DOWNLOADS = 400;

/** Of the issues that are opened, and by whom. */
const LABEL = "flaky-test";
const AUTHOR = "github-actions[bot]";

const settings = readPlan().flakes;
const { GITHUB_REPOSITORY: repository, RUNNER_TEMP: folder } = environment;
const server = environment.GITHUB_SERVER_URL ?? "https://github.com";
const github = githubApi(environment.GITHUB_API_URL ?? "https://api.github.com", environment.GH_TOKEN);
const unread = new Map(settings.suites.map(({ name }) => [name, 0]));
let downloads = 0;
let late = 0;

const isCount = (value) => Number.isInteger(value) && value >= 0;
const isCounts = (value) => typeof value === "object" && value !== null && Object.values(value).every(isCount);
const isGroup = (value) =>
  [value?.suite, value?.artifact, value?.key, value?.seen].every((text) => typeof text === "string") &&
  Array.isArray(value.runs) &&
  [value.attempts, value.executions].every(isCount) &&
  isCounts(value.failures) &&
  isCounts(value.flaky);

/** What an earlier report read, by suite and runs: a completed run changes only by another attempt. */
async function readPrevious() {
  const newest = (await findArtifacts(github, repository, settings.artifact)).at(-1);
  if (!newest) return new Map();
  try {
    const { groups } = JSON.parse(await readFile(github, repository, newest, (name) => name === "flakes.json"));
    return new Map(groups.filter(isGroup).map((group) => [groupName(group), group]));
  } catch {
    warn("The earlier report cannot be read, so everything is read anew.");
    return new Map();
  }
}

const groupName = ({ suite, artifact, key, runs }) => JSON.stringify([suite, artifact, key, runs]);
const missRead = (suite) => unread.set(suite.name, unread.get(suite.name) + 1);

async function readWorkflow(name, workflows, previous) {
  const suites = settings.suites.filter(({ workflow }) => workflow === name);
  const found = workflows.find(
    (workflow) => workflow.name === name || workflow.path.split("/").at(-1) === name.split("/").at(-1),
  );
  if (!found) {
    suites.forEach(missRead);
    complain(`There is no workflow ${name}. Suites that need it: ${suites.map((suite) => suite.name).join(", ")}.`);
    process.exitCode = 1;
    return [];
  }
  const runs = await github.all(`/repos/${repository}/actions/workflows/${found.id}/runs?status=completed`, {
    key: "workflow_runs",
    most: settings.runs,
  });
  const trusted = runs.filter((run) => run.head_repository?.full_name === repository);
  say(
    `${name}: ${runs.length} completed runs${runs.length > trusted.length ? `, ${runs.length - trusted.length} of them from forks, which are left out` : ""}`,
  );
  const groups = [];
  for (const group of groupRuns(trusted)) groups.push(...(await readGroup(group, suites, previous)));
  return groups;
}

/** The results of runs of the same code, for each suite. */
async function readGroup({ key, runs }, suites, previous) {
  const ids = runs.map((run) => `${run.id}@${run.run_attempt ?? 1}`).sort();
  const known = suites.map((suite) =>
    previous.get(groupName({ suite: suite.name, artifact: suite.artifact, key, runs: ids })),
  );
  if (known.every(Boolean)) return known;
  if (downloads >= MOST_DOWNLOADS) {
    late += 1;
    suites.forEach(missRead);
    return known.filter(Boolean);
  }
  const artifacts = (
    await inParallel(runs, (run) =>
      github.all(`/repos/${repository}/actions/runs/${run.id}/artifacts`, { key: "artifacts" }),
    )
  ).flat();
  const observed = new Map(suites.map((suite) => [suite, []]));
  const broken = new Set();
  await inParallel(
    artifacts.filter(({ expired }) => !expired),
    async (artifact) => {
      const suite = suiteOf(artifact.name, suites);
      if (!suite) return;
      const variant = variantOf(artifact.name, suite.artifact);
      const cases = await readArtifact(artifact).catch((error) => {
        missRead(suite);
        broken.add(suite);
        warn(`The results in the artifact ${artifact.name} (${artifact.id}) cannot be read: ${error.message}`);
      });
      if (cases) observed.get(suite).push({ variant, outcomes: outcomesOf(cases, variant) });
    },
  );
  const seen = runs
    .map((run) => run.updated_at)
    .sort()
    .at(-1);
  return suites.map((suite) => ({
    suite: suite.name,
    artifact: suite.artifact,
    key,
    runs: ids,
    seen,
    ...judgeGroup(observed.get(suite)),
    ...(broken.has(suite) ? { partial: true } : {}),
  }));
}

/** Prefixes may begin alike ("unit", "unit-slow"): the longest one that fits counts. */
const suiteOf = (artifact, suites) =>
  suites
    .filter((suite) => artifact.startsWith(suite.artifact))
    .sort((a, b) => b.artifact.length - a.artifact.length)[0];

async function readArtifact({ id }) {
  downloads += 1;
  const archive = await github.download(`/repos/${repository}/actions/artifacts/${id}/zip`, LARGEST_ARTIFACT);
  const files = readZip(archive, (name) => name.toLowerCase().endsWith(".xml"), UNPACKED);
  if (files.length === 0) throw new Error("it holds no .xml file");
  return files.flatMap(({ name, bytes }) => {
    try {
      return readJunit(bytes.toString("utf8"));
    } catch (error) {
      throw new Error(`${name}: ${error.message}`);
    }
  });
}

async function readGroups() {
  openGroup("Runs and their results");
  const previous = await readPrevious();
  const workflows = await github.all(`/repos/${repository}/actions/workflows`, { key: "workflows" });
  const groups = [];
  for (const name of new Set(settings.suites.map(({ workflow }) => workflow)))
    groups.push(...(await readWorkflow(name, workflows, previous)));
  closeGroup();
  if (late > 0)
    warn(
      `There are more results than one report reads (${MOST_DOWNLOADS} artifacts). The next report goes on from here.`,
    );
  return groups;
}

const rateText = ({ ratePercent }) => (ratePercent === null ? "no results" : `${ratePercent} %`);
const budgetText = ({ budgetPercent }) => (budgetPercent === null ? "" : `${budgetPercent} %`);

function summarize(suites, overall, flaky) {
  const rows = [...suites, { name: "All suites", ...overall }].map(
    (suite) =>
      `| ${suite.overBudget ? "❌" : ""} ${cell(suite.name)} | ${suite.attempts} | ${suite.executions} | ${suite.flakyFailures} | ${rateText(suite)} | ${budgetText(suite)} |`,
  );
  const tests = flaky
    .slice(0, 100)
    .map(
      ({ suite, test, flakyFailures, failures, failuresPer100Runs, quarantine }) =>
        `| ${cell(suite)} | ${cell(test)} | ${flakyFailures} | ${failures} | ${failuresPer100Runs} | ${quarantine ? "quarantine" : ""} |`,
    );
  addSummary(`## Flaky tests

| Suite | Attempts | Tests run | Flaky failures | Rate | Budget |
|---|---|---|---|---|---|
${rows.join("\n")}

${tests.length > 0 ? ["| Suite | Test | Flaky failures | Failures | In 100 runs | |", "|---|---|---|---|---|---|", ...tests].join("\n") : "No test failed and passed on the same code."}
${flaky.length > tests.length ? `\nand ${flaky.length - tests.length} more.\n` : ""}`);
}

async function report() {
  const groups = await readGroups();
  const groupsOf = (name) => groups.filter(({ suite }) => suite === name);
  const suites = settings.suites.map(({ name, budgetPercent }) => ({
    name,
    ...rateOf(groupsOf(name), budgetPercent),
    unread: unread.get(name),
  }));
  const overall = rateOf(groups, settings.overallBudgetPercent);
  const flaky = settings.suites.flatMap(({ name }) => flakyTests(name, groupsOf(name), settings.quarantineAfter));
  const quarantined = flaky.filter(({ quarantine }) => quarantine);
  const content = {
    version: 1,
    date: new Date().toISOString(),
    repository,
    suites,
    overall,
    flaky,
    groups: groups.filter(({ partial }) => !partial),
  };
  writeFileSync(join(folder, "flakes.json"), `${JSON.stringify(content, null, 1)}\n`);

  for (const suite of suites)
    if (suite.executions === 0)
      warn(`No results of ${suite.name} were found. Check the workflow and the prefix of its artifacts.`);
  const beyond = [...suites, { name: "All suites together", ...overall }].filter(({ overBudget }) => overBudget);
  for (const suite of beyond)
    warn(
      `${suite.name}: ${rateText(suite)} of the test executions were flaky failures; the budget is ${budgetText(suite)}.`,
    );
  for (const { suite, test, flakyFailures } of flaky)
    say(`${suite}: ${test} failed ${flakyFailures} times on code on which it also passed`);
  summarize(suites, overall, flaky);
  setOutput("flaky", flaky.length);
  setOutput("quarantined", quarantined.length);
  setOutput("over-budget", beyond.length);

  if (!settings.issues) return;
  const isRead = (name) => suites.some((suite) => suite.name === name && suite.executions > 0 && suite.unread === 0);
  await writeIssues(github, flaky, isRead, {
    repository,
    label: LABEL,
    author: AUTHOR,
    address: `${server}/${repository}`,
    runs: settings.runs,
  }).catch((error) => {
    throw new Error(`the issues cannot be written (${error.message}). The job needs \`issues: write\``);
  });
}

try {
  await report();
} catch (error) {
  complain(`The report of flaky tests is not complete: ${error.message}`);
  process.exitCode = 1;
}
