// Measures the pipeline: how long builds and tests take, how often they fail, how images are pulled and cleaned up, and
// what the registry holds. Warns beyond thresholds, and fails (after writing the figures) on a regression.
//
// METRICS             workflow names, job and step names, packages, classes of tags, thresholds and limits, as JSON
// BASELINE_FILE       the figures of an earlier run to compare with, beside the baseline of METRICS; may be missing
// OUTPUT              where the figures are written, as JSON
// GITHUB_API_URL, GITHUB_REPOSITORY, GH_TOKEN (actions, packages and statuses: read)
// REGISTRY_USERNAME, REGISTRY_PASSWORD   for reading manifests
//
// Outputs: warnings and regressions, their numbers.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { comparison, exceeded, FIGURES, regressed } from "./lib/compare.mjs";
import { classOf, readPolicy } from "./lib/decide.mjs";
import { buildMinutes, buildsPerCommit, failurePercent, pullSuccessPercent, successPercent, testFailurePercent, totalMinutes } from "./lib/figures.mjs";
import { githubApi } from "./lib/github.mjs";
import { inParallel } from "./lib/http.mjs";
import { addSummary, cell, closeGroup, complain, openGroup, plain, say, setOutput, warn } from "./lib/log.mjs";
import { sizeOf } from "./lib/oci.mjs";
import { openPackage } from "./lib/versions.mjs";

/** Jobs and statuses cost one request each, of the thousand that a repository's token has an hour: the newest ones do. */
const SAMPLE = 100;

const settings = JSON.parse(process.env.METRICS);
const { OUTPUT: output, BASELINE_FILE: baselineFile = "", GITHUB_REPOSITORY: repository } = process.env;
const github = githubApi(process.env.GITHUB_API_URL, process.env.GH_TOKEN);

const newest = (runs) => runs.sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at)).slice(0, SAMPLE);

async function readJobs(runs) {
  const read = (run) => github.all(`/repos/${repository}/actions/runs/${run.id}/jobs?filter=latest`, { key: "jobs" });
  return new Map(await inParallel(runs, async (run) => [run.id, await read(run)]));
}

async function readPipeline() {
  openGroup("Runs");
  const workflows = await github.all(`/repos/${repository}/actions/workflows`, { key: "workflows" });
  const runsOf = async (name) => {
    const ids = workflows.filter((workflow) => workflow.name === name).map(({ id }) => id);
    const lists = await inParallel(ids, (id) => github.all(`/repos/${repository}/actions/workflows/${id}/runs?status=completed`, { key: "workflow_runs", most: settings.runs }));
    say(`${name}: ${lists.flat().length} completed runs`);
    return lists.flat();
  };
  const builds = settings.build ? await runsOf(settings.build) : [];
  const tests = [];
  for (const name of settings.consumers) tests.push(...(await runsOf(name)));
  const cleanups = settings.cleanup ? await runsOf(settings.cleanup) : [];

  const recentBuilds = newest(builds);
  const recentTests = newest(tests);
  const buildJobs = await readJobs(recentBuilds);
  const testJobs = await readJobs(recentTests);
  // A consumer's run names the default branch's commit. What it tested is told by the status that it posted there.
  const heads = [...new Set(recentBuilds.filter(({ event }) => event === "pull_request").map((run) => run.head_sha))];
  const statuses = new Map(await inParallel(heads, async (sha) => [sha, await github.all(`/repos/${repository}/commits/${sha}/status`, { key: "statuses" })]));
  closeGroup();

  return {
    buildMinutes: buildMinutes(recentBuilds, buildJobs, settings),
    totalMinutes: totalMinutes(recentBuilds, statuses, settings.consumers),
    buildsPerCommit: buildsPerCommit(recentBuilds, buildJobs, settings),
    buildFailurePercent: failurePercent(builds),
    testFailurePercent: testFailurePercent(recentTests, testJobs, settings),
    pullSuccessPercent: pullSuccessPercent([...testJobs.values()].flat(), settings),
    cleanupSuccessPercent: successPercent(cleanups),
  };
}

