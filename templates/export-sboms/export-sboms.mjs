// Writes the bills of materials that hang on images to files of the release: sbom-<build>.spdx.json, or one with each
// platform's name where there are several. For people who have no tool to read them from a registry.
import { mkdirSync, writeFileSync } from "node:fs";
import { isDigest } from "../lib/digests.mjs";
import { environment } from "../lib/environment.mjs";
import { readSboms } from "../lib/images.mjs";
import { closeGroup, fail, openGroup, require } from "../lib/log.mjs";
import { readPlan } from "../lib/plan.mjs";
import { releaseFolder } from "../lib/release-files.mjs";

const { DIGESTS: text, TARGET: target } = environment;
require({ digests: text, target });
const plan = readPlan();
const digests = JSON.parse(text);
const folder = releaseFolder();
mkdirSync(folder, { recursive: true });

for (const key of plan.publish[target]?.sboms ?? []) {
  openGroup(key);
  const { image } = plan.builds[key];
  const digest = digests[key];
  if (!isDigest(digest))
    fail(`There is no digest of ${key}, so its bill of materials cannot be read.`, [`Digest: ${digest}`]);
  const found = await readSboms(`${image}@${digest}`);
  if (found.state !== "there")
    fail(`The bill of materials of ${key} cannot be read. Once the registry works again, re-run this job.`, [
      `Image: ${image}@${digest}`,
    ]);
  if (found.sboms.length === 0)
    fail(`The image of ${key} carries no bill of materials. Set \`sbom: true\` for its build in the config.`, [
      `Image: ${image}@${digest}`,
    ]);
  for (const { platform, document } of found.sboms) {
    const name = `sbom-${key}${platform === "" ? "" : `-${platform.replace(/[^a-z0-9]/g, "-")}`}.spdx.json`;
    writeFileSync(`${folder}/${name}`, `${JSON.stringify(document)}\n`);
    console.log(name);
  }
  closeGroup();
}
