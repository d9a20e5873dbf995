/**
 * BuildKit, as build-push-action and bake-action use it: makes a small image out of everything that decides a real one, so
 * that equal inputs give an equal digest. A Dockerfile with the line `RUN false` does not build, and `# holds app/tool` puts
 * that file into the image.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { tar } from "../support/tar.ts";
import { type ActionContext, ActionFailed } from "./action.ts";
import { listFiles } from "./glob.ts";
import { PlayerError } from "./json.ts";
import {
  type Descriptor,
  INDEX,
  MANIFEST,
  parseReference,
  registryClient,
  type RegistryClient,
  sha256,
} from "./registry-client.ts";

/** One image for one platform that a builder was asked for. */
export interface BuildRecord {
  readonly run: number;
  readonly job: string;
  readonly workflow: string;
  /** The label org.opencontainers.image.revision. */
  readonly commit: string;
  /** The bake target; empty for build-push-action. */
  readonly target: string;
  readonly platform: string;
  /** Whether every layer came from this job's builder, so that nothing was built. */
  readonly cached: boolean;
  readonly succeeded: boolean;
}

interface PlatformImage {
  readonly platform: string;
  readonly config: Buffer;
  readonly layer: Buffer;
}

const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar";

/** What is to be built, and where it goes. Paths are relative to the workspace. */
export interface BuildRequest {
  /** The bake target's name; empty for build-push-action. */
  readonly name: string;
  readonly context: string;
  readonly dockerfile: string;
  /** The Dockerfile's stage. */
  readonly stage: string;
  readonly args: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly platforms: readonly string[];
  readonly tags: readonly string[];
  /** `type=docker,dest=image.tar`; several lines for several. */
  readonly outputs: readonly string[];
  readonly push: boolean;
  readonly load: boolean;
  /** Whether provenance or an SBOM goes with what is pushed. */
  readonly attested: boolean;
  /** Whether a bill of materials is part of it. */
  readonly sbom?: boolean;
}

export interface Built {
  /** Of what was pushed; undefined without a push. */
  readonly digest: string | undefined;
  /** The digest of the configuration of the first platform's image. */
  readonly imageId: string;
}

/** Builds, and does what the outputs say. Throws `ActionFailed` where the real builder would fail. */
export async function build(context: ActionContext, request: BuildRequest): Promise<Built> {
  const outputs = request.outputs.map((text) =>
    Object.fromEntries(
      text
        .split(",")
        .map((part) => part.split("="))
        .map(([key = "", ...value]) => [key, value.join("=")]),
    ),
  );
  if (
    !context.memory.has("buildx") &&
    (request.platforms.length > 1 || outputs.some((output) => output["type"] !== "docker" || output["dest"]))
  )
    throw new ActionFailed(
      "The default docker driver supports neither several platforms nor these outputs: set up Buildx.",
    );
  const images = request.platforms.map((platform) => buildOne(context, request, platform));
  let pushes = request.push;
  let loads = request.load;
  for (const [index, output] of outputs.entries()) {
    switch (output["type"]) {
      case "cacheonly":
        break;
      case "docker":
        if (images.length > 1)
          throw new ActionFailed("docker exporter does not currently support exporting manifest lists");
        if (output["dest"]) writeFileSync(resolve(context.workspace, output["dest"]), archive(images, request.tags));
        else loads = true;
        break;
      case "registry":
        pushes = true;
        break;
      case "image":
        if (output["push"] === "true") pushes = true;
        break;
      default:
        throw new PlayerError(`The player's builder does not play the output \`${request.outputs[index] ?? ""}\`.`);
    }
  }
  if (loads) await load(context, request, images);
  const [first] = images;
  return {
    digest: pushes ? await push(context, request, images) : undefined,
    imageId: first ? sha256(first.config) : "",
  };
}

