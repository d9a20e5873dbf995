// Versions of a repository of Amazon's registry, through the AWS command line, which every runner of GitHub has.
import { environment } from "./environment.mjs";
import { execFile } from "node:child_process";
import { inParallel } from "./http.mjs";
import { parseManifest, readManifests } from "./oci.mjs";

/** So many images one call of `batch-get-image` takes (Amazon ECR API Reference: "BatchGetImage"). */
const IMAGES_A_CALL = 100;
const ANY_MANIFEST = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/** @param host such as `123456789012.dkr.ecr.eu-west-1.amazonaws.com`, which names account and region */
export function ecrVersions(host, repository) {
  const [account, , , region] = host.split(".");

  function aws(command, ...options) {
    const words = [
      "ecr",
      command,
      "--registry-id",
      account,
      "--region",
      region,
      "--repository-name",
      repository,
      "--output",
      "json",
      "--no-cli-pager",
      ...options,
    ];
    return new Promise((resolve, reject) => {
      execFile(
        "aws",
        words,
        { maxBuffer: 512 * 1024 * 1024, env: { AWS_RETRY_MODE: "standard", AWS_MAX_ATTEMPTS: "5", ...environment } },
        (error, output, problem) => {
          if (!error) resolve(output.trim() === "" ? {} : JSON.parse(output));
          else reject(new Error(`aws ecr ${command} failed: ${problem.trim() || error.message}`));
        },
      );
    });
  }

  /** digest -> the manifest's text. */
  async function texts(digests) {
    const parts = Array.from({ length: Math.ceil(digests.length / IMAGES_A_CALL) }, (_, index) =>
      digests.slice(index * IMAGES_A_CALL, (index + 1) * IMAGES_A_CALL),
    );
    const answers = await inParallel(parts, (part) =>
      aws(
        "batch-get-image",
        "--accepted-media-types",
        ...ANY_MANIFEST,
        "--image-ids",
        ...part.map((digest) => `imageDigest=${digest}`),
      ),
    );
    return new Map(
      answers.flatMap(({ images = [] }) =>
        images.map(({ imageId, imageManifest }) => [imageId.imageDigest, imageManifest]),
      ),
    );
  }

  /** Deletes by digest or by tag. Returns why it must stay, or nothing when it is gone. */
  async function remove(id) {
    const { failures = [] } = await aws("batch-delete-image", "--image-ids", id);
    const [failure] = failures.filter(({ failureCode }) => failureCode !== "ImageNotFound");
    if (!failure) return undefined;
    if (failure.failureCode === "ImageReferencedByManifestList") return failure.failureReason;
    throw new Error(`${failure.failureCode}: ${failure.failureReason}`);
  }

  return {
    async list() {
      const { imageDetails = [] } = await aws("describe-images");
      const versions = imageDetails.map(({ imageDigest, imageTags = [], imagePushedAt }) => ({
        digest: imageDigest,
        tags: imageTags,
        time: timeOfPush(imagePushedAt),
      }));
      const digests = versions.map(({ digest }) => digest);
      const known = await texts(digests);
      const manifest = (digest) => {
        const text = known.get(digest);
        // What is not listed is not in the repository.
        if (text === undefined) throw Object.assign(new Error("Amazon does not show it."), { status: 404 });
        return parseManifest(text);
      };
      return { versions, manifests: await readManifests({ manifest: async (digest) => manifest(digest) }, digests) };
    },
    async tagsNow({ digest }) {
      const { imageDetails = [] } = await aws("describe-images", "--image-ids", `imageDigest=${digest}`);
      return imageDetails.flatMap(({ imageTags = [] }) => imageTags);
    },
    remove: ({ digest }) => remove(`imageDigest=${digest}`),
    removeTag: (_version, tag) => remove(`imageTag=${tag}`),
  };
}

/** Version 2 of the command line writes RFC 3339, version 1 seconds since 1970. */
const timeOfPush = (pushed) => (typeof pushed === "number" ? pushed * 1000 : Date.parse(pushed));
