/** Pushes and reads over the OCI distribution API with the login that the job's docker config holds, as buildx does. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ActionFailed } from "./action.ts";

export type Environment = Readonly<Record<string, string>>;

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const INDEX = "application/vnd.oci.image.index.v1+json";
const ACCEPTED = [
  INDEX,
  MANIFEST,
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

export const sha256 = (bytes: Buffer | string): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** DOCKER_STAND_IN_HOSTS maps a registry's name to the local one: `{"ghcr.io":"127.0.0.1:5001"}`. */
export function localHost(env: Environment, host: string): string {
  const hosts = JSON.parse(env["DOCKER_STAND_IN_HOSTS"] ?? "{}") as Record<string, string>;
  const found = hosts[host] ?? (/^(127\.0\.0\.1|localhost):\d+$/.test(host) ? host : undefined);
  if (found === undefined) throw new ActionFailed(`The world has no registry ${host}.`);
  return found;
}

export interface Reference {
  readonly host: string;
  readonly repository: string;
  /** A tag or a digest. */
  readonly target: string;
}

export function parseReference(reference: string): Reference {
  const match = /^([^/]+)\/(.+?)(?:@(sha256:[0-9a-f]{64})|:([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?$/.exec(reference);
  if (!match) throw new ActionFailed(`invalid reference format: ${reference}`);
  const [, host = "", repository = "", digest, tag] = match;
  if (repository !== repository.toLowerCase())
    throw new ActionFailed(`invalid reference format: repository name must be lowercase: ${reference}`);
  return { host, repository, target: digest ?? tag ?? "latest" };
}

interface DockerConfig {
  auths: Record<string, { auth: string }>;
}

/** Under which name Docker keeps a registry's login. */
export const loginKey = (host: string): string => (host === "docker.io" ? "https://index.docker.io/v1/" : host);

export const dockerConfigFile = (env: Environment): string =>
  join(env["DOCKER_CONFIG"] ?? join(env["HOME"] ?? "", ".docker"), "config.json");

export function readDockerConfig(env: Environment): DockerConfig {
  const file = dockerConfigFile(env);
  return existsSync(file)
    ? { auths: {}, ...(JSON.parse(readFileSync(file, "utf8")) as Partial<DockerConfig>) }
    : { auths: {} };
}

export function writeDockerConfig(env: Environment, config: DockerConfig): void {
  mkdirSync(dirname(dockerConfigFile(env)), { recursive: true });
  writeFileSync(dockerConfigFile(env), JSON.stringify(config, null, 2));
}

export interface RegistryClient {
  readonly repository: string;
  request(method: string, path: string, body?: Buffer | string, headers?: Record<string, string>): Promise<Response>;
  pushBlob(mediaType: string, bytes: Buffer): Promise<Descriptor>;
  pushManifest(mediaType: string, manifest: object, tag?: string): Promise<Descriptor>;
}

/** A client for one repository. Every failure is what the action would fail with. */
export function registryClient(env: Environment, host: string, repository: string): RegistryClient {
  const local = localHost(env, host);
  const auth = readDockerConfig(env).auths[loginKey(host)]?.auth;
  const request: RegistryClient["request"] = async (method, path, body, headers = {}) => {
    const url = path.startsWith("http") ? path : `http://${local}/v2/${repository}/${path}`;
    try {
      return await fetch(url, {
        method,
        headers: { accept: ACCEPTED, ...(auth ? { authorization: `Basic ${auth}` } : {}), ...headers },
        ...(body === undefined ? {} : { body }),
      });
    } catch (error) {
      throw new ActionFailed(`${method} ${url}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const expectStatus = async (response: Response, expected: number): Promise<Response> => {
    if (response.status !== expected)
      throw new ActionFailed(
        `failed to push ${host}/${repository}: unexpected status ${response.status}: ${(await response.text()).slice(0, 300)}`,
      );
    return response;
  };
  return {
    repository,
    request,
    async pushBlob(mediaType, bytes) {
      const digest = sha256(bytes);
      const head = await request("HEAD", `blobs/${digest}`);
      if (head.status === 200) return { mediaType, digest, size: bytes.length };
      const begun = await expectStatus(await request("POST", "blobs/uploads/"), 202);
      const location = new URL(begun.headers.get("location") ?? "", `http://${local}`);
      location.searchParams.set("digest", digest);
      await expectStatus(
        await request("PUT", location.href, bytes, { "content-type": "application/octet-stream" }),
        201,
      );
      return { mediaType, digest, size: bytes.length };
    },
    async pushManifest(mediaType, manifest, tag) {
      const bytes = JSON.stringify(manifest);
      const digest = sha256(bytes);
      await expectStatus(await request("PUT", `manifests/${tag ?? digest}`, bytes, { "content-type": mediaType }), 201);
      return { mediaType, digest, size: Buffer.byteLength(bytes) };
    },
  };
}
