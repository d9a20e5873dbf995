// A registry's OCI distribution API, with the login that it asks for.
import { ask, httpError, inParallel } from "./http.mjs";
import { say } from "./log.mjs";

const MANIFEST_TYPES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.artifact.manifest.v1+json",
].join(", ");
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** A client for one repository of the registry at `url`, such as `wikid82/charon` of `https://ghcr.io`. */
export function registryApi(url, repository, { username, password } = {}) {
  const basic = username && password ? `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` : undefined;
  let authorization;

  /** Answers a challenge: with the login itself, or with a token that the registry's token service gives for it. */
  async function logIn(challenge) {
    if (!/^bearer /i.test(challenge)) return basic;
    const field = (name) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
    const address = new URL(field("realm") ?? "");
    for (const name of ["service", "scope"]) if (field(name)) address.searchParams.set(name, field(name));
    const answer = await ask(address, { headers: basic ? { authorization: basic } : {} });
    if (answer.status !== 200) throw httpError(`${address.host} refused the login with ${answer.status}.`, answer.status);
    const { token, access_token: accessToken } = JSON.parse(answer.text);
    return `Bearer ${token ?? accessToken}`;
  }

  async function request(method, target, accept) {
    const send = () => ask(target, { method, headers: { ...(accept ? { accept } : {}), ...(authorization ? { authorization } : {}) } });
    let answer = await send();
    if (answer.status === 401) {
      authorization = await logIn(answer.headers.get("www-authenticate") ?? "");
      answer = await send();
    }
    if (answer.status < 300) return answer;
    throw Object.assign(httpError(`${method} ${target} was answered with ${answer.status}.`, answer.status), { attempt: answer.attempt });
  }

  const at = (path) => `${url}/v2/${repository}/${path}`;

  /** Every tag of the repository. */
  async function tags() {
    const found = [];
    for (let target = new URL(at("tags/list?n=100")); target; ) {
      const answer = await request("GET", target.href);
      found.push(...(JSON.parse(answer.text).tags ?? []));
      const next = /<([^>]+)>;\s*rel="?next"?/.exec(answer.headers.get("link") ?? "")?.[1];
      // Behind a proxy the answer may name another origin; the login goes to this registry only.
      const following = next ? new URL(next, target) : undefined;
      target = following ? new URL(`${following.pathname}${following.search}`, target.origin) : undefined;
    }
    return found;
  }

  return {
    tags,
    /** The digest behind a tag. */
    async digestOf(tag) {
      const digest = (await request("HEAD", at(`manifests/${tag}`), MANIFEST_TYPES)).headers.get("docker-content-digest");
      if (!DIGEST.test(digest ?? "")) throw httpError(`The registry did not say which digest the tag ${tag} has.`, 0);
      return digest;
    },
    manifest: async (digest) => parseManifest((await request("GET", at(`manifests/${digest}`), MANIFEST_TYPES)).text),
    json: async (digest) => JSON.parse((await request("GET", at(`blobs/${digest}`))).text),
    /** Deletes a manifest with all its tags. */
    async remove(digest) {
      try {
        await request("DELETE", at(`manifests/${digest}`));
      } catch (error) {
        if (error.status === 404 && error.attempt > 1) return;
        if (error.status !== 405) throw error;
        throw httpError("The registry does not allow deletes (405). Enable them there: `storage.delete.enabled` of distribution.", 405);
      }
    },
  };
}

/** What matters of a manifest, by its fields rather than its type. Throws on anything that does not look like one. */
function parseManifest(text) {
  const { manifests, config, layers, blobs, subject } = JSON.parse(text);
  if (!manifests && !config && !layers && !blobs) throw httpError("The registry answered with something that is no manifest.", 0);
  const children = (manifests ?? []).map(({ digest }) => digest);
  const content = [config, ...(layers ?? []), ...(blobs ?? [])].filter(Boolean).map(({ digest, size }) => ({ digest, size }));
  if ([...children, ...(subject ? [subject.digest] : [])].some((digest) => typeof digest !== "string")) throw httpError("A manifest refers to something without a digest.", 0);
  const attestations = (manifests ?? []).filter(({ platform }) => platform?.os === "unknown").map(({ digest }) => digest);
  return { isIndex: Boolean(manifests), children, attestations, subject: subject?.digest, config: config?.digest, blobs: content };
}

/**
 * Reads these manifests and all that they refer to: digest -> manifest, or null where one could not be read. A manifest
 * that only an index names and that the registry does not have is left out: it holds nothing.
 */
export async function readManifests(registry, digests) {
  const found = new Map();
  const listed = new Set(digests);
  const asked = new Set(digests);
  for (let wanted = [...asked]; wanted.length > 0; ) {
    await inParallel(wanted, async (digest) => {
      try {
        found.set(digest, await registry.manifest(digest));
      } catch (error) {
        if (error.status === 404 && !listed.has(digest)) return;
        say(`The manifest ${digest} could not be read: ${error.message}`);
        found.set(digest, null);
      }
    });
    const children = wanted.flatMap((digest) => found.get(digest)?.children ?? []);
    wanted = [...new Set(children)].filter((digest) => !asked.has(digest));
    for (const digest of wanted) asked.add(digest);
  }
  return found;
}

/** The bytes of every blob that these manifests name, each blob once; blobs of `except` do not count. */
export function sizeOf(manifests, except = []) {
  const elsewhere = new Set(except.flatMap(({ blobs }) => blobs.map(({ digest }) => digest)));
  const sizes = new Map(manifests.flatMap(({ blobs }) => blobs.map(({ digest, size }) => [digest, Number(size) || 0])));
  let bytes = 0;
  for (const [digest, size] of sizes) if (!elsewhere.has(digest)) bytes += size;
  return bytes;
}
