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

/** The descriptor of `{}`, which stands where a manifest must name a blob and has none (OCI image specification: "Guidance for an Empty Descriptor"). */
const EMPTY = {
  mediaType: "application/vnd.oci.empty.v1+json",
  digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
  size: 2,
};

/** A client for one repository of the registry at `url`, such as `wikid82/charon` of `https://ghcr.io`. */
export function registryApi(url, repository, { username, password } = {}) {
  // Fly.io's tokens are written with their scheme, which is no part of the password.
  const secret = password?.replace(/^FlyV1 /, "");
  const basic = username && secret ? `Basic ${Buffer.from(`${username}:${secret}`).toString("base64")}` : undefined;
  let authorization;

  /** Answers a challenge: with the login itself, or with a token that the registry's token service gives for it. */
  async function logIn(challenge) {
    if (!/^bearer /i.test(challenge)) return basic;
    const field = (name) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
    const address = new URL(field("realm") ?? "");
    for (const name of ["service", "scope"]) if (field(name)) address.searchParams.set(name, field(name));
    const answer = await ask(address, { headers: basic ? { authorization: basic } : {} });
    if (answer.status !== 200)
      throw httpError(`${address.host} refused the login with ${answer.status}.`, answer.status);
    const { token, access_token: accessToken } = JSON.parse(answer.text);
    return `Bearer ${token ?? accessToken}`;
  }

  async function request(method, target, { accept, type, body } = {}) {
    const send = () =>
      ask(target, {
        method,
        body,
        headers: {
          ...(accept ? { accept } : {}),
          ...(type ? { "content-type": type } : {}),
          ...(authorization ? { authorization } : {}),
        },
      });
    let answer = await send();
    if (answer.status === 401) {
      authorization = await logIn(answer.headers.get("www-authenticate") ?? "");
      answer = await send();
    }
    if (answer.status < 300) return answer;
    throw Object.assign(httpError(`${method} ${target} was answered with ${answer.status}.`, answer.status), {
      attempt: answer.attempt,
      code: codeOf(answer.text),
    });
  }

  const at = (path) => `${url}/v2/${repository}/${path}`;
  /** Behind a proxy an answer may name another origin; the login goes to this registry only. */
  const here = (address) => {
    const named = new URL(address, url);
    return `${new URL(url).origin}${named.pathname}${named.search}`;
  };

  /** Every tag of the repository. */
  async function tags() {
    const found = [];
    for (let target = at("tags/list?n=100"); target;) {
      const answer = await request("GET", target);
      found.push(...(JSON.parse(answer.text).tags ?? []));
      const next = /<([^>]+)>;\s*rel="?next"?/.exec(answer.headers.get("link") ?? "")?.[1];
      target = next && here(next);
    }
    return found;
  }

  /** Deletes a manifest with all its tags. An error with `refuses` says that the registry deletes nothing at all. */
  async function remove(digest, ofTags = []) {
    try {
      await request("DELETE", at(`manifests/${digest}`));
    } catch (error) {
      if (error.status === 404 && error.attempt > 1) return;
      // Google's registries want the tags to go first.
      if (error.code === "GOOGLE_MANIFEST_DANGLING_TAG" && ofTags.length > 0) {
        for (const tag of ofTags) await request("DELETE", at(`manifests/${tag}`));
        await remove(digest);
        return;
      }
      if (error.status !== 405 && error.code !== "UNSUPPORTED") throw error;
      const message = `This registry does not delete images (${error.status}). If it is distribution, set \`storage.delete.enabled\` there; otherwise delete by its own means, and set \`retention: false\` in the configuration.`;
      throw Object.assign(httpError(message, error.status), { refuses: true });
    }
  }

  /** Gives a tag to an image without content, which nothing else has: its digest. */
  async function replace(tag) {
    const blob = await request("HEAD", at(`blobs/${EMPTY.digest}`)).catch((error) => {
      if (error.status !== 404) throw error;
    });
    if (!blob) {
      const upload = new URL(here((await request("POST", at("blobs/uploads/"))).headers.get("location") ?? ""));
      upload.searchParams.set("digest", EMPTY.digest);
      await request("PUT", upload.href, { type: "application/octet-stream", body: "{}" });
    }
    const annotations = { "pipewright.withdrawn": tag, "pipewright.id": crypto.randomUUID() };
    const type = "application/vnd.oci.image.manifest.v1+json";
    await request("PUT", at(`manifests/${tag}`), {
      type,
      body: JSON.stringify({ schemaVersion: 2, mediaType: type, config: EMPTY, layers: [EMPTY], annotations }),
    });
    return digestOf(tag);
  }

  /** The digest behind a tag. */
  async function digestOf(tag) {
    const digest = (await request("HEAD", at(`manifests/${tag}`), { accept: MANIFEST_TYPES })).headers.get(
      "docker-content-digest",
    );
    if (!DIGEST.test(digest ?? "")) throw httpError(`The registry did not say which digest the tag ${tag} has.`, 0);
    return digest;
  }

  /** Takes a tag away and leaves the image that had it. Returns whether an image without content keeps the tag. */
  async function removeTag(tag) {
    const digest = await replace(tag);
    try {
      await remove(digest, [tag]);
      return false;
    } catch (error) {
      if (!error.refuses) throw error;
    }
    return request("DELETE", at(`manifests/${tag}`)).then(
      () => false,
      () => true,
    );
  }

  return {
    tags,
    digestOf,
    manifest: async (digest) =>
      parseManifest((await request("GET", at(`manifests/${digest}`), { accept: MANIFEST_TYPES })).text),
    json: async (digest) => JSON.parse((await request("GET", at(`blobs/${digest}`))).text),
    remove,
    removeTag,
    replace,
  };
}

/** The first error code of an answer (OCI distribution specification: "Error Codes"). */
function codeOf(text) {
  try {
    const { errors } = JSON.parse(text);
    const found = errors.map(({ code, message }) =>
      /GOOGLE_MANIFEST_DANGLING_TAG/.test(`${code} ${message}`) ? "GOOGLE_MANIFEST_DANGLING_TAG" : code,
    );
    return String(found[0]);
  } catch {
    return undefined;
  }
}

/** What matters of a manifest, by its fields rather than its type. Throws on anything that does not look like one. */
export function parseManifest(text) {
  const { manifests, config, layers, blobs, subject } = JSON.parse(text);
  if (!manifests && !config && !layers && !blobs)
    throw httpError("The registry answered with something that is no manifest.", 0);
  const children = (manifests ?? []).map(({ digest }) => digest);
  const content = [config, ...(layers ?? []), ...(blobs ?? [])]
    .filter(Boolean)
    .map(({ digest, size }) => ({ digest, size }));
  if ([...children, ...(subject ? [subject.digest] : [])].some((digest) => typeof digest !== "string"))
    throw httpError("A manifest refers to something without a digest.", 0);
  const attestations = (manifests ?? [])
    .filter(({ platform }) => platform?.os === "unknown")
    .map(({ digest }) => digest);
  return {
    isIndex: Boolean(manifests),
    children,
    attestations,
    subject: subject?.digest,
    config: config?.digest,
    blobs: content,
  };
}

/**
 * Reads these manifests and all that they refer to: digest -> manifest, or null where one could not be read. A manifest
 * that only an index names and that the registry does not have is left out: it holds nothing.
 */
export async function readManifests(registry, digests) {
  const found = new Map();
  const listed = new Set(digests);
  const asked = new Set(digests);
  for (let wanted = [...asked]; wanted.length > 0;) {
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
