// Measures the pipeline: how long builds, tests and deployments take and how often they fail, how images and caches are
// found, pulled and cleaned up, and what the registry holds. Warns beyond thresholds, and fails (after writing the figures)
// on a regression and on a job that takes longer than its budget's maximum.
//
// METRICS             workflow names, job and step names, packages, classes of tags, thresholds and limits, as JSON
// BASELINE_FILE       the figures of an earlier run to compare with, beside the baseline of METRICS; may be missing
// HISTORY_FILE        the figures of the run before, whose history goes on; may be missing
// FLAKES_FOLDER       a report on flaky tests as a .json file: {"flakePercent": …} or {"overall": {"ratePercent": …}, "flaky": [{suite, test}]}; may be missing
// OUTPUT              where the figures are written, as JSON
// REPORT              where the report for people is written, as Markdown; optional
// ALERTS_FILE         where the alerts are written, as a JSON list of {tier, event, text}; optional
// GITHUB_API_URL, GITHUB_REPOSITORY, GH_TOKEN (actions, packages and statuses: read)
// REGISTRY_USERNAME, REGISTRY_PASSWORD   for reading manifests
//
// Outputs: warnings and regressions, their numbers; alerts, texts by tier as JSON; told, once the alerts are written.
import { environment } from "../lib/environment.mjs";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exceeded, FIGURES, nearlyFull, reduction, regressed } from "../lib/compare.mjs";
import { classOf, readPolicy } from "../lib/decide.mjs";
import {
  buildMinutes,
  buildsPerCommit,
  failurePercent,
  imagesAsked,
  isFailure,
  mean,
  medianBuildMinutes,
  pullSuccessPercent,
  reusePercent,
  successPercent,
  testVerdicts,
  verdictMinutes,
} from "../lib/figures.mjs";
import { githubApi } from "../lib/github.mjs";
import { countedSince, readHistory, withEntry } from "../lib/history.mjs";
import { inParallel } from "../lib/http.mjs";
import { addSummary, closeGroup, complain, openGroup, plain, say, setOutput, warn } from "../lib/log.mjs";
import { sizeOf } from "../lib/oci.mjs";
import { dashboard, writtenReport } from "../lib/report.mjs";
import {
  cacheHitPercent,
  cacheReads,
  cacheRestoreSeconds,
  cachesByName,
  deployMinutes,
  overBudget,
  queueMinutes,
  stageTimes,
  testMinutes,
} from "../lib/timings.mjs";
import { openPackage } from "../lib/versions.mjs";

/** Jobs and statuses cost one request each, of the thousand that a repository's token has an hour: the newest ones do. */
const SAMPLE = 100;

const settings = JSON.parse(environment.METRICS);
const {
  OUTPUT: output,
  REPORT: reportFile,
  ALERTS_FILE: alertsFile,
  BASELINE_FILE: baselineFile = "",
  HISTORY_FILE: historyFile = "",
  FLAKES_FOLDER: flakesFolder = "",
  GITHUB_REPOSITORY: repository,
} = environment;
const github = githubApi(environment.GITHUB_API_URL, environment.GH_TOKEN);
const now = new Date().toISOString();

const newest = (runs) => runs.sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at)).slice(0, SAMPLE);

async function readJobs(runs) {
  const read = (run) => github.all(`/repos/${repository}/actions/runs/${run.id}/jobs?filter=latest`, { key: "jobs" });
  return inParallel(runs, async (run) => [run.id, await read(run)]);
}

/** Every run that is measured, with the jobs of the newest ones. */
async function readRuns() {
  openGroup("Runs");
  const workflows = await github.all(`/repos/${repository}/actions/workflows`, { key: "workflows" });
  const runsOf = async (name) => {
    const ids = workflows.filter((workflow) => workflow.name === name).map(({ id }) => id);
    const lists = await inParallel(ids, (id) =>
      github.all(`/repos/${repository}/actions/workflows/${id}/runs?status=completed`, {
        key: "workflow_runs",
        most: settings.runs,
      }),
    );
    say(`${name}: ${lists.flat().length} completed runs`);
    return lists.flat();
  };
  const builds = settings.build ? await runsOf(settings.build) : [];
  const tests = [];
  const testing = new Set(
    settings.stages
      .filter(({ kind, workflow }) => kind === "test" && workflow !== settings.build)
      .map(({ workflow }) => workflow),
  );
  for (const name of testing) tests.push(...(await runsOf(name)).map((run) => ({ ...run, workflow: name })));
  const cleanups = settings.cleanup ? await runsOf(settings.cleanup) : [];

  const recentBuilds = newest(builds);
  const recentTests = newest(tests);
  const jobsOf = new Map([...(await readJobs(recentBuilds)), ...(await readJobs(recentTests))]);
  const recentOf = new Map([...testing].map((name) => [name, recentTests.filter(({ workflow }) => workflow === name)]));
  recentOf.set(settings.build, recentBuilds);
  // A consumer's own run names the default branch's commit. What it tested is told by the status that it posted there.
  const heads = [...new Set(recentBuilds.map((run) => run.head_sha))];
  const read =
    testing.size === 0
      ? () => []
      : (sha) => github.all(`/repos/${repository}/commits/${sha}/status`, { key: "statuses" });
  const statusesOf = new Map(await inParallel(heads, async (sha) => [sha, await read(sha)]));
  const broken = await readBroken(workflows);
  closeGroup();
  return { builds, tests, cleanups, recentBuilds, recentOf, jobsOf, statusesOf, broken };
}

