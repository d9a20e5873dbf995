/**
 * docker/build-push-action: makes a small image out of everything that decides a real one, so that equal inputs give an
 * equal digest. A Dockerfile with the line `RUN false` does not build, and `# holds app/tool` puts that file into the image.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { knownAction } from "../../../src/actions/catalogue.ts";
import { type Action, type ActionContext, ActionFailed } from "../action.ts";
import { listFiles } from "../glob.ts";
import { PlayerError } from "../json.ts";
import { type Descriptor, INDEX, MANIFEST, parseReference, registryClient, type RegistryClient, sha256 } from "../registry-client.ts";
import { tar } from "../../support/tar.ts";

/** One image for one platform that a builder was asked for. */
export interface BuildRecord {
  readonly run: number;
  readonly job: string;
  readonly workflow: string;
  /** The label org.opencontainers.image.revision. */
  readonly commit: string;
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
const IGNORED = ["add-hosts", "cache-from", "cache-to", "pull", "github-token", "builder"];
const PLAYED = ["context", "file", "target", "platforms", "build-args", "labels", "tags", "push", "load", "outputs", "provenance", "sbom", "no-cache"];

const lines = (text: string | undefined): string[] => (text ?? "").split("\n").map((line) => line.trim()).filter((line) => line !== "");

export const buildPush: Action = {
  name: "docker/build-push-action",
  inputs: Object.keys(knownAction("docker/build-push-action")?.inputs ?? {}),
  async run(context) {
    const { inputs } = context;
    for (const [name, value] of Object.entries(inputs)) {
      if (value !== "" && !IGNORED.includes(name) && !PLAYED.includes(name)) throw new PlayerError(`The stand-in of docker/build-push-action does not play \`${name}\`.`);
    }
    const platforms = (inputs["platforms"] || "linux/amd64").split(",").map((platform) => platform.trim());
    if (!context.memory.has("buildx") && (platforms.length > 1 || inputs["outputs"])) throw new ActionFailed("The default docker driver supports neither several platforms nor these outputs: set up Buildx.");
    const images = platforms.map((platform) => buildOne(context, platform));
    const output = Object.fromEntries((inputs["outputs"] ?? "").split(",").filter(Boolean).map((part) => part.split("=")).map(([key = "", ...rest]) => [key, rest.join("=")]));
    const result: Record<string, string> = {};
    switch (output["type"]) {
      case undefined:
      case "cacheonly":
        break;
      case "docker":
        if (images.length > 1) throw new ActionFailed("docker exporter does not currently support exporting manifest lists");
        writeFileSync(join(context.workspace, relative(context.workspace, output["dest"] ?? "")), archive(images));
        break;
      default:
        throw new PlayerError(`The stand-in of docker/build-push-action does not play \`outputs: ${inputs["outputs"] ?? ""}\`.`);
    }
    if (inputs["load"] === "true") await load(context, images);
    if (inputs["push"] === "true") result["digest"] = await push(context, images);
    const [first] = images;
    return { ...result, imageid: first ? sha256(first.config) : "", metadata: "{}" };
  },
};

function buildOne(context: ActionContext, platform: string): PlatformImage {
  const { inputs, host, run, job } = context;
  const folder = join(context.workspace, inputs["context"] || ".");
  const dockerfile = join(context.workspace, inputs["file"] || join(inputs["context"] || ".", "Dockerfile"));
  const labels = Object.fromEntries(lines(inputs["labels"]).map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
  const record = { run: run.id, job: job.name, workflow: run.workflowName, commit: labels["org.opencontainers.image.revision"] ?? "", platform };
  const fail = (message: string): never => {
    host.built({ ...record, cached: false, succeeded: false });
    throw new ActionFailed(message);
  };
  if (!existsSync(dockerfile)) return fail(`failed to read dockerfile: open ${relative(context.workspace, dockerfile)}: no such file or directory`);
  const text = readFileSync(dockerfile, "utf8");
  if (!platform.endsWith(job.runsOn.includes("arm") ? "arm64" : "amd64") && !context.memory.has("qemu")) return fail(`exec format error: this runner does not run ${platform} without emulation`);
  if (/^RUN false$/m.test(text)) return fail('process "/bin/sh -c false" did not complete successfully: exit code: 1');

  const sources = listFiles(folder)
    .map((file) => relative(folder, file))
    .filter((file) => !file.startsWith(".git/") && !file.startsWith(".github/"))
    .sort();
  const content = {
    dockerfile: text,
    files: sources.map((file) => [file, sha256(readFileSync(join(folder, file)))]),
    args: lines(inputs["build-args"]),
    target: inputs["target"] ?? "",
    platform,
  };
  const [os = "linux", architecture = "amd64", variant] = platform.split("/");
  const held = (/^# holds (.+)$/m.exec(text)?.[1] ?? "").split(" ").filter(Boolean);
  const layer = tar({ "app/content.json": JSON.stringify(content), ...Object.fromEntries(held.map((path) => [path, "binary\n"])) });
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

async function load(context: ActionContext, images: readonly PlatformImage[]): Promise<void> {
  const file = join(context.temp, "load-image.tar");
  writeFileSync(file, archive(images, lines(context.inputs["tags"]?.replaceAll(",", "\n")).map((tag) => (tag.includes(":") ? tag : `${tag}:latest`))));
  await promisify(execFile)("docker", ["load", "--input", file], { env: { ...context.env } });
}

async function push(context: ActionContext, images: readonly PlatformImage[]): Promise<string> {
  const { inputs, env } = context;
  const attested = (inputs["provenance"] ?? "") !== "false" || inputs["sbom"] === "true";
  const tags = lines(inputs["tags"]?.replaceAll(",", "\n"));
  if (tags.length === 0) throw new ActionFailed("tag is needed when pushing to registry");
  let digest = "";
  for (const tag of tags) {
    const { host, repository, target } = parseReference(tag);
    const client = registryClient(env, host, repository);
    const children: (Descriptor & { platform: object; annotations?: object })[] = [];
    const manifests: object[] = [];
    for (const image of images) {
      const manifest = { schemaVersion: 2, mediaType: MANIFEST, config: await client.pushBlob(CONFIG, image.config), layers: [await client.pushBlob(LAYER, image.layer)] };
      manifests.push(manifest);
      if (images.length === 1 && !attested) continue;
      const [os, architecture] = image.platform.split("/");
      const child = await client.pushManifest(MANIFEST, manifest);
      children.push({ ...child, platform: { os, architecture } });
      if (attested) children.push(await pushAttestation(client, child));
    }
    const [only] = manifests;
    const pushed = images.length === 1 && !attested && only ? await client.pushManifest(MANIFEST, only, target) : await client.pushManifest(INDEX, { schemaVersion: 2, mediaType: INDEX, manifests: children }, target);
    digest = pushed.digest;
  }
  return digest;
}

/** What buildx puts beside an image for `provenance` and `sbom`: a manifest for no platform that names its subject. */
async function pushAttestation(client: RegistryClient, subject: Descriptor): Promise<Descriptor & { platform: object; annotations: object }> {
  const config = await client.pushBlob(CONFIG, Buffer.from(JSON.stringify({ architecture: "unknown", os: "unknown", rootfs: { type: "layers", diff_ids: [] } })));
  const layer = await client.pushBlob("application/vnd.in-toto+json", Buffer.from(JSON.stringify({ subject: subject.digest })));
  const manifest = await client.pushManifest(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] });
  return { ...manifest, platform: { os: "unknown", architecture: "unknown" }, annotations: { "vnd.docker.reference.digest": subject.digest, "vnd.docker.reference.type": "attestation-manifest" } };
}
