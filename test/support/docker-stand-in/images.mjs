// The images of this machine, unpacked by skopeo into OCI folders.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DockerError } from "./docker-error.mjs";
import { credentialsOf } from "./logins.mjs";
import { parseOptions } from "./options.mjs";
import { addressOf, isPlain, parseReference } from "./references.mjs";
import { home, read, write } from "./store.mjs";

/** `name:tag`, or `name@digest`, as an image is remembered. */
const remembered = ({ familiar, tag, digest }) => (digest ? `${familiar}@${digest}` : `${familiar}:${tag}`);

/** The id of an image by its name, its id or the beginning of its id. */
export function findImage(text) {
  const { tags = {}, images = {} } = read("images");
  const id =
    tags[text] ??
    tags[remembered(parseReference(text))] ??
    Object.keys(images).find(
      (key) => key === text || (/^[0-9a-f]{12,}$/.test(text) && key.startsWith(`sha256:${text}`)),
    );
  return id === undefined ? undefined : { id, ...images[id] };
}

function remember(names, image) {
  const { tags = {}, images = {} } = read("images");
  write("images", {
    images: { ...images, [image.id]: { config: image.config, layers: image.layers } },
    tags: { ...tags, ...Object.fromEntries(names.map((name) => [name, image.id])) },
  });
}

