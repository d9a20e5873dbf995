// The versions of a package, from GitHub's package API or from the registry alone: `{ digest, tags, time }` and the
// manifests behind them, with `tagsNow` and `remove` for one version.
import { subjectsIn } from "./decide.mjs";
import { githubApi } from "./github.mjs";
import { inParallel } from "./http.mjs";
import { readManifests, registryApi } from "./oci.mjs";

/** No image is older than Docker: such a date is a placeholder of a reproducible build, and tells no age. */
const FIRST_IMAGES = Date.parse("2013-03-01T00:00:00Z");
const ROLE = "GitHub answers so too when the token lacks rights: the package's settings, under Manage Actions access, must give this repository the role Admin, and the job needs `packages: write`.";

/** Opens a package as the settings describe it; `mode` is "packages" or "oci". */
export function openPackage({ owner, name, host, repository, registryUrl }, { mode, ownerKind }) {
  const { GITHUB_API_URL, GH_TOKEN, REGISTRY_USERNAME: username, REGISTRY_PASSWORD: password } = process.env;
  const registry = registryApi(registryUrl ?? `https://${host}`, repository, { username, password });
  return mode === "oci" ? registryVersions(registry) : packageVersions(githubApi(GITHUB_API_URL, GH_TOKEN), registry, owner, name, ownerKind);
}

/** ghcr.io answers deletes with 405; its versions are listed and deleted by GitHub. */
function packageVersions(github, registry, owner, name, ownerKind) {
  let base;
  const tagsOf = ({ metadata }) => metadata?.container?.tags ?? [];
  return {
    async list() {
      const kind = ownerKind ?? ((await github.get(`/users/${owner}`)).type === "Organization" ? "organization" : "user");
      base = `/${kind === "organization" ? "orgs" : "users"}/${owner}/packages/container/${encodeURIComponent(name)}/versions`;
      const listed = await github.all(base).catch((error) => {
        throw error.status === 404 ? new Error(`${error.message}. No image was pushed yet, or: ${ROLE}`) : error;
      });
      const byDigest = new Map();
      for (const item of listed) {
        // The API has no date per tag. A version that changed lately may have a new tag: the younger date counts.
        const time = Math.max(Date.parse(item.created_at), Date.parse(item.updated_at ?? item.created_at));
        byDigest.set(item.name, { id: item.id, digest: item.name, tags: tagsOf(item), time });
      }
      return { versions: [...byDigest.values()], manifests: await readManifests(registry, [...byDigest.keys()]) };
    },
    tagsNow: async ({ id }) => tagsOf(await github.get(`${base}/${id}`)),
    async remove({ id }) {
      try {
        await github.remove(`${base}/${id}`);
        return undefined;
      } catch (error) {
        if (/last tagged version|5,?000 downloads/i.test(error.reason)) return error.reason;
        throw error.status === 404 ? new Error(`${error.message}. ${ROLE}`) : error;
      }
    },
  };
}

/** Any other registry: tags and manifests are all there is; deleting a manifest deletes every tag on it. */
function registryVersions(registry) {
  const known = new Set();

  /** The younger of the config's date and the label's; NaN when there is none. */
  async function created(manifest) {
    const config = await registry.json(manifest.config).catch(() => undefined);
    const dates = [config?.created, config?.config?.Labels?.["org.opencontainers.image.created"]].map((text) => Date.parse(text));
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
      for (const digest of manifests.keys()) if (!byDigest.has(digest)) byDigest.set(digest, { digest, tags: [], time: NaN });
      const images = [...manifests].filter(([, manifest]) => manifest?.config);
      const dates = new Map(await inParallel(images, async ([digest, manifest]) => [digest, await created(manifest)]));
      for (const version of byDigest.values()) version.time = timeOf(version.digest, byDigest, manifests, dates);
      return { versions: [...byDigest.values()], manifests };
    },
    async tagsNow({ digest, tags }) {
      const now = await registry.tags();
      const fresh = now.filter((tag) => !known.has(tag));
      const digests = await inParallel([...tags.filter((tag) => now.includes(tag)), ...fresh], async (tag) => [tag, await registry.digestOf(tag)]);
      return digests.filter(([, found]) => found === digest).map(([tag]) => tag);
    },
    async remove({ digest }) {
      await registry.remove(digest);
      return undefined;
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
  const subjects = [...subjectsIn(versions.get(digest).tags), ...(manifest.subject ? [manifest.subject] : [])].filter((subject) => manifests.has(subject) && subject !== digest);
  if (subjects.length > 0) return Math.max(...subjects.map(time), Number.isFinite(own) ? own : -Infinity);
  if (manifest.isIndex) return Math.max(...manifest.children.filter((child) => manifests.has(child) && !manifest.attestations.includes(child)).map(time));
  if (Number.isFinite(own)) return own;
  const holders = [...manifests].filter(([, other]) => other?.attestations.includes(digest)).map(([holder]) => holder);
  return Math.max(...holders.map(time));
}