/** The workflows beside the measured ones that failed when they last ran, for the dashboard: they tell people themselves. */
async function readBroken(workflows) {
  const watched = Object.entries(settings.watched ?? {}).flatMap(([event, name]) =>
    workflows.filter((workflow) => workflow.name === name).map(({ id }) => ({ event, name, id })),
  );
  const last = await inParallel(watched, async ({ event, name, id }) => {
    const [run] = await github.all(`/repos/${repository}/actions/workflows/${id}/runs?status=completed`, {
      key: "workflow_runs",
      most: 1,
    });
    return run && isFailure(run)
      ? [{ event, text: `${name} failed when it last ran, on ${run.created_at.slice(0, 10)}.` }]
      : [];
  });
  return last.flat();
}

function measureRuns({ builds, tests, cleanups, recentBuilds, recentOf, jobsOf, statusesOf, broken }) {
  const jobs = [...jobsOf.values()].flat();
  const jobsOfWorkflow = new Map(
    [...recentOf].map(([name, runs]) => [name, runs.flatMap(({ id }) => jobsOf.get(id) ?? [])]),
  );
  const times = stageTimes(settings.stages, jobsOfWorkflow, settings);
  const asked = imagesAsked(recentBuilds, jobsOf, settings);
  const verdicts = verdictMinutes(recentBuilds, statusesOf, jobsOf, settings);
  const ofPullRequests = new Set(
    recentBuilds.filter(({ event }) => event === "pull_request").map(({ head_sha: sha }) => sha),
  );
  const reads = cacheReads(jobs, settings);
  const figures = {
    buildMinutes: buildMinutes(recentBuilds, jobsOf, settings),
    totalMinutes: mean([...verdicts].filter(([sha]) => ofPullRequests.has(sha)).map(([, minutes]) => minutes)),
    pipelineMinutes: mean([...verdicts.values()]),
    testMinutes: testMinutes(times),
    deployMinutes: deployMinutes(jobs, settings),
    buildsPerCommit: buildsPerCommit(recentBuilds, jobsOf, settings),
    reusePercent: reusePercent(asked),
    buildSuccessPercent: successPercent(builds),
    buildFailurePercent: failurePercent(builds),
    testFailurePercent: failurePercent(testVerdicts(recentOf, jobsOf, settings)),
    failurePercent: failurePercent([...builds, ...tests, ...cleanups]),
    pullSuccessPercent: pullSuccessPercent(jobs, settings),
    publishSuccessPercent: successPercent(jobs.filter(({ name }) => name === settings.publishedJob)),
    cleanupSuccessPercent: successPercent(cleanups),
    cacheHitPercent: cacheHitPercent(reads),
    cacheRestoreSeconds: cacheRestoreSeconds(reads),
    queueMinutes: queueMinutes(jobs),
  };
  return { figures, times, asked, broken, caches: cachesByName(reads), runs: [...builds, ...tests, ...cleanups] };
}

/** What GitHub keeps in caches, and the runs that wait at this moment; null where it does not say. */
async function readUse() {
  const ask = (path) =>
    github.get(`/repos/${repository}/actions/${path}`).catch((error) => {
      say(`Not measured: ${error.message}`);
      return {};
    });
  const { active_caches_size_in_bytes: bytes } = await ask("cache/usage");
  const { total_count: waiting } = await ask("runs?status=queued&per_page=1");
  return {
    cacheGigabytes: typeof bytes === "number" ? Math.round(bytes / 1e7) / 100 : null,
    queueDepth: typeof waiting === "number" ? waiting : null,
  };
}

