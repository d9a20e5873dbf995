// Measures the pipeline: how long builds, tests and deployments take and how often they fail, how images and caches are
// found, pulled and cleaned up, and what the registry holds. Warns beyond thresholds, and fails (after writing the figures)
// on a regression and on a job that takes longer than its budget's maximum.
//
// It writes ci-metrics.json, ci-report.md and ci-alerts.json, a list of {tier, event, text}, below RUNNER_TEMP. What it
// compares with, and the history that goes on, are in the artifacts that earlier runs have kept of it. The step's environment
// holds what the registry is asked with: REGISTRY_USERNAME and REGISTRY_PASSWORD, or Amazon's variables.
import { environment } from "../lib/environment.mjs";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findArtifacts, readArtifact } from "../lib/artifacts.mjs";
import { exceeded, FIGURES, nearlyFull, reduction, regressed } from "../lib/compare.mjs";
import { classOf, isProtected, readPolicy, settingsOf } from "../lib/decide.mjs";
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
import { packagesOf } from "../lib/packages.mjs";
import { readPlan } from "../lib/plan.mjs";
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

const plan = readPlan();
const settings = plan.metrics;
const { RUNNER_TEMP: folder, GITHUB_REPOSITORY: repository } = environment;
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
  const watched = Object.entries(settings.watched).flatMap(([event, name]) =>
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
  const times = stageTimes(settings.stages, jobsOfWorkflow, settings.names);
  const asked = imagesAsked(recentBuilds, jobsOf, settings);
  const verdicts = verdictMinutes(recentBuilds, statusesOf, jobsOf, settings);
  const ofPullRequests = new Set(
    recentBuilds.filter(({ event }) => event === "pull_request").map(({ head_sha: sha }) => sha),
  );
  const reads = cacheReads(jobs, settings.names);
  const figures = {
    buildMinutes: buildMinutes(recentBuilds, jobsOf, settings),
    totalMinutes: mean([...verdicts].filter(([sha]) => ofPullRequests.has(sha)).map(([, minutes]) => minutes)),
    pipelineMinutes: mean([...verdicts.values()]),
    testMinutes: testMinutes(times),
    deployMinutes: deployMinutes(jobs, settings.names),
    buildsPerCommit: buildsPerCommit(recentBuilds, jobsOf, settings),
    reusePercent: reusePercent(asked),
    buildSuccessPercent: successPercent(builds),
    buildFailurePercent: failurePercent(builds),
    testFailurePercent: failurePercent(testVerdicts(recentOf, jobsOf, settings)),
    failurePercent: failurePercent([...builds, ...tests, ...cleanups]),
    pullSuccessPercent: pullSuccessPercent(jobs, settings.names),
    publishSuccessPercent: successPercent(jobs.filter(({ name }) => name === settings.names.published)),
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
  const policy = readPolicy(settingsOf(plan));
  const tags = {};
  const images = [];
  const manifests = new Map();
  let versions = 0;
  let complete = true;
  openGroup("Registry");
  for (const item of plan.packages === null ? [] : packagesOf(plan)) {
    const name = `${item.host}/${item.repository}`;
    try {
      const listed = await openPackage(item, plan.packages).list();
      versions += listed.versions.length;
      for (const tag of listed.versions.flatMap((version) => version.tags)) {
        const found = isProtected(tag, policy) ? "protected" : (classOf(tag, policy)?.name ?? "other");
        tags[found] = (tags[found] ?? 0) + 1;
      }
      for (const [digest, manifest] of listed.manifests) manifests.set(digest, manifest);
      const bytes = bytesOf(newestImage(listed.versions, settings.latest)?.digest, listed.manifests);
      if (bytes !== undefined) images.push({ name: item.build, megabytes: Math.round(bytes / 1e4) / 100 });
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

/** The text of a file of the oldest or newest artifact of a name; undefined where there is none. */
async function earlierFile(artifact, which, isWanted, what) {
  const found = (await findArtifacts(github, repository, artifact)).at(which === "oldest" ? 0 : -1);
  if (!found) return undefined;
  try {
    return await readArtifact(github, repository, found, isWanted);
  } catch (error) {
    warn(`${what} cannot be read: ${error.message}`);
    return undefined;
  }
}

const isFigures = (name) => name === "ci-metrics.json";

/** The figures of the oldest run that are still kept, to compare with. */
async function readEarlier() {
  const text = await earlierFile(settings.artifact, "oldest", isFigures, "The earlier figures");
  try {
    const { figures, images } = JSON.parse(text ?? "{}");
    const known = numbersIn(figures);
    return {
      figures: Object.fromEntries(FIGURES.flatMap(({ key }) => (key in known ? [[key, known[key]]] : []))),
      images: numbersIn(images),
    };
  } catch {
    warn("The earlier figures could not be read, so nothing is compared.");
    return { figures: {}, images: {} };
  }
}

/** The history of the run before, which goes on. */
async function readEntries() {
  const text = await earlierFile(settings.artifact, "newest", isFigures, "The history");
  try {
    return text === undefined ? [] : readHistory(text);
  } catch {
    warn("The history could not be read: it begins anew.");
    return [];
  }
}

/** The newest report on flaky tests, whatever its file is called: the rate over all of them, and the tests. */
async function readFlakes() {
  const none = { percent: null, tests: [] };
  if (settings.flakes === null) return none;
  const isReport = (name) => name.endsWith(".json");
  const text = await earlierFile(settings.flakes, "newest", isReport, "The report on flaky tests");
  try {
    const { flakePercent, overall, flaky } = JSON.parse(text ?? "{}");
    const percent = flakePercent ?? overall?.ratePercent;
    const tests = (Array.isArray(flaky) ? flaky : []).filter(({ test }) => typeof test === "string");
    return typeof percent === "number" ? { percent, tests } : none;
  } catch {
    warn("The report on flaky tests could not be read.");
    return none;
  }
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
  const earlier = await readEarlier();
  const baseline = { ...earlier.figures, ...settings.baseline };
  const imagesBefore = { ...earlier.images, ...settings.imagesBefore };
  const found = Object.fromEntries(Object.entries(measured.figures).map(([key, { value }]) => [key, value]));
  const smaller = storage.images
    .map(({ name, megabytes }) => reduction(imagesBefore[name], megabytes))
    .filter((percent) => percent !== null);
  const flakes = await readFlakes();
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
  const entries = await readEntries();
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
  writeFileSync(join(folder, "ci-metrics.json"), `${JSON.stringify(report, null, 2)}\n`);

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
  const alerts = all.map(({ event, text }) => ({ tier: plan.tiers[event] ?? "warning", event, text: plain(text) }));
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
  writeFileSync(join(folder, "ci-report.md"), writtenReport(shown));
  // Workflows that are broken have told of themselves.
  const toTell = alerts.slice(0, alerts.length - measured.broken.length);
  writeFileSync(join(folder, "ci-alerts.json"), `${JSON.stringify(toTell)}\n`);
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
