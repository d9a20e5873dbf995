// Names one build of a base image, and writes the bake file for it. Each attempt of each run has a tag of its own, so that
// no tag ever moves, and what a file pins keeps the tag that it is pinned with.
import { writeFileSync } from "node:fs";
import { layersOf, pushOf } from "../lib/bake.mjs";
import { environment } from "../lib/environment.mjs";
import { addSummary, code, fail, output, require } from "../lib/log.mjs";
import { readPlan } from "../lib/plan.mjs";

const { BASE: key, GITHUB_RUN_NUMBER: run, GITHUB_RUN_ATTEMPT: attempt } = environment;
require({ base: key });
const base = readPlan().bases[key];
if (!/^\d{1,10}$/.test(run ?? "") || !/^\d{1,3}$/.test(attempt ?? ""))
  fail("The run and its attempt are no numbers.", [`Run: ${run}`, `Attempt: ${attempt}`]);
const now = new Date().toISOString();
const tag = `${now.slice(0, 10)}-${run}-${attempt}`;
const target = {
  context: base.context,
  dockerfile: base.dockerfile,
  args: base.args,
  platforms: base.platforms,
  labels: {
    "org.opencontainers.image.revision": environment.GITHUB_SHA,
    "org.opencontainers.image.source": `${environment.GITHUB_SERVER_URL}/${environment.GITHUB_REPOSITORY}`,
    "org.opencontainers.image.created": now.replace(/\.\d+Z$/, "Z"),
    "org.opencontainers.image.version": tag,
  },
  // The newest image to build on, and no layer of an earlier run: that is what the schedule is for.
  pull: true,
};
const file = {
  group: { layers: { targets: [layersOf(key)] }, push: { targets: [pushOf(key)] } },
  target: {
    [layersOf(key)]: { ...target, output: ["type=cacheonly"] },
    [pushOf(key)]: {
      ...target,
      tags: [`${base.image}:${tag}`],
      output: ["type=registry"],
      attest: ["type=provenance,mode=max", "type=sbom"],
    },
  },
};
writeFileSync(`${environment.RUNNER_TEMP}/bake.json`, JSON.stringify(file, null, 2));
output("tag", tag);
addSummary(`Base image ${code(tag)}`);
