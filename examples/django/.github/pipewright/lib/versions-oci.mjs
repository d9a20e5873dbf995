// Versions of a registry that speaks nothing but the OCI distribution API.
import { subjectsIn } from "./decide.mjs";
import { inParallel } from "./http.mjs";
import { readManifests } from "./oci.mjs";

/** No image is older than Docker: such a date is a placeholder of a reproducible build, and tells no age. */
const FIRST_IMAGES = Date.parse("2013-03-01T00:00:00Z");

/** Any other registry: tags and manifests are all there is; deleting a manifest deletes every tag on it. */
export function registryVersions(registry) {
  const known = new Set();

  /** The younger of the config's date and the label's; NaN when there is none. */
  async function created(manifest) {
    const config = await registry.json(manifest.config).catch(() => undefined);
    const dates = [config?.created, config?.config?.Labels?.["org.opencontainers.image.created"]].map((text) =>
      Date.parse(text),
    );
    return Math.max(...dates.filter((date) => date >= FIRST_IMAGES), -Infinity);
  }

  return {
    async list() {
      const tags = await registry.tags();
      const digests = await inParallel(tags, (tag) => registry.digestOf(tag));
      const byDigest = new Map(digests.map((digest) => [digest, { digest, tags: [], time: NaN }]));
      tags.forEach((tag, index) => byDigest.get(digests[index]).tags.push(tag));
      for (const tag of tags) known.add(tag);
      const manifests = await readManifests(registry, [...byDigest.keys()]);
      for (const digest of manifests.keys())
        if (!byDigest.has(digest)) byDigest.set(digest, { digest, tags: [], time: NaN });
      const images = [...manifests].filter(([, manifest]) => manifest?.config);
      const dates = new Map(await inParallel(images, async ([digest, manifest]) => [digest, await created(manifest)]));
      for (const version of byDigest.values()) version.time = timeOf(version.digest, byDigest, manifests, dates);
      return { versions: [...byDigest.values()], manifests };
    },
    async tagsNow({ digest, tags }) {
      const now = await registry.tags();
      const fresh = now.filter((tag) => !known.has(tag));
      const digests = await inParallel([...tags.filter((tag) => now.includes(tag)), ...fresh], async (tag) => [
        tag,
        await registry.digestOf(tag),
      ]);
      return digests.filter(([, found]) => found === digest).map(([tag]) => tag);
    },
    async remove({ digest, tags }) {
      await registry.remove(digest, tags);
      return undefined;
    },
    async removeTag(_version, tag) {
      const stays = await registry.removeTag(tag);
      return stays ? `an image without content keeps the tag ${tag}, since this registry does not delete` : undefined;
    },
  };
}

/**
 * The age of a manifest of a registry that keeps no dates: an index is as young as its youngest image, and what is about
 * an image as young as that image. NaN when one of the dates is missing: then the version is kept.
 */
function timeOf(digest, versions, manifests, dates) {
  const manifest = manifests.get(digest);
  if (!manifest) return NaN;
  const time = (other) => timeOf(other, versions, manifests, dates);
  const own = dates.get(digest) ?? NaN;
  const subjects = [...subjectsIn(versions.get(digest).tags), ...(manifest.subject ? [manifest.subject] : [])].filter(
    (subject) => manifests.has(subject) && subject !== digest,
  );
  if (subjects.length > 0) return Math.max(...subjects.map(time), Number.isFinite(own) ? own : -Infinity);
  if (manifest.isIndex)
    return Math.max(
      ...manifest.children.filter((child) => manifests.has(child) && !manifest.attestations.includes(child)).map(time),
    );
  if (Number.isFinite(own)) return own;
  const holders = [...manifests].filter(([, other]) => other?.attestations.includes(digest)).map(([holder]) => holder);
  return Math.max(...holders.map(time));
}