function buildOne(context: ActionContext, request: BuildRequest, platform: string): PlatformImage {
  const { host, run, job } = context;
  const { labels } = request;
  const folder = resolve(context.workspace, request.context);
  const dockerfile = resolve(context.workspace, request.dockerfile);
  const record = {
    run: run.id,
    job: job.name,
    workflow: run.workflowName,
    target: request.name,
    commit: labels["org.opencontainers.image.revision"] ?? "",
    platform,
  };
  const fail = (message: string): never => {
    host.built({ ...record, cached: false, succeeded: false });
    throw new ActionFailed(message);
  };
  if (!existsSync(dockerfile))
    return fail(
      `failed to read dockerfile: open ${relative(context.workspace, dockerfile)}: no such file or directory`,
    );
  const text = readFileSync(dockerfile, "utf8");
  if (!platform.endsWith(job.runsOn.includes("arm") ? "arm64" : "amd64") && !context.memory.has("qemu"))
    return fail(`exec format error: this runner does not run ${platform} without emulation`);
  if (/^RUN false$/m.test(text)) return fail('process "/bin/sh -c false" did not complete successfully: exit code: 1');

  const sources = listFiles(folder)
    .map((file) => relative(folder, file))
    .filter((file) => !file.startsWith(".git/") && !file.startsWith(".github/"))
    .sort();
  const content = {
    dockerfile: text,
    files: sources.map((file) => [file, sha256(readFileSync(join(folder, file)))]),
    args: request.args,
    target: request.stage,
    platform,
  };
  const [os = "linux", architecture = "amd64", variant] = platform.split("/");
  const held = (/^# holds (.+)$/m.exec(text)?.[1] ?? "").split(" ").filter(Boolean);
  const layer = tar({
    "app/content.json": JSON.stringify(content),
    ...Object.fromEntries(held.map((path) => [path, "binary\n"])),
  });
  const config = Buffer.from(
    JSON.stringify({
      created: labels["org.opencontainers.image.created"] || "1970-01-01T00:00:00Z",
      architecture,
      os,
      ...(variant ? { variant } : {}),
      config: { Labels: labels },
      rootfs: { type: "layers", diff_ids: [sha256(layer)] },
      history: [],
    }),
  );
  const key = `built ${sha256(config)}`;
  host.built({ ...record, cached: context.memory.has(key), succeeded: true });
  context.memory.set(key, true);
  return { platform, config, layer };
}

/** The format of `docker save`, which `docker load` reads. */
function archive(images: readonly PlatformImage[], tags: readonly string[] = []): Buffer {
  const [image] = images;
  if (!image) throw new ActionFailed("nothing to save");
  const config = `${sha256(image.config).slice(7)}.json`;
  const manifest = [{ Config: config, RepoTags: tags.length > 0 ? tags : null, Layers: ["layer.tar"] }];
  return tar({ [config]: image.config, "layer.tar": image.layer, "manifest.json": JSON.stringify(manifest) });
}

async function load(context: ActionContext, request: BuildRequest, images: readonly PlatformImage[]): Promise<void> {
  const file = join(context.temp, "load-image.tar");
  writeFileSync(
    file,
    archive(
      images,
      request.tags.map((tag) => (tag.includes(":") ? tag : `${tag}:latest`)),
    ),
  );
  await promisify(execFile)("docker", ["load", "--input", file], { env: { ...context.env } });
}

async function push(context: ActionContext, request: BuildRequest, images: readonly PlatformImage[]): Promise<string> {
  const { attested, tags } = request;
  if (tags.length === 0) throw new ActionFailed("tag is needed when pushing to registry");
  let digest = "";
  for (const tag of tags) {
    const { host, repository, target } = parseReference(tag);
    const client = registryClient(context.env, host, repository);
    const children: (Descriptor & { platform: object; annotations?: object })[] = [];
    const manifests: object[] = [];
    for (const image of images) {
      const manifest = {
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: await client.pushBlob(CONFIG, image.config),
        layers: [await client.pushBlob(LAYER, image.layer)],
      };
      manifests.push(manifest);
      if (images.length === 1 && !attested) continue;
      const [os, architecture] = image.platform.split("/");
      const child = await client.pushManifest(MANIFEST, manifest);
      children.push({ ...child, platform: { os, architecture } });
      if (attested) children.push(await pushAttestation(client, child, request.sbom === true));
    }
    const [only] = manifests;
    const pushed =
      images.length === 1 && !attested && only
        ? await client.pushManifest(MANIFEST, only, target)
        : await client.pushManifest(INDEX, { schemaVersion: 2, mediaType: INDEX, manifests: children }, target);
    digest = pushed.digest;
  }
  return digest;
}

/** What buildx puts beside an image for `provenance` and `sbom`: a manifest for no platform that names its subject. */
async function pushAttestation(
  client: RegistryClient,
  subject: Descriptor,
  withBill: boolean,
): Promise<Descriptor & { platform: object; annotations: object }> {
  const config = await client.pushBlob(
    CONFIG,
    Buffer.from(JSON.stringify({ architecture: "unknown", os: "unknown", rootfs: { type: "layers", diff_ids: [] } })),
  );
  const statement = async (predicateType: string, predicate: object): Promise<object> => ({
    ...(await client.pushBlob(
      "application/vnd.in-toto+json",
      Buffer.from(JSON.stringify({ predicateType, subject: [{ digest: subject.digest }], predicate })),
    )),
    annotations: { "in-toto.io/predicate-type": predicateType },
  });
  const layers = [
    await statement("https://slsa.dev/provenance/v1", {}),
    ...(withBill ? [await statement("https://spdx.dev/Document", { spdxVersion: "SPDX-2.3", name: "sbom" })] : []),
  ];
  const manifest = await client.pushManifest(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers });
  return {
    ...manifest,
    platform: { os: "unknown", architecture: "unknown" },
    annotations: { "vnd.docker.reference.digest": subject.digest, "vnd.docker.reference.type": "attestation-manifest" },
  };
}