/** The compressed size of the platform that takes most; undefined where a manifest could not be read. */
function bytesOf(digest, manifests) {
  const manifest = manifests.get(digest);
  if (!manifest) return undefined;
  if (!manifest.isIndex) return sizeOf([manifest]);
  const platforms = manifest.children
    .filter((child) => !manifest.attestations.includes(child))
    .map((child) => bytesOf(child, manifests));
  return platforms.includes(undefined) ? undefined : Math.max(0, ...platforms);
}

/** What a package's moving tag names, or else its newest tagged version. */
const newestImage = (versions, tag) =>
  versions.find(({ tags }) => tags.includes(tag)) ??
  versions.filter(({ tags, time }) => tags.length > 0 && Number.isFinite(time)).sort((a, b) => b.time - a.time)[0];

async function readStorage() {
  const policy = readPolicy(settings);
  const tags = {};
  const images = [];
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
      const bytes = bytesOf(newestImage(listed.versions, item.tag)?.digest, listed.manifests);
      if (bytes !== undefined) images.push({ name: item.build ?? item.name, megabytes: Math.round(bytes / 1e4) / 100 });
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
  return { versions, tags, bytes, images };
}

const numbersIn = (found) =>
  Object.fromEntries(
    Object.entries(typeof found === "object" && found !== null ? found : {}).filter(
      ([, value]) => typeof value === "number",
    ),
  );

function readEarlier() {
  if (!existsSync(baselineFile)) return { figures: {}, images: {} };
  try {
    const { figures, images } = JSON.parse(readFileSync(baselineFile, "utf8"));
    const known = numbersIn(figures);
    return {
      figures: Object.fromEntries(FIGURES.flatMap(({ key }) => (key in known ? [[key, known[key]]] : []))),
      images: numbersIn(images),
    };
  } catch {
    warn(`The earlier figures in ${baselineFile} could not be read, so nothing is compared.`);
    return { figures: {}, images: {} };
  }
}

function readEntries() {
  if (!existsSync(historyFile)) return [];
  try {
    return readHistory(readFileSync(historyFile, "utf8"));
  } catch {
    warn(`The history in ${historyFile} could not be read: it begins anew.`);
    return [];
  }
}

/** The newest report on flaky tests, whatever its file is called: the rate over all of them, and the tests. */
function readFlakes() {
  const none = { percent: null, tests: [] };
  if (!existsSync(flakesFolder)) return none;
  for (const file of readdirSync(flakesFolder)
    .filter((name) => name.endsWith(".json"))
    .sort()) {
    try {
      const { flakePercent, overall, flaky } = JSON.parse(readFileSync(join(flakesFolder, file), "utf8"));
      const percent = flakePercent ?? overall?.ratePercent;
      const tests = (Array.isArray(flaky) ? flaky : []).filter(({ test }) => typeof test === "string");
      if (typeof percent === "number") return { percent, tests };
    } catch {
      warn(`The report on flaky tests ${file} could not be read.`);
    }
  }
  return none;
}

/** A chat shows a few names; the report has them all. */
const NAMED = 5;

function flakyTests({ tests }) {
  if (tests.length === 0) return [];
  const named = tests.slice(0, NAMED).map(({ suite, test }) => (suite ? `${suite}: ${test}` : test).slice(0, 100));
  return [
    {
      event: "flakes",
      text: `${tests.length === 1 ? "A test failed" : `${tests.length} tests failed`} and passed on the same commit: ${named.join("; ")}${tests.length > NAMED ? "; and others" : ""}.`,
    },
  ];
}

/** What happened since the last measurement. */
function totalsSince(since, { runs, asked }) {
  const isNew = ({ updated_at: ended }) =>
    Date.parse(ended) > Date.parse(since) && Date.parse(ended) <= Date.parse(now);
  const recent = asked.filter(({ run }) => isNew(run));
  const reused = recent.filter((one) => one.reused).length;
  return {
    runs: runs.filter(isNew).length,
    failed: runs.filter(isNew).filter(isFailure).length,
    asked: recent.length,
    reused,
    savedMinutes: Math.round(reused * (medianBuildMinutes(asked) ?? 0)),
  };
}

const tooLarge = (images) =>
  images
    .filter(({ name, megabytes }) => megabytes > (settings.imageLimits?.[name] ?? Infinity))
    .map(({ name, megabytes }) => ({
      event: "threshold",
      text: `The image ${name} takes ${megabytes} MB, over the threshold of ${settings.imageLimits[name]} MB.`,
    }));

