// How long single jobs and steps take, against the time that was planned for them. Pure.
import {
  belongsTo,
  figure,
  isSuccess,
  jobMinutes,
  mean,
  median,
  percent,
  percentile,
  queueMinutesOf,
  rounded,
  stepMinutes,
  stepOf,
} from "./figures.mjs";

/**
 * Median and 95th percentile of each stage's jobs that succeeded, in minutes. A failure ends early, and a build that found
 * its image there took no time that anybody planned.
 */
export function stageTimes(stages, jobsOfWorkflow, { buildStep }) {
  return stages.flatMap((stage) => {
    const jobs = (jobsOfWorkflow.get(stage.workflow) ?? []).filter(
      (job) =>
        belongsTo(job, stage) && isSuccess(job) && (stage.kind !== "image" || isSuccess(stepOf(job, buildStep) ?? job)),
    );
    const minutes = jobs.map(jobMinutes).filter(Number.isFinite);
    if (minutes.length === 0) return [];
    return [
      { ...stage, median: rounded(median(minutes)), p95: rounded(percentile(minutes, 95)), sample: minutes.length },
    ];
  });
}

/** What takes longer than was planned: `maximum` by its 95th percentile, or else `budget` by its median. */
export function overBudget(times, { overTargetPercent }) {
  return times.flatMap(({ name, median: middle, p95, targetMinutes: target, maximumMinutes: maximum }) => {
    if (typeof maximum === "number" && p95 > maximum)
      return [
        {
          event: "maximum",
          text: `${name}: one job in twenty takes ${p95} min or longer, over the maximum of ${rounded(maximum)} min.`,
        },
      ];
    if (typeof target === "number" && middle > target * (1 + overTargetPercent / 100))
      return [
        {
          event: "budget",
          text: `${name} takes ${middle} min in the median, more than ${overTargetPercent} % over the target of ${rounded(target)} min.`,
        },
      ];
    return [];
  });
}

/** The tests of the slowest consumer, in the median. */
export function testMinutes(times) {
  const tests = times.filter(({ kind }) => kind === "test");
  return figure(
    Math.max(...tests.map((one) => one.median)),
    tests.reduce((sum, { sample }) => sum + sample, 0),
  );
}

/** Deployments of an image that succeeded, in minutes. */
export function deployMinutes(jobs, { deployStep }) {
  const steps = jobs.flatMap((job) => (job.steps ?? []).filter((step) => step.name === deployStep && isSuccess(step)));
  return mean(steps.map(stepMinutes).filter(Number.isFinite));
}

export const queueMinutes = (jobs) =>
  mean(jobs.map(queueMinutesOf).filter((time) => Number.isFinite(time) && time >= 0));

/**
 * Every restore of a cache: its name, whether it was there, and the seconds that it took. GitHub tells no outputs of
 * steps; the one that follows a restore is skipped after a hit, and runs after a miss.
 */
export function cacheReads(jobs, { restoreCache, cacheMissed }) {
  return jobs.flatMap((job) =>
    (job.steps ?? []).flatMap((step) => {
      if (!step.name.startsWith(restoreCache) || !isSuccess(step)) return [];
      const name = step.name.slice(restoreCache.length);
      const note = stepOf(
        job,
        cacheMissed.replace("{cache}", () => name),
      );
      if (note?.conclusion !== "skipped" && note?.conclusion !== "success") return [];
      return [{ name, hit: note.conclusion === "skipped", seconds: stepMinutes(step) * 60 }];
    }),
  );
}

export const cacheHitPercent = (reads) => percent(reads.filter(({ hit }) => hit).length, reads.length);
export const cacheRestoreSeconds = (reads) =>
  mean(reads.filter(({ hit, seconds }) => hit && Number.isFinite(seconds)).map(({ seconds }) => seconds));

/** The same figures by cache, in the order of their names. */
export function cachesByName(reads) {
  const names = [...new Set(reads.map(({ name }) => name))].sort();
  return names.map((name) => {
    const own = reads.filter((read) => read.name === name);
    return {
      name,
      hitPercent: cacheHitPercent(own).value,
      restoreSeconds: cacheRestoreSeconds(own).value,
      sample: own.length,
    };
  });
}