function skopeo(args) {
  try {
    execFileSync("skopeo", args, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  } catch (error) {
    throw new DockerError(
      `Error response from daemon: ${String(error.stderr)
        .replace(/^time="[^"]*" level=fatal msg="?/m, "")
        .replace(/"?\s*$/, "")}`,
    );
  }
}

/** Unpacks with skopeo, and reads the configuration, whose digest is the image's id. */
function unpack(source, options = []) {
  const folder = mkdtempSync(join(home(), "unpacked-"));
  try {
    skopeo([
      "copy",
      "--insecure-policy",
      "--override-os",
      "linux",
      "--override-arch",
      "amd64",
      ...options,
      source,
      `oci:${folder}:image`,
    ]);
    const blob = (digest) => readFileSync(join(folder, "blobs", ...digest.split(":")));
    const { manifests } = JSON.parse(readFileSync(join(folder, "index.json"), "utf8"));
    const manifest = JSON.parse(blob(manifests[0].digest).toString());
    const config = blob(manifest.config.digest);
    const layers = join(home(), "layers");
    mkdirSync(layers, { recursive: true });
    for (const { digest } of manifest.layers)
      cpSync(join(folder, "blobs", ...digest.split(":")), join(layers, digest.slice(7)));
    return {
      id: `sha256:${createHash("sha256").update(config).digest("hex")}`,
      config: JSON.parse(config.toString()),
      layers: manifest.layers.map(({ digest }) => digest.slice(7)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function pull(words) {
  const { operands } = parseOptions(words, { "--quiet": false, "-q": false });
  const reference = parseReference(operands[0]);
  const address = addressOf(reference.host);
  const credentials = credentialsOf(reference.host);
  const options = [
    `--src-tls-verify=${String(!isPlain(address))}`,
    ...(credentials ? [`--src-creds=${credentials}`] : ["--src-no-creds"]),
  ];
  const image = unpack(
    `docker://${address}/${reference.repository}${reference.digest ? `@${reference.digest}` : `:${reference.tag}`}`,
    options,
  );
  remember([remembered(reference)], image);
  console.log(`Status: Downloaded newer image for ${operands[0]}\n${operands[0]}`);
}

/** Distribution's grammar of references, without a digest. */
const PART = "[a-z0-9]+(?:(?:[.]|__?|-+)[a-z0-9]+)*";
const NAME = new RegExp(
  `^(?:[a-zA-Z0-9.-]+(?::[0-9]+)?/)?${PART}(?:/${PART})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$`,
);

export function tag([source, target]) {
  const image = findImage(source);
  if (!image) throw new DockerError(`Error response from daemon: No such image: ${source}`);
  if (!NAME.test(target)) throw new DockerError(`Error parsing reference: "${target}" is not a valid repository/tag`);
  remember([remembered(parseReference(target))], image);
}

/** Like Docker, it trusts the names in the archive and moves tags that exist. */
export function load(words) {
  const { options } = parseOptions(words, { "--input": true, "-i": true, "--quiet": false, "-q": false });
  const archive = (options.input ?? options.i)[0];
  let entries;
  try {
    entries = JSON.parse(
      execFileSync("tar", ["--extract", "--to-stdout", "--file", archive, "manifest.json"], {
        stdio: ["ignore", "pipe", "ignore"],
      }).toString(),
    );
  } catch {
    throw new DockerError("open /var/lib/docker/tmp/docker-import: invalid tar header");
  }
  entries.forEach(({ RepoTags }, index) => {
    const names = (RepoTags ?? []).map((name) => remembered(parseReference(name)));
    const image = unpack(`docker-archive:${archive}:@${index}`);
    remember(names, image);
    console.log(
      names.length > 0 ? names.map((name) => `Loaded image: ${name}`).join("\n") : `Loaded image ID: ${image.id}`,
    );
  });
}

/** Copies a path out of an image, as the topmost layer that holds it has it. */
export function copyOut(image, path, target) {
  const folder = mkdtempSync(join(home(), "copied-"));
  try {
    const inside = path.replace(/^\/+/, "");
    for (const layer of image.layers) {
      for (const member of [inside, `./${inside}`]) {
        try {
          execFileSync("tar", ["--extract", "--file", join(home(), "layers", layer), "--directory", folder, member], {
            stdio: "ignore",
          });
        } catch {
          // This layer does not hold it.
        }
      }
    }
    if (!existsSync(join(folder, inside))) return false;
    cpSync(
      join(folder, inside),
      existsSync(target) && !existsSync(join(folder, inside, ".")) ? join(target, inside.split("/").at(-1)) : target,
      { recursive: true },
    );
    return true;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `{{index .Config.Labels "name"}}`. */
export function labelFormat(format, labels) {
  const name = /^\{\{ ?index \.Config\.Labels "([^"]+)" ?\}\}$/.exec(format)?.[1];
  return name === undefined ? undefined : (labels?.[name] ?? "<no value>");
}

const FORMATS = {
  "{{.Id}}": ({ id }) => id,
  "{{json .Config.Labels}}": ({ config }) => JSON.stringify(config.config?.Labels ?? null),
};

export function imageInspect(words) {
  const { options, operands } = parseOptions(words, { "--format": true, "-f": true });
  const format = (options.format ?? options.f)?.[0];
  for (const text of operands) {
    const image = findImage(text);
    if (!image) throw new DockerError(`Error response from daemon: No such image: ${text}`);
    if (format === undefined)
      console.log(
        JSON.stringify(
          [{ Id: image.id, Architecture: image.config.architecture, Os: image.config.os, Config: image.config.config }],
          null,
          2,
        ),
      );
    else if (labelFormat(format) !== undefined) console.log(labelFormat(format, image.config.config?.Labels));
    else if (FORMATS[format]) console.log(FORMATS[format](image));
    else throw new DockerError(`template parsing error: the stand-in does not know the format ${format}`, 64);
  }
}

export function listImages(words) {
  const { options } = parseOptions(words, { "--no-trunc": false, "--format": true, "--quiet": false, "-q": false });
  const { tags = {} } = read("images");
  for (const [name, id] of Object.entries(tags)) {
    if (options.quiet || options.q) console.log(id);
    else if (!name.includes("@"))
      console.log(options.format?.[0] === "{{.Repository}}:{{.Tag}} {{.ID}}" ? `${name} ${id}` : name);
  }
}

export function removeImages(words) {
  const { operands } = parseOptions(words, { "--no-prune": false, "--force": false, "-f": false });
  const { tags = {}, images = {} } = read("images");
  for (const text of operands) {
    const name = tags[text] ? text : remembered(parseReference(text));
    if (!tags[name]) throw new DockerError(`Error response from daemon: No such image: ${text}`);
    delete tags[name];
    console.log(`Untagged: ${name}`);
  }
  write("images", { images, tags });
}
