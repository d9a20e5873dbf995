// `docker buildx imagetools`: images in registries, looked at and merged without being pulled.
import { DockerError } from "./docker-error.mjs";
import { parseOptions } from "./options.mjs";
import { parseReference } from "./references.mjs";
import { copyContent, copyManifest, getBlob, getManifest, INDEXES, putManifest, sha256 } from "./registry.mjs";

const isIndex = (mediaType) => INDEXES.includes(mediaType);

export async function inspect(words) {
  const { options, operands } = parseOptions(words, { "--raw": false, "--format": true });
  const reference = parseReference(operands[0]);
  const manifest = await getManifest(reference, operands[0]);
  if (options.raw) process.stdout.write(manifest.bytes);
  else if (options.format?.[0] === "{{json .Image}}")
    console.log(JSON.stringify(await configurations(reference, manifest)));
  else if (options.format?.[0] === "{{json .SBOM}}") console.log(JSON.stringify(await bills(reference, manifest)));
  else throw new DockerError(`ERROR: the stand-in does not know the format ${options.format?.[0]}`);
}

const platformOf = ({ os, architecture, variant }) => [os, architecture, variant].filter(Boolean).join("/");

/** One platform gives its configuration, several a map of them. Attestations (unknown/unknown) are not images. */
async function configurations(reference, manifest) {
  const configuration = async ({ content }) => JSON.parse((await getBlob(reference, content.config.digest)).toString());
  if (!isIndex(manifest.mediaType)) return configuration(manifest);
  const images = manifest.content.manifests.filter(({ platform }) => platform?.os !== "unknown");
  const entries = [];
  for (const { digest } of images) {
    const config = await configuration(await getManifest({ ...reference, reference: digest }, digest));
    entries.push([platformOf(config), config]);
  }
  return entries.length === 1 ? entries[0][1] : Object.fromEntries(entries);
}

const SPDX = "https://spdx.dev/Document";

/** The bills of materials that hang on an index (BuildKit: "Image attestation storage"): one platform gives it, several a map. */
async function bills(reference, manifest) {
  const children = isIndex(manifest.mediaType) ? manifest.content.manifests : [];
  const images = children.filter(({ platform }) => platform?.os !== "unknown");
  const entries = [];
  for (const image of images) {
    const attestation = children.find(
      ({ annotations }) =>
        annotations?.["vnd.docker.reference.type"] === "attestation-manifest" &&
        annotations["vnd.docker.reference.digest"] === image.digest,
    );
    const { content } = attestation
      ? await getManifest({ ...reference, reference: attestation.digest }, attestation.digest)
      : { content: { layers: [] } };
    const layer = content.layers.find(({ annotations }) => annotations?.["in-toto.io/predicate-type"] === SPDX);
    if (layer)
      entries.push([
        platformOf(image.platform),
        { SPDX: JSON.parse((await getBlob(reference, layer.digest)).toString()).predicate },
      ]);
  }
  return images.length > 1 ? Object.fromEntries(entries) : (entries[0]?.[1] ?? {});
}

export async function create(words) {
  const { options, operands } = parseOptions(words, { "--prefer-index": false, "--tag": true, "-t": true });
  const sources = [];
  for (const text of operands) {
    const reference = parseReference(text);
    sources.push({ reference, ...(await getManifest(reference, text)) });
  }
  const keepsManifest = options["prefer-index"] === "false";
  const [first] = sources;
  const merged = sources.length === 1 && (keepsManifest || isIndex(first.mediaType)) ? first : await merge(sources);
  for (const text of [...(options.tag ?? []), ...(options.t ?? [])]) {
    const target = parseReference(text);
    for (const source of sources) {
      if (merged === source || isIndex(source.mediaType)) await copyContent(source.reference, target, source);
      else await copyManifest(source.reference, target, source.digest);
    }
    await putManifest(target, target.reference, merged);
    process.stderr.write(`#1 [internal] pushing ${text}\n`);
  }
}

/** An index over all manifests of the sources, each once, in their order. */
async function merge(sources) {
  const manifests = new Map();
  for (const source of sources) {
    if (isIndex(source.mediaType)) for (const child of source.content.manifests) manifests.set(child.digest, child);
    else {
      const { os, architecture, variant } = JSON.parse(
        (await getBlob(source.reference, source.content.config.digest)).toString(),
      );
      const platform = { architecture, os, ...(variant && { variant }) };
      manifests.set(source.digest, {
        mediaType: source.mediaType,
        digest: source.digest,
        size: source.bytes.length,
        platform,
      });
    }
  }
  const mediaType = sources.every((source) => source.mediaType.includes("docker.distribution"))
    ? INDEXES[1]
    : INDEXES[0];
  const bytes = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType, manifests: [...manifests.values()] }, null, 2),
  );
  return { bytes, mediaType, digest: sha256(bytes) };
}
