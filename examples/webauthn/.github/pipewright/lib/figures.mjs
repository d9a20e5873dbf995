// The figures of a pipeline, computed from runs, jobs and statuses as GitHub lists them. Pure. Each figure is
// `{ value, sample }`; the value is null where there was nothing to compute it from.

const MINUTE = 60_000;
export const rounded = (value) => Math.round(value * 100) / 100;
export const figure = (value, sample) => ({ value: sample > 0 ? rounded(value) : null, sample });
export const mean = (values) => figure(values.reduce((sum, value) => sum + value, 0) / values.length, values.length);
export const percent = (part, whole) => figure((100 * part) / whole, whole);

/** The smallest of the values that at least `rank` percent of them do not exceed; undefined where there are none. */
export const percentile = (values, rank) =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil((rank / 100) * values.length) - 1)];
export const median = (values) => percentile(values, 50);

export const isFailure = ({ conclusion }) => ["failure", "timed_out", "startup_failure"].includes(conclusion);
export const isSuccess = ({ conclusion }) => conclusion === "success";
/** Of the runs that came to a verdict: cancelled and skipped ones say nothing. */
export const failurePercent = (runs) =>
  percent(runs.filter(isFailure).length, runs.filter((run) => isFailure(run) || isSuccess(run)).length);
export const successPercent = (runs) =>
  percent(runs.filter(isSuccess).length, runs.filter((run) => isFailure(run) || isSuccess(run)).length);

export const ran = ({ conclusion }) => conclusion !== null && conclusion !== "skipped" && conclusion !== "cancelled";
export const stepOf = (job, name) => (job.steps ?? []).find((step) => step.name === name);
const minutesBetween = (start, end) => (Date.parse(end) - Date.parse(start)) / MINUTE;
export const stepMinutes = ({ started_at: start, completed_at: end }) => minutesBetween(start, end);
/** GitHub sets a job's `started_at` when it is queued, and does not always move it when a runner takes the job: its first step tells. */
const startOf = (job) => job.steps?.[0]?.started_at ?? job.started_at;
export const jobMinutes = (job) => minutesBetween(startOf(job), job.completed_at);
/** How long the job waited for its runner; NaN where GitHub does not say. */
export const queueMinutesOf = (job) => minutesBetween(job.created_at, job.steps?.[0]?.started_at);

/** Whether the job is one of this stage's: its name is the stage's, or that with the matrix in parentheses. */
export const belongsTo = (job, stage) => job.name === stage.job || job.name.startsWith(`${stage.job} (`);

/** A build job that found the commit's image already there built nothing: it skipped its build step. */
function built(job, { names, stages }) {
  const isBuild = stages.some((stage) => stage.kind !== "test" && belongsTo(job, stage));
  if (!isBuild || job.name === names.ready || !ran(job)) return false;
  const step = stepOf(job, names.buildStep);
  return step === undefined || ran(step);
}

/** Minutes that the build jobs of a pull request's commit took together, where something was built. */
export function buildMinutes(runs, jobsOf, settings) {
  const perRun = runs
    .filter((run) => run.event === "pull_request" && isSuccess(run))
    .map((run) => (jobsOf.get(run.id) ?? []).filter((job) => built(job, settings)).map(jobMinutes))
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

/**
 * Every image that a run asked for, with whether it was there already: its job was skipped since the plan had found an
 * unchanged one, or skipped its build step since the commit's image was there. `minutes` are those of all its jobs.
 */
export function imagesAsked(runs, jobsOf, settings) {
  return runs.flatMap((run) => {
    const jobs = jobsOf.get(run.id) ?? [];
    // Without a plan, everything is skipped.
    if (!jobs.some((job) => belongsTo(job, { job: settings.names.plan }) && isSuccess(job))) return [];
    return settings.stages.flatMap((stage) => {
      const isOwn = (job) => belongsTo(job, stage) && job.name !== settings.names.ready;
      const own = stage.kind === "image" ? jobs.filter(isOwn) : [];
      if (own.length === 0 || own.some(({ conclusion }) => conclusion === null || conclusion === "cancelled"))
        return [];
      const reused = own.every((job) => job.conclusion === "skipped" || (isSuccess(job) && !built(job, settings)));
      return [
        {
          run,
          image: stage.name,
          reused,
          succeeded: own.every((job) => !isFailure(job)),
          minutes: own.filter((job) => built(job, settings)).reduce((sum, job) => sum + jobMinutes(job), 0),
        },
      ];
    });
  });
}

export const reusePercent = (asked) => percent(asked.filter(({ reused }) => reused).length, asked.length);
/** What one build takes in the median, all its platforms together; undefined where nothing was built. */
export const medianBuildMinutes = (asked) =>
  median(asked.filter(({ reused, succeeded }) => !reused && succeeded).map(({ minutes }) => minutes));

/** Minutes from the first build run of a commit to the last verdict on that commit, by commit. */
export function verdictMinutes(runs, statusesOf, jobsOf, settings) {
  const times = new Map();
  for (const [sha, statuses] of statusesOf) {
    const own = runs.filter((run) => run.head_sha === sha);
    const ours = [
      ...statuses.filter(({ context }) => settings.consumers.includes(context)),
      ...verdictsInRun(own, jobsOf, settings),
    ];
    if (ours.length === 0 || ours.some(({ state }) => state === "pending")) continue;
    const start = Math.min(...own.map((run) => Date.parse(run.created_at)));
    const time = (Math.max(...ours.map((status) => Date.parse(status.created_at))) - start) / MINUTE;
    if (Number.isFinite(time) && time >= 0) times.set(sha, time);
  }
  return times;
}

/** Consumers that are called in the build's own run give their verdict there: one job for all of them, or one for each. */
function verdictsInRun(runs, jobsOf, { verdicts }) {
  const gates = runs.flatMap((run) => (jobsOf.get(run.id) ?? []).filter(({ name }) => verdicts.includes(name)));
  return gates
    .filter(({ conclusion }) => conclusion !== "skipped")
    .map((job) => ({ state: job.completed_at ? job.conclusion : "pending", created_at: job.completed_at }));
}

/** One verdict a consumer and run. Runs whose tests were skipped, for instance since the build failed, do not count. */
export function testVerdicts(runsOf, jobsOf, settings) {
  return settings.stages
    .filter(({ kind }) => kind === "test")
    .flatMap((stage) =>
      (runsOf.get(stage.workflow) ?? []).flatMap((run) => {
        const tests = (jobsOf.get(run.id) ?? []).filter((job) => belongsTo(job, stage) && ran(job));
        if (tests.length === 0) return [];
        // In a run of its own, the run's result is the consumer's.
        const isAlone = settings.stages.every((other) => other === stage || other.workflow !== stage.workflow);
        if (stage.workflow !== settings.build && isAlone) return [run];
        return [tests.find(isFailure) ?? { conclusion: "success" }];
      }),
    );
}

/** Of the jobs that took images: those that needed nothing in the registry's place. Of a fork's, no registry was asked. */
export function pullSuccessPercent(jobs, { pullStep, fallbackStep }) {
  const verdicts = jobs.flatMap((job) => {
    const pull = stepOf(job, pullStep);
    const fallback = stepOf(job, fallbackStep);
    return pull && ran(pull) ? [isSuccess(pull) && !(fallback && ran(fallback))] : [];
  });
  return percent(verdicts.filter(Boolean).length, verdicts.length);
}
