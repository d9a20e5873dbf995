/** Names under which results show on a commit or run. A branch rule may hold them, so they change for nobody's convenience. */

/** What sets the names of one of several pipelines apart. */
export const ofMember = (member: string | undefined): string => (member === undefined ? "" : ` (${member})`);

/**
 * A name in a space that all pipelines of a repository share: caches, artifacts that later runs look for, categories of
 * code scanning, comments. A key holds no dot, so what begins with one is that pipeline's alone.
 */
export const inRepository = ({ member }: { member: string | undefined }, name: string): string =>
  member === undefined ? name : `${member}.${name}`;

/** The job of the build workflow that fails unless everything before it did its work. */
export const READY_CHECK = "Build ready";

/** The job that passes only where all that is required has: the one name to require. */
export const GATE_CHECK = "All checks";

/** The job that calls the workflow that builds; GitHub puts its name and a slash before those of the called jobs. */
export const BUILDS_CALL = "Build";
/** The same for files, where they are apart. */
export const FILES_CALL = "Make files";

/** The same job of the nightly build. */
export const NIGHTLY_READY_CHECK = "Nightly ready";

/** The job that fails when the committed workflows are not what the config compiles to. */
export const CONFIG_CHECK = "Workflows match the config";

/** Keeps a nightly verdict apart from the commit's own: both are posted on the same commit. */
export const NIGHTLY_SUFFIX = " (nightly)";

/** Keeps the verdict of a release apart in the same way. */
export const RELEASE_SUFFIX = " (release)";

/** The job that succeeds only when everything that was to be published is: by it the next run knows what is new. */
export const PUBLISHED_CHECK = "Published";

/** The artifact with the figures of a consumer's coverage. */
export const coverageArtifact = (consumer: string): string => `coverage-${consumer}`;

/** What the artifacts with a consumer's results begin with; a key holds no dot, so no beginning is that of another. */
export const junitArtifact = (consumer: string): string => `junit.${consumer}.`;

/** What the keys of a cache begin with, and those of no other one. */
export const cacheKeyBeginning = (pipeline: { member: string | undefined }, cache: string): string =>
  `${inRepository(pipeline, cache)}--`;

/** The artifact with what a consumer's container said, which no artifact of the config may be called. */
export const CONTAINER_LOGS = "container-logs";
