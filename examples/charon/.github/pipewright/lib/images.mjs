// Images in a registry, through `docker buildx imagetools`: nothing is pulled, and Docker's own logins hold.
import { createHash } from "node:crypto";
import { docker } from "./docker.mjs";
import { environment } from "./environment.mjs";
import { plain } from "./log.mjs";
import { retry } from "./retry.mjs";

/** What a registry answers about an image that it does not have. */
const NOT_THERE = /(: not found|[Mm]anifest unknown|MANIFEST_UNKNOWN|NAME_UNKNOWN)([^a-z]|$)/;

const attempts = () => Number(environment.ATTEMPTS ?? 3);
const delay = () => Number(environment.DELAY ?? 5);

/** `{ state: "there", output }`, `{ state: "absent" }` or `{ state: "unknown" }`, where the registry cannot be asked. */
async function inspect(words, policy = { attempts: attempts(), delaySeconds: delay() }) {
  return retry(policy.attempts, policy.delaySeconds, async () => {
    const { ok, output, error } = docker(["buildx", "imagetools", "inspect", ...words]);
    if (ok) return { done: true, value: { state: "there", output } };
    if (NOT_THERE.test(error)) return { done: true, value: { state: "absent" } };
    for (const line of error.split("\n")) if (line.trim() !== "") console.error(plain(line));
    return { done: false, value: { state: "unknown" } };
  });
}

/** The digest of an image: `{ state: "there", digest }`, or its state without one. @param policy how often it is asked */
export async function findManifest(reference, policy) {
  const found = await inspect(["--raw", reference], policy);
  if (found.state !== "there") return { state: found.state };
  return { state: "there", digest: `sha256:${createHash("sha256").update(found.output).digest("hex")}` };
}

/** The manifest itself: `{ state: "there", manifest }`, or its state without one. */
export async function readManifest(reference) {
  const found = await inspect(["--raw", reference]);
  return found.state === "there"
    ? { state: "there", manifest: JSON.parse(found.output.toString("utf8")) }
    : { state: found.state };
}

/** The name without tag or digest. */
export function repositoryOf(reference) {
  const name = reference.split("@")[0];
  const slash = name.lastIndexOf("/");
  return name.slice(0, slash + 1) + name.slice(slash + 1).split(":")[0];
}

/**
 * What the registry holds: `{ state: "there", digest, platforms, revision, recipe, created }`. The labels are empty where
 * the image's platforms differ in them.
 */
export async function readImage(reference) {
  const manifest = await findManifest(reference);
  if (manifest.state !== "there") return manifest;
  // By digest, so that what is read is one image even while the tag moves.
  const found = await inspect(["--format", "{{json .Image}}", `${repositoryOf(reference)}@${manifest.digest}`]);
  if (found.state !== "there") return { state: found.state };
  const image = JSON.parse(found.output.toString("utf8"));
  // One platform gives its configuration, several give a map of them.
  const configs = "architecture" in image ? [image] : Object.values(image);
  const label = (name) => {
    const values = new Set(configs.map(({ config }) => config?.Labels?.[name] ?? ""));
    return values.size === 1 ? [...values][0] : "";
  };
  return {
    ...manifest,
    platforms: configs
      .map(({ os, architecture, variant }) => [os, architecture, ...(variant ? [variant] : [])].join("/"))
      .sort(),
    revision: label("org.opencontainers.image.revision"),
    recipe: label("pipewright.recipe"),
    created: label("org.opencontainers.image.created"),
  };
}

/** The bills of materials that hang on an image: `{ state: "there", sboms: [{ platform, document }] }`, or its state. */
export async function readSboms(reference) {
  const found = await inspect(["--format", "{{json .SBOM}}", reference]);
  if (found.state !== "there") return { state: found.state };
  const sboms = JSON.parse(found.output.toString("utf8")) ?? {};
  // One platform gives the document itself, several give a map of them.
  const byPlatform = "SPDX" in sboms ? { "": sboms } : sboms;
  return {
    state: "there",
    sboms: Object.entries(byPlatform).flatMap(([platform, bill]) =>
      bill?.SPDX ? [{ platform, document: bill.SPDX }] : [],
    ),
  };
}

/** Whether an image is for all of these platforms. A variant that is not asked for does not matter. */
export const hasPlatforms = ({ platforms }, needed) =>
  needed.every((platform) => platforms.some((one) => one === platform || one.startsWith(`${platform}/v`)));

/**
 * Gives an image a tag, or another registry a copy, without pulling it. Several sources become one image of all their
 * platforms. A plain manifest stays one, so that its digest stays the same. Tells whether that was done.
 */
export const copyImage = (target, sources) =>
  retry(attempts(), delay(), async () => {
    const { ok, error } = docker([
      "buildx",
      "imagetools",
      "create",
      "--prefer-index=false",
      "--tag",
      target,
      ...sources,
    ]);
    if (!ok) for (const line of error.split("\n")) if (line.trim() !== "") console.error(plain(line));
    return { done: ok, value: ok };
  });

/** The same, and compares the digests afterwards. Does nothing where the target is the image already. */
export async function copyExactly(target, digest, source) {
  const before = await findManifest(target);
  if (before.digest === digest) {
    console.log(`${target} is ${digest} already.`);
    return true;
  }
  if (!(await copyImage(target, [source]))) return false;
  const after = await findManifest(target);
  if (after.state !== "there") return false;
  if (after.digest !== digest) {
    console.error(`${target} became ${after.digest} instead of ${digest}.`);
    return false;
  }
  console.log(`${target} is now ${digest}.`);
  return true;
}
