/**
 * Pushes small images straight over the OCI distribution API, so that tests need no image tool to prepare a registry.
 * The same content always gives the same digests.
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Registry as RunningRegistry } from "./registry.ts";
import { tar } from "./tar.ts";

/** Images are prepared and looked at behind the proxy, past every fault and login. */
type Registry = Pick<RunningRegistry, "direct">;

export const IMAGE_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const IMAGE_INDEX = "application/vnd.oci.image.index.v1+json";
const IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json";
const IMAGE_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface ImageContent {
  readonly tag?: string;
  /** `linux/amd64` without it. */
  readonly platform?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** The layers' contents: one file `content` each. Two equal texts are one shared layer. */
  readonly layers?: readonly string[];
  /** When the config says that it was created; RFC 3339. */
  readonly created?: string;
  /** The digest that this manifest is about, as attestations and signatures have it. */
  readonly subject?: Descriptor;
}

export interface PushedImage {
  readonly digest: string;
  readonly descriptor: Descriptor;
  readonly platform: string;
  /** Of every blob that the manifest names: config and layers. */
  readonly blobs: readonly Descriptor[];
}

const sha256 = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** Pushes one image for one platform, by its tag or by its digest alone. */
export async function pushImage(
  registry: Registry,
  repository: string,
  content: ImageContent = {},
): Promise<PushedImage> {
  const platform = content.platform ?? "linux/amd64";
  const [os = "linux", architecture = "amd64", variant] = platform.split("/");
  const layers: Descriptor[] = [];
  const diffIds: string[] = [];
  for (const text of content.layers ?? ["base"]) {
    const archive = tar({ content: text });
    diffIds.push(sha256(archive));
    layers.push(await pushBlob(registry, repository, IMAGE_LAYER, gzipSync(archive)));
  }
  const config = await pushBlob(
    registry,
    repository,
    IMAGE_CONFIG,
    Buffer.from(
      JSON.stringify({
        created: content.created ?? "2026-01-01T00:00:00Z",
        architecture,
        os,
        ...(variant ? { variant } : {}),
        config: { Labels: content.labels ?? {} },
        rootfs: { type: "layers", diff_ids: diffIds },
      }),
    ),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: IMAGE_MANIFEST,
    config,
    layers,
    ...(content.subject ? { subject: content.subject } : {}),
  };
  const descriptor = await pushManifest(registry, repository, IMAGE_MANIFEST, manifest, content.tag);
  return { digest: descriptor.digest, descriptor, platform, blobs: [config, ...layers] };
}

/** Pushes an index over images (or indexes) that are already there. */
export async function pushIndex(
  registry: Registry,
  repository: string,
  content: {
    readonly tag?: string;
    readonly manifests: readonly (
      PushedImage | { descriptor: Descriptor; platform?: string; annotations?: Record<string, string> }
    )[];
  },
): Promise<{ digest: string; descriptor: Descriptor }> {
  const manifests = content.manifests.map((image) => {
    const [os, architecture, variant] = (image.platform ?? "unknown/unknown").split("/");
    const annotations = "annotations" in image && image.annotations ? { annotations: image.annotations } : {};
    return { ...image.descriptor, platform: { os, architecture, ...(variant ? { variant } : {}) }, ...annotations };
  });
  const descriptor = await pushManifest(
    registry,
    repository,
    IMAGE_INDEX,
    { schemaVersion: 2, mediaType: IMAGE_INDEX, manifests },
    content.tag,
  );
  return { digest: descriptor.digest, descriptor };
}

/** The digest behind a tag, or undefined when the registry has no such tag. */
export async function digestOf(registry: Registry, repository: string, reference: string): Promise<string | undefined> {
  const answer = await fetch(`http://${registry.direct}/v2/${repository}/manifests/${reference}`, {
    method: "HEAD",
    headers: { accept: `${IMAGE_INDEX}, ${IMAGE_MANIFEST}` },
  });
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`The registry answered ${answer.status} for ${repository}:${reference}.`);
  return answer.headers.get("docker-content-digest") ?? undefined;
}

/** Gives a manifest that is already there one more tag. */
export async function addTag(registry: Registry, repository: string, reference: string, tag: string): Promise<void> {
  const address = `http://${registry.direct}/v2/${repository}/manifests/`;
  const answer = await fetch(address + reference, { headers: { accept: `${IMAGE_INDEX}, ${IMAGE_MANIFEST}` } });
  await expectStatus(answer, 200);
  const headers = { "content-type": answer.headers.get("content-type") ?? IMAGE_MANIFEST };
  await expectStatus(await fetch(address + tag, { method: "PUT", headers, body: await answer.text() }), 201);
}

async function pushManifest(
  registry: Registry,
  repository: string,
  mediaType: string,
  manifest: object,
  tag: string | undefined,
): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(manifest));
  const digest = sha256(bytes);
  const address = `http://${registry.direct}/v2/${repository}/manifests/${tag ?? digest}`;
  const answer = await fetch(address, { method: "PUT", headers: { "content-type": mediaType }, body: bytes });
  await expectStatus(answer, 201);
  return { mediaType, digest, size: bytes.length };
}

/** Blobs by registry: two uploads of one blob at the same time confuse docker-registry. */
const uploads = new WeakMap<Registry, Map<string, Promise<Descriptor>>>();

function pushBlob(registry: Registry, repository: string, mediaType: string, bytes: Buffer): Promise<Descriptor> {
  const known = uploads.get(registry) ?? new Map<string, Promise<Descriptor>>();
  uploads.set(registry, known);
  const digest = sha256(bytes);
  const upload =
    known.get(`${repository}@${digest}`) ??
    uploadBlob(registry, repository, { mediaType, digest, size: bytes.length }, bytes);
  known.set(`${repository}@${digest}`, upload);
  return upload;
}

async function uploadBlob(
  registry: Registry,
  repository: string,
  descriptor: Descriptor,
  bytes: Buffer,
): Promise<Descriptor> {
  const start = await fetch(`http://${registry.direct}/v2/${repository}/blobs/uploads/`, { method: "POST" });
  await expectStatus(start, 202);
  const target = new URL(start.headers.get("location") ?? "", `http://${registry.direct}`);
  target.searchParams.set("digest", descriptor.digest);
  const headers = { "content-type": "application/octet-stream" };
  await expectStatus(await fetch(target, { method: "PUT", headers, body: bytes }), 201);
  return descriptor;
}

async function expectStatus(answer: Response, status: number): Promise<void> {
  if (answer.status === status) return;
  throw new Error(
    `The registry answered ${answer.status} instead of ${status} for ${answer.url}: ${await answer.text()}`,
  );
}
