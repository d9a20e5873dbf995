// How large an image is, compressed, on each of its platforms: as much as whoever pulls it waits for.
import { isDigest } from "./digests.mjs";
import { readManifest } from "./images.mjs";
import { addSummary, closeGroup, code, fail, openGroup, say } from "./log.mjs";

/** What is said of each platform that has more bytes than it may. Ends the step where nobody can say how many it has. */
export async function findOversize(image, digest, maxBytes) {
  const facts = [`Image: ${image}`, `Digest: ${digest}`];
  openGroup(`Size of ${image}`);
  const whole = await manifestOf(image, digest, facts);
  // Attestations lie beside the images, for the platform "unknown/unknown". Nobody pulls them.
  const platforms = whole.manifests
    ? whole.manifests
        .filter(({ platform }) => platform?.os !== "unknown")
        .map(({ digest: one, platform }) => [one, nameOf(platform)])
    : [[digest, "image"]];
  if (platforms.length === 0) fail("The index lists no image.", facts);
  addSummary(`## Size of ${code(image)}\n\n| Platform | Compressed bytes | Limit |\n| --- | --- | --- |`);
  const problems = [];
  for (const [one, platform] of platforms) {
    if (!isDigest(one)) fail("The index names something that is no digest.", [`Named: ${one}`, ...facts]);
    const size = sizeOf(await manifestOf(image, one, facts));
    if (size === undefined) fail(`The manifest of ${platform} tells no sizes.`, [`Manifest: ${one}`, ...facts]);
    if (size > maxBytes) problems.push(`${platform} has ${size} bytes; ${maxBytes} are allowed.`);
    say(`${platform}: ${size} bytes, limit ${maxBytes}`);
    addSummary(`| ${size > maxBytes ? "❌" : "✅"} ${code(platform)} | ${size} | ${maxBytes} |`);
  }
  closeGroup();
  return problems.length > 0 ? [...problems, ...facts] : [];
}

const nameOf = ({ os, architecture, variant }) => [os, architecture, ...(variant ? [variant] : [])].join("/");

function sizeOf({ config, layers }) {
  const sizes = [config, ...(layers ?? [])].map((part) => part?.size);
  return sizes.every((size) => typeof size === "number") ? sizes.reduce((sum, size) => sum + size, 0) : undefined;
}

async function manifestOf(image, digest, facts) {
  const { state, manifest } = await readManifest(`${image}@${digest}`);
  if (state === "absent") fail("The registry has no such image. Re-run the build.", [`Manifest: ${digest}`, ...facts]);
  if (state === "unknown")
    fail("The registry cannot be asked for the image's size. Once it works again, re-run the failed jobs.", facts);
  return manifest;
}
