// The figures of a pipeline, computed from runs, jobs and statuses as GitHub lists them. Pure. Each figure is
// `{ value, sample }`; the value is null where there was nothing to compute it from.

const MINUTE = 60_000;
const figure = (value, sample) => ({ value: sample > 0 ? Math.round(value * 100) / 100 : null, sample });
const mean = (values) => figure(values.reduce((sum, value) => sum + value, 0) / values.length, values.length);
const percent = (part, whole) => figure((100 * part) / whole, whole);

const isFailure = ({ conclusion }) => ["failure", "timed_out", "startup_failure"].includes(conclusion);
const isSuccess = ({ conclusion }) => conclusion === "success";
/** Of the runs that came to a verdict: cancelled and skipped ones say nothing. */
export const failurePercent = (runs) => percent(runs.filter(isFailure).length, runs.filter((run) => isFailure(run) || isSuccess(run)).length);
export const successPercent = (runs) => percent(runs.filter(isSuccess).length, runs.filter((run) => isFailure(run) || isSuccess(run)).length);

const ran = ({ conclusion }) => conclusion !== null && conclusion !== "skipped" && conclusion !== "cancelled";
const minutesOf = ({ started_at: start, completed_at: end }) => (Date.parse(end) - Date.parse(start)) / MINUTE;
const stepOf = (job, name) => (job.steps ?? []).find((step) => step.name === name);

/** A build job that found the commit's image already there built nothing: it skipped its build step. */
function built(job, { buildJobPrefix, buildStep, gateJob }) {
  if (!job.name.startsWith(buildJobPrefix) || job.name === gateJob || !ran(job)) return false;
  const step = stepOf(job, buildStep);
  return step === undefined || ran(step);
}

/** Minutes that the build jobs of a pull request's commit took together, where something was built. */
export function buildMinutes(runs, jobsOf, settings) {
  const perRun = runs
    .filter((run) => run.event === "pull_request" && isSuccess(run))
    .map((run) => (jobsOf.get(run.id) ?? []).filter((job) => built(job, settings)).map(minutesOf))
    .filter((times) => times.length > 0);
  return mean(perRun.map((times) => times.reduce((sum, time) => sum + time, 0)));
}

/** How often a commit was built, as a multiple of its images and platforms: 1 when each was built once. */
export function buildsPerCommit(runs, jobsOf, settings) {
  const commits = new Map();
  for (const run of runs) {
    const jobs = (jobsOf.get(run.id) ?? []).filter((job) => built(job, settings));
    commits.set(run.head_sha, [...(commits.get(run.head_sha) ?? []), ...jobs]);
  }
  const counts = [...commits.values()].filter((jobs) => jobs.length > 0);
  return mean(counts.map((jobs) => jobs.length / new Set(jobs.map(({ name }) => name)).size));
}

/** Minutes from the first build run of a pull request's commit to the last verdict on that commit. */
export function totalMinutes(runs, statusesOf, consumers) {
  const times = [];
  for (const [sha, statuses] of statusesOf) {
    const ours = statuses.filter(({ context }) => consumers.includes(context));
    if (ours.length === 0 || ours.some(({ state }) => state === "pending")) continue;
    const start = Math.min(...runs.filter((run) => run.head_sha === sha).map((run) => Date.parse(run.created_at)));
    times.push((Math.max(...ours.map((status) => Date.parse(status.created_at))) - start) / MINUTE);
  }
  return mean(times.filter((time) => Number.isFinite(time) && time >= 0));
}

/** Runs whose tests were skipped, for instance since the build failed, do not count. */
export function testFailurePercent(runs, jobsOf, { testJobPrefix }) {
  return failurePercent(runs.filter(({ id }) => (jobsOf.get(id) ?? []).some((job) => job.name.startsWith(testJobPrefix) && ran(job))));
}

/** Of the pulls that were tried: those after which nothing fell back to the artifact. */
export function pullSuccessPercent(jobs, { pullStep, fallbackStep }) {
  const verdicts = jobs.flatMap((job) => {
    // A job that needs several images has a pair of steps for each, named after the image.
    const attempts = (job.steps ?? []).filter((step) => step.name.startsWith(pullStep) && ran(step));
    return attempts.map((pull) => {
      const fallback = stepOf(job, fallbackStep + pull.name.slice(pullStep.length));
      return isSuccess(pull) && !(fallback && ran(fallback));
    });
  });
  return percent(verdicts.filter(Boolean).length, verdicts.length);
}
