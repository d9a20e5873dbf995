// Versions that GitHub's package API lists and deletes; the registry only shows what they refer to.
import { environment } from "./environment.mjs";
import { readManifests } from "./oci.mjs";

const ROLE =
  "GitHub answers so too when the token lacks rights: the package's settings, under Manage Actions access, must give this repository the role Admin, and the job needs `packages: write`.";
/** How often a version is looked for that was pushed a moment ago, which GitHub lists a little later. */
const LOOKS = 6;

/** ghcr.io answers deletes with 405; its versions are listed and deleted by GitHub. */
export function packageVersions(github, registry, owner, name, ownerKind) {
  let base;
  const tagsOf = ({ metadata }) => metadata?.container?.tags ?? [];

  /** Where the versions are, which differs between users and organizations. */
  async function find() {
    if (base) return;
    const kind = ownerKind ?? ((await github.get(`/users/${owner}`)).type === "Organization" ? "organization" : "user");
    base = `/${kind === "organization" ? "orgs" : "users"}/${owner}/packages/container/${encodeURIComponent(name)}/versions`;
  }

  /** Deletes a version. GitHub keeps some whatever one may do: then it says why. */
  async function remove({ id }) {
    try {
      await github.remove(`${base}/${id}`);
      return undefined;
    } catch (error) {
      if (/last tagged version|5,?000 downloads/i.test(error.reason)) return error.reason;
      throw error.status === 404 ? new Error(`${error.message}. ${ROLE}`) : error;
    }
  }

  /** The version of an image that was pushed just now; undefined when GitHub does not list it yet. */
  async function pushed(digest) {
    for (let look = 1; ; look += 1) {
      const found = (await github.all(base)).find((item) => item.name === digest);
      if (found || look === LOOKS) return found;
      await new Promise((resolve) => setTimeout(resolve, look * 1000 * Number(environment.RETRY_SECONDS ?? 5)));
    }
  }

  return {
    async list() {
      await find();
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
    remove,
    /** A tag cannot be removed from a version: it goes to an image without content, which is then deleted. */
    async removeTag(_version, tag) {
      await find();
      const digest = await registry.replace(tag);
      const found = await pushed(digest);
      if (!found) return `an image without content keeps the tag ${tag}, since GitHub does not list it yet`;
      if (tagsOf(found).some((other) => other !== tag))
        return `an image without content keeps the tag ${tag}, since it has got another tag`;
      const refusal = await remove(found);
      return refusal && `an image without content keeps the tag ${tag}: ${refusal}`;
    },
  };
}