async function measure() {
  const measured = measureRuns(await readRuns());
  const storage = await readStorage();
  const earlier = readEarlier();
  const baseline = { ...earlier.figures, ...settings.baseline };
  const imagesBefore = { ...earlier.images, ...settings.imagesBefore };
  const found = Object.fromEntries(Object.entries(measured.figures).map(([key, { value }]) => [key, value]));
  const smaller = storage.images
    .map(({ name, megabytes }) => reduction(imagesBefore[name], megabytes))
    .filter((percent) => percent !== null);
  const flakes = readFlakes();
  const known = {
    ...found,
    ...(await readUse()),
    flakePercent: flakes.percent,
    timeReductionPercent:
      reduction(baseline.totalMinutes, found.totalMinutes) ??
      reduction(baseline.pipelineMinutes, found.pipelineMinutes),
    imageMegabytes: storage.images.length === 0 ? null : Math.max(...storage.images.map(({ megabytes }) => megabytes)),
    imageReductionPercent: smaller.length === 0 ? null : Math.min(...smaller),
    storageGigabytes: storage.bytes === null ? null : Math.round(storage.bytes / 1e7) / 100,
  };
  const values = Object.fromEntries(FIGURES.map(({ key }) => [key, known[key] ?? null]));
  const samples = Object.fromEntries(Object.entries(measured.figures).map(([key, { sample }]) => [key, sample]));
  const entries = readEntries();
  const since = countedSince(entries, now);
  const history = withEntry(entries, { since, until: now, figures: values, totals: totalsSince(since, measured) });
  const images = Object.fromEntries(storage.images.map(({ name, megabytes }) => [name, megabytes]));
  const report = {
    version: 1,
    date: now,
    repository,
    figures: values,
    samples,
    images,
    stages: measured.times,
    caches: measured.caches,
    storageBytes: storage.bytes,
    versions: storage.versions,
    tags: storage.tags,
    history,
  };
  writeFileSync(output, `${JSON.stringify(report, null, 2)}\n`);

  // A figure that has become better since the baseline must not fall back to it unnoticed.
  const best = Object.fromEntries(
    Object.entries(baseline).map(([key, value]) => [key, Math.min(value, earlier.figures[key] ?? value)]),
  );
  const regressions = regressed(values, best, settings.regressions);
  // Each image has its own line.
  const warnings = [
    ...exceeded(values, { ...settings.thresholds, imageMegabytes: undefined }),
    ...tooLarge(storage.images),
    ...flakyTests(flakes),
    ...overBudget(measured.times, settings.budgets),
  ];
  const all = [
    ...regressions.map((text) => ({ event: "metrics", text })),
    ...warnings,
    ...nearlyFull(values, settings.thresholds),
    ...measured.broken,
  ];
  const alerts = all.map(({ event, text }) => ({ tier: settings.tiers[event] ?? "warning", event, text: plain(text) }));
  const fails = ({ event }) => event === "metrics" || event === "maximum";
  for (const alert of alerts)
    if (fails(alert)) complain(alert.text);
    else if (alert.tier === "info") say(alert.text);
    else warn(alert.text);
  for (const { key, title, unit } of FIGURES)
    say(
      `${title}: ${values[key] === null ? "no data yet" : `${values[key]} ${unit}`}${samples[key] ? ` (of ${samples[key]})` : ""}`,
    );

  const shown = {
    ...measured,
    values,
    baseline,
    settings,
    alerts,
    images: storage.images,
    imagesBefore,
    storage,
    history,
    now,
    repository,
  };
  addSummary(dashboard(shown));
  if (reportFile) writeFileSync(reportFile, writtenReport(shown));
  if (alertsFile) writeFileSync(alertsFile, `${JSON.stringify(alerts)}\n`);
  const textsOf = (tier) => alerts.filter((alert) => alert.tier === tier).map(({ text }) => text);
  setOutput(
    "alerts",
    JSON.stringify({ critical: textsOf("critical"), warning: textsOf("warning"), info: textsOf("info") }),
  );
  setOutput("warnings", alerts.filter((alert) => !fails(alert) && alert.tier !== "info").length);
  setOutput("regressions", regressions.length);
  setOutput("told", "true");
  if (alerts.some(fails)) process.exitCode = 1;
}

try {
  await measure();
} catch (error) {
  complain(`The pipeline could not be measured: ${error.message}`);
  process.exitCode = 1;
}
