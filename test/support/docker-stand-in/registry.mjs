// The OCI distribution API, as much of it as `docker buildx imagetools` uses.
import { createHash } from "node:crypto";
import { request } from "node:http";
import { DockerError } from "./docker-error.mjs";
import { credentialsOf } from "./logins.mjs";
import { addressOf, isPlain } from "./references.mjs";

export const INDEXES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];
const MANIFESTS = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

export const sha256 = (bytes) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const tokens = new Map();

/** A plain request: `fetch` would take as long to load as the rest of the command to run. */
function ask(url, { method = "GET", headers = {}, body } = {}) {
  if (url.protocol !== "http:")
    throw new DockerError(
      `ERROR: the stand-in reaches loopback addresses only, not ${url.host}: set DOCKER_STAND_IN_HOSTS`,
      125,
    );
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method, headers: { ...headers, ...(body && { "content-length": body.length }) } },
      (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () =>
          resolve({
            url,
            status: answer.statusCode,
            statusText: answer.statusMessage,
            headers: answer.headers,
            bytes: Buffer.concat(parts),
          }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const isOk = ({ status }) => status >= 200 && status < 300;

/** One request, with the login that the registry asks for. Throws as buildx does when nobody answers. */
async function send(host, path, { method = "GET", headers = {}, body } = {}) {
  const address = addressOf(host);
  const url = new URL(path, `${isPlain(address) ? "http" : "https"}://${address}`);
  const attempt = async () => {
    const authorization = tokens.get(host);
    try {
      return await ask(url, { method, headers: { ...headers, ...(authorization && { authorization }) }, body });
    } catch (error) {
      if (error instanceof DockerError) throw error;
      throw new DockerError(`ERROR: failed to do request: ${method} "${url}": ${error.message}`);
    }
  };
  const first = await attempt();
  if (first.status !== 401) return first;
  tokens.set(host, await authorize(host, first.headers["www-authenticate"] ?? ""));
  return attempt();
}

async function authorize(host, challenge) {
  const credentials = credentialsOf(host);
  const basic = credentials ? `Basic ${Buffer.from(credentials).toString("base64")}` : undefined;
  if (!challenge.startsWith("Bearer ")) return basic;
  const values = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
  const url = new URL(values.realm);
  for (const name of ["service", "scope"]) if (values[name]) url.searchParams.set(name, values[name]);
  const answer = await ask(url, { headers: basic ? { authorization: basic } : {} });
  if (!isOk(answer))
    throw new DockerError(
      `ERROR: failed to authorize: failed to fetch oauth token: unexpected status from GET request to ${url}: ${answer.status} ${answer.statusText}`,
    );
  const { token, access_token } = JSON.parse(answer.bytes.toString());
  return `Bearer ${token ?? access_token}`;
}

const unexpected = (method, url, answer) =>
  new DockerError(`ERROR: unexpected status from ${method} request to ${url}: ${answer.status} ${answer.statusText}`);

/** A manifest with its bytes and digest. */
export async function getManifest({ host, repository, reference }, text) {
  const answer = await send(host, `/v2/${repository}/manifests/${reference}`, {
    headers: { accept: [...INDEXES, ...MANIFESTS].join(", ") },
  });
  if (answer.status === 404) throw new DockerError(`ERROR: ${text}: not found`);
  if (!isOk(answer)) throw unexpected("HEAD", answer.url, answer);
  const { bytes } = answer;
  const content = JSON.parse(bytes.toString());
  return { bytes, content, digest: sha256(bytes), mediaType: content.mediaType ?? answer.headers["content-type"] };
}

export async function getBlob({ host, repository }, digest) {
  const answer = await send(host, `/v2/${repository}/blobs/${digest}`);
  if (!isOk(answer)) throw unexpected("GET", answer.url, answer);
  return answer.bytes;
}

export async function putManifest({ host, repository }, reference, { bytes, mediaType }) {
  const answer = await send(host, `/v2/${repository}/manifests/${reference}`, {
    method: "PUT",
    headers: { "content-type": mediaType },
    body: bytes,
  });
  if (answer.status !== 201) throw unexpected("PUT", answer.url, answer);
}

async function hasBlob({ host, repository }, digest) {
  return isOk(await send(host, `/v2/${repository}/blobs/${digest}`, { method: "HEAD" }));
}

async function putBlob({ host, repository }, digest, bytes) {
  const start = await send(host, `/v2/${repository}/blobs/uploads/`, { method: "POST" });
  if (start.status !== 202) throw unexpected("POST", start.url, start);
  const target = new URL(start.headers["location"], start.url);
  target.searchParams.set("digest", digest);
  const answer = await send(host, target.pathname + target.search, {
    method: "PUT",
    headers: { "content-type": "application/octet-stream" },
    body: bytes,
  });
  if (answer.status !== 201) throw unexpected("PUT", answer.url, answer);
}

/** Copies everything that a manifest names to another repository or registry; the manifest itself is the caller's. */
export async function copyContent(from, to, manifest) {
  if (from.host === to.host && from.repository === to.repository) return;
  for (const child of manifest.content.manifests ?? []) await copyManifest(from, to, child.digest);
  const blobs = [manifest.content.config, ...(manifest.content.layers ?? [])].filter(Boolean);
  for (const { digest } of blobs)
    if (!(await hasBlob(to, digest))) await putBlob(to, digest, await getBlob(from, digest));
}

export async function copyManifest(from, to, digest) {
  if (from.host === to.host && from.repository === to.repository) return;
  const manifest = await getManifest({ ...from, reference: digest }, `${from.repository}@${digest}`);
  await copyContent(from, to, manifest);
  await putManifest(to, digest, manifest);
}
