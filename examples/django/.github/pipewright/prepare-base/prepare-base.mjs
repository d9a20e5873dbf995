// Names one build of a base image, and writes the bake file for it. Each attempt of each run has a tag of its own, so that
// no tag ever moves, and what a file pins keeps the tag that it is pinned with.
import { attestations, groupOf, sourceOf, targetOf, writeBakeFile } from "../lib/bake.mjs";
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
  ...sourceOf(base),
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
const [layers, push] = ["layers", "push"].map((kind) => targetOf(kind, key));
writeBakeFile({
  group: { [groupOf("layers")]: { targets: [layers] }, [groupOf("push")]: { targets: [push] } },
  target: {
    [layers]: { ...target, output: ["type=cacheonly"] },
    [push]: {
      ...target,
      tags: [`${base.image}:${tag}`],
      output: ["type=registry"],
      attest: attestations({ provenance: "max", sbom: true }),
    },
  },
});
output("tag", tag);
addSummary(`Base image ${code(tag)}`);
