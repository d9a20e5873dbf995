/** Names of jobs and steps by which the metrics find them in what GitHub tells of a run. Its API knows no ids of steps. */

/** The job that decides what a run builds. */
export const PLAN_JOB = "Plan";

/** The job that calls a consumer's reusable workflow; GitHub puts its name and a slash before those of the called jobs. */
export const callingJob = (consumer: string): string => `Run ${consumer}`;

/** What the name of a job begins with that builds; the build's key follows. */
export const BUILD_JOB_PREFIX = "Build ";
/** The same of the job that makes one image of what several have built. */
export const PUBLISH_JOB_PREFIX = "Publish ";
/** The step that builds an image; it is skipped where the image is there already. */
export const BUILD_STEP = "Build";

/** The job that tests, before its matrix. */
export const TEST_JOB = "Test";
/** The step that takes the image, from wherever it can be had. */
export const TAKE_STEP = "Take the image";
/** The step that runs only when that was not the registry: GitHub's API tells no outputs, but what was skipped. */
export const NOT_PULLED_STEP = "Note that the registry did not give the image";

/** The artifact with the newest figures of the pipeline. */
export const METRICS_ARTIFACT = "ci-metrics";

/** The artifact with the newest report on flaky tests. */
export const FLAKES_ARTIFACT = "flakes";

/** The step that brings an image to where it is tested or used. */
export const DEPLOY_STEP = "Deploy the image";

/** The step that looks main's coverage up, which lies in a cache as well, but spares nobody any time. */
export const COVERAGE_OF_MAIN = "Take the coverage of main";

/** What every step begins with that restores a cache; the cache's name follows. */
export const RESTORE_CACHE = "Restore the cache ";
/** What the step begins with that runs only when the cache was not there: GitHub's API tells no outputs, but what was skipped. */
const CACHE_MISSED = "Note that the cache ";

export const restoreCacheStep = (cache: string): string => `${RESTORE_CACHE}${cache}`;
export const cacheMissStep = (cache: string): string => `${CACHE_MISSED}${cache} missed`;
export const saveCacheStep = (cache: string): string => `Save the cache ${cache}`;
