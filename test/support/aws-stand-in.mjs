#!/usr/bin/env node
// A stand-in for the AWS command line, for tests: `ecr describe-images`, `batch-get-image` and `batch-delete-image` on a
// repository in a JSON file, as Amazon answers them (Amazon ECR API Reference).
//
// AWS_STAND_IN   the file: {"images": [{"digest", "tags", "pushed", "manifest"}], "calls": [], "fail": "a message"}
import { readFileSync, renameSync, writeFileSync } from "node:fs";

const file = process.env.AWS_STAND_IN;
const state = JSON.parse(readFileSync(file, "utf8"));
/** In one go: several commands run at a time, and none may read half a file. */
function save() {
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(state));
  renameSync(`${file}.${process.pid}`, file);
}
const [service, command, ...words] = process.argv.slice(2);
const valuesOf = (name) => {
  const start = words.indexOf(`--${name}`);
  const values = start === -1 ? [] : words.slice(start + 1);
  const end = values.findIndex((word) => word.startsWith("--"));
  return end === -1 ? values : values.slice(0, end);
};
const ids = valuesOf("image-ids").map((word) => word.split("="));
const isMeant = (image, [key, value]) => (key === "imageDigest" ? image.digest === value : image.tags.includes(value));
state.calls.push([service, command, ...words].join(" "));
if (!process.env.AWS_ACCESS_KEY_ID || state.fail) {
  save();
  process.stderr.write(`\nAn error occurred (${state.fail ?? "UnrecognizedClientException"})\n`);
  process.exit(254);
}

const answers = {
  "describe-images": () => ({
    imageDetails: state.images
      .filter((image) => ids.length === 0 || ids.some((id) => isMeant(image, id)))
      .map(({ digest, tags, pushed }) => ({
        imageDigest: digest,
        ...(tags.length > 0 ? { imageTags: tags } : {}),
        imagePushedAt: pushed,
      })),
  }),
  "batch-get-image": () => {
    if (ids.length > 100) throw new Error("Amazon takes 100 images a call.");
    return {
      images: state.images
        .filter((image) => image.manifest && ids.some((id) => isMeant(image, id)))
        .map(({ digest, manifest }) => ({ imageId: { imageDigest: digest }, imageManifest: JSON.stringify(manifest) })),
    };
  },
  "batch-delete-image": () => {
    const failures = [];
    for (const id of ids) {
      const found = state.images.find((image) => isMeant(image, id));
      const holder =
        found &&
        state.images.find(({ manifest }) => manifest?.manifests?.some(({ digest }) => digest === found.digest));
      if (!found) failures.push({ failureCode: "ImageNotFound", failureReason: "Requested image not found" });
      else if (id[0] === "imageTag" && found.tags.length > 1) found.tags = found.tags.filter((tag) => tag !== id[1]);
      else if (holder)
        failures.push({
          failureCode: "ImageReferencedByManifestList",
          failureReason: `Requested image referenced by manifest list: [${holder.digest}]`,
        });
      else state.images = state.images.filter((image) => image !== found);
    }
    return { imageIds: [], failures };
  },
};
const answer = answers[command]();
save();
process.stdout.write(`${JSON.stringify(answer)}\n`);
