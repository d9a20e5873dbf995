// What is built and where it goes, as a bake file that is laid over the repository's own: one target for the layers, one
// for the archive and one for the push of each image. All of them pass the same, so that only the first does the work.
import { writeFileSync } from "node:fs";
import { posix } from "node:path";

/**
 * The group of all targets of a kind, and the target of one image. Bake merges groups of one name, so these are called as
 * nobody's own are.
 */
export const groupOf = (kind) => `pipewright-${kind}`;
export const targetOf = (kind, key) => `pipewright-${kind}-${key}`;

const temporary = (name) => `${process.env.RUNNER_TEMP}/${name}`;

/** The file where an image is saved on the runner. */
export const archivePath = (key) => temporary(`image-${key}.tar`);

/** What a text is to bake, to which a text of JSON is a template as well (HCL's "JSON Syntax Specification": "Expressions"). */
const literal = (text) => text.replace(/([$%])\{/g, "$1$1{");

/** Writes the file to where the step that builds finds it; gives its path. */
export function writeBakeFile(file, name = "bake.json") {
  const text = JSON.stringify(file, (_, value) => (typeof value === "string" ? literal(value) : value), 2);
  writeFileSync(temporary(name), text);
  return temporary(name);
}

/**
 * Writes a bake file that makes one image for a test on this runner, by Docker's own builder: it has no caches to write,
 * and holds an image of its own platform alone. Gives the file's path; its target is `targetOf("own", key)`.
 */
export function ownBuildFile({ key, build, tag, commit }) {
  const target = {
    ...definitionOf(build),
    args: filledAll(build.args, { version: "local", commit, created: "local" }),
    tags: [tag],
    platforms: [`linux/${process.arch === "arm64" ? "arm64" : "amd64"}`],
    output: ["type=docker"],
    "cache-to": [],
    attest: WITHOUT_ATTESTATIONS,
  };
  return writeBakeFile({ target: { [targetOf("own", key)]: target } }, `own-${key}.json`);
}

/** A target of the repository's own bake file, or a Dockerfile. */
const definitionOf = (build) =>
  build.bake
    ? { inherits: [build.bake.target] }
    : { ...sourceOf(build), ...(build.target !== null && { target: build.target }) };

/** Where something is built: to bake, a Dockerfile lies below the context; in the config it lies below the repository's root. */
export const sourceOf = ({ context, dockerfile }) => ({
  context,
  dockerfile: posix.relative(posix.resolve("/", context), posix.resolve("/", dockerfile)),
});

/** Text with the values of `{commit}` and its like; what has no value stays. */
const filled = (text, values) => text.replace(/\{([a-z]+)\}/g, (token, name) => values[name] ?? token);
const filledAll = (texts, values) =>
  Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, filled(value, values)]));

/**
 * @param builds of each image its `key`, its part of the plan as `build`, its `recipe`, and the `staging` tag that it is
 *   pushed as
 * @param run `{ platforms, entry, tag, values, fresh, cached, writesCache, attested, cacheBranch, mainCacheBranch, server,
 *   repository }`
 */
export function bakeFile(builds, run) {
  const group = (kind) => ({ [groupOf(kind)]: { targets: builds.map(({ key }) => targetOf(kind, key)) } });
  return {
    group: { ...group("layers"), ...group("archive"), ...group("push") },
    target: Object.assign({}, ...builds.map((one) => targetsOf(one, run))),
  };
}

function targetsOf({ key, build, staging, recipe }, run) {
  const base = targetOf("image", key);
  const { values } = run;
  const { version, commit, created } = values;
  const labels = {
    "org.opencontainers.image.revision": commit,
    "org.opencontainers.image.source": `${run.server}/${run.repository}`,
    "org.opencontainers.image.created": created,
    "org.opencontainers.image.version": version,
    "pipewright.recipe": recipe,
    ...filledAll(build.labels, values),
  };
  const cacheFrom = run.cached ? cacheSources(build, run) : [];
  const cacheTo = run.cached ? cacheTargets(build, run) : [];
  return {
    [base]: {
      ...definitionOf(build),
      // An argument decides the image, and no image is of one run alone.
      args: filledAll(build.args, { version, commit, created }),
      labels,
      platforms: run.platforms,
      ...(run.fresh && { pull: true }),
      ...(cacheFrom.length > 0 && { "cache-from": cacheFrom }),
      attest: WITHOUT_ATTESTATIONS,
    },
    [targetOf("layers", key)]: {
      inherits: [base],
      output: ["type=cacheonly"],
      ...(cacheTo.length > 0 && { "cache-to": cacheTo }),
    },
    [targetOf("archive", key)]: {
      inherits: [base],
      platforms: run.platforms.slice(0, 1),
      // An archive with several names, such as a bake file may give, could not be told apart by whoever loads it.
      tags: [`${build.image}:${run.tag}`],
      output: [`type=docker,dest=${archivePath(key)}`],
    },
    [targetOf("push", key)]: {
      inherits: [base],
      tags: [`${build.image}:${staging}`],
      output: ["type=registry"],
      ...(run.attested && { attest: attestations(build) }),
    },
  };
}

const WITHOUT_PROVENANCE = "type=provenance,disabled=true";
const WITHOUT_SBOM = "type=sbom,disabled=true";

/** Bake merges attestations by their type, so what is not wanted is said, whatever the repository's own file says. */
const WITHOUT_ATTESTATIONS = [WITHOUT_PROVENANCE, WITHOUT_SBOM];

/** Images for people carry a provenance attestation and a bill of materials. */
export const attestations = ({ provenance, sbom }) => [
  provenance ? `type=provenance,mode=${provenance}` : WITHOUT_PROVENANCE,
  sbom ? "type=sbom" : WITHOUT_SBOM,
];

const inRegistry = (build) => build.cache === "registry" || build.cache === "registry-per-branch";
const layersTag = (entry, branch) => `buildcache-${entry}-${branch}`;

/** The branch's own layers, and main's where it has none yet. */
function cacheSources(build, { entry, cacheBranch, mainCacheBranch }) {
  if (build.cache === "gha") return [`type=gha,scope=${build.cacheScope}-${entry}`];
  if (!inRegistry(build)) return [];
  const branches = [...new Set([cacheBranch, mainCacheBranch])];
  return branches.map((branch) => `type=registry,ref=${build.image}:${layersTag(entry, branch)}`);
}

/** A cache that cannot be written costs time later; BuildKit would fail the build for it. */
function cacheTargets(build, { entry, cacheBranch, writesCache }) {
  if (build.cache === "gha") return [`type=gha,scope=${build.cacheScope}-${entry},mode=max,ignore-error=true`];
  if (!inRegistry(build) || !writesCache(build)) return [];
  const reference = `${build.image}:${layersTag(entry, cacheBranch)}`;
  return [`type=registry,ref=${reference},mode=max,image-manifest=true,ignore-error=true`];
}