async function readStorage() {
  const policy = readPolicy(settings);
  const tags = {};
  const manifests = new Map();
  let versions = 0;
  let complete = true;
  openGroup("Registry");
  for (const item of settings.packages) {
    const name = `${item.host}/${item.repository}`;
    try {
      const listed = await openPackage(item, settings).list();
      versions += listed.versions.length;
      for (const tag of listed.versions.flatMap((version) => version.tags)) {
        const isProtected = policy.keepForever.some((pattern) => pattern.test(tag));
        const found = isProtected ? "protected" : (classOf(tag, policy)?.name ?? "other");
        tags[found] = (tags[found] ?? 0) + 1;
      }
      for (const [digest, manifest] of listed.manifests) manifests.set(digest, manifest);
      say(`${name}: ${listed.versions.length} versions`);
    } catch (error) {
      complete = false;
      warn(`The storage of ${name} could not be measured: ${error.message}`);
    }
  }
  closeGroup();
  if ([...manifests.values()].includes(null)) {
    complete = false;
    warn("The storage could not be measured: a manifest could not be read.");
  }
  const bytes = complete ? sizeOf([...manifests.values()]) : null;
  return { versions, tags, bytes };
}

function readEarlier() {
  if (!existsSync(baselineFile)) return {};
  try {
    const figures = JSON.parse(readFileSync(baselineFile, "utf8")).figures ?? {};
    return Object.fromEntries(FIGURES.flatMap(({ key }) => (typeof figures[key] === "number" ? [[key, figures[key]]] : [])));
  } catch {
    warn(`The earlier figures in ${baselineFile} could not be read, so nothing is compared.`);
    return {};
  }
}

async function measure() {
  const measured = await readPipeline();
  const storage = await readStorage();
  const gigabyteCount = storage.bytes === null ? null : Math.round(storage.bytes / 1e7) / 100;
  const values = { ...Object.fromEntries(Object.entries(measured).map(([key, { value }]) => [key, value])), storageGigabytes: gigabyteCount };
  const samples = Object.fromEntries(Object.entries(measured).map(([key, { sample }]) => [key, sample]));
  const report = { version: 1, date: new Date().toISOString(), repository, figures: values, samples, storageBytes: storage.bytes, versions: storage.versions, tags: storage.tags };
  writeFileSync(output, `${JSON.stringify(report, null, 2)}\n`);

  const earlier = readEarlier();
  const baseline = { ...earlier, ...settings.baseline };
  // A figure that has become better since the baseline must not fall back to it unnoticed.
  const best = Object.fromEntries(Object.entries(baseline).map(([key, value]) => [key, Math.min(value, earlier[key] ?? value)]));
  const warnings = exceeded(values, settings.thresholds);
  const regressions = regressed(values, best, settings.regressions);
  for (const text of warnings) warn(text);
  for (const text of regressions) complain(text);
  for (const { key, title, unit } of FIGURES) say(`${title}: ${values[key] === null ? "no data yet" : `${values[key]} ${unit}`}${samples[key] ? ` (of ${samples[key]})` : ""}`);

  const list = (title, texts) => (texts.length > 0 ? `\n### ${title}\n\n${texts.map((text) => `- ${plain(text)}`).join("\n")}\n` : "");
  const classes = Object.entries(storage.tags).map(([name, number]) => `| ${cell(name)} | ${number} |`);
  addSummary(`## CI metrics

${comparison(values, baseline, settings.thresholds)}

${Object.keys(baseline).length === 0 ? "There are no earlier figures to compare with yet.\n" : ""}${list("Regressions", regressions)}${list("Beyond a threshold", warnings)}
### Registry: ${storage.versions} versions

${classes.length > 0 ? ["| Kind of tag | Tags |", "|---|---|", ...classes].join("\n") : "No tags."}
`);
  setOutput("warnings", warnings.length);
  setOutput("regressions", regressions.length);
  if (regressions.length > 0) process.exitCode = 1;
}

try {
  await measure();
} catch (error) {
  complain(`The pipeline could not be measured: ${error.message}`);
  process.exitCode = 1;
}
