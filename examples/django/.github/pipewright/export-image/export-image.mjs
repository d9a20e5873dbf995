// Brings what the builder holds by now to where it goes: into the registry, in attempts, or into an archive on the
// runner. The layers are there, so what a flaky registry costs is a push, never a build or a test inside the Dockerfile.
//
// Where a push fails for good, a pull request or a branch goes on with the saved archive. What people or releases
// depend on must be in the registry.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { groupOf, targetOf } from "../lib/bake.mjs";
import { run } from "../lib/docker.mjs";
import { environment } from "../lib/environment.mjs";
import { addSummary, fail, openGroup, closeGroup, output, require, warnOf } from "../lib/log.mjs";
import { readPlan } from "../lib/plan.mjs";
import { retry } from "../lib/retry.mjs";
import { isPromoted } from "../lib/untested.mjs";

const ATTEMPTS = 3;
const DELAY_SECONDS = 15;

const { TO: to, CLASS: kind, GROUP: group, RUNNER_TEMP: temp } = environment;
require({ group, to });
const metadata = `${temp}/bake-metadata.json`;

/** Every build of the group has the file of its first. */
const pipeline = readPlan();
const build = pipeline.builds[group] ?? Object.values(pipeline.builds).find((one) => one.bake?.group === group);
const files = [...(build?.bake ? [build.bake.file] : []), `${temp}/bake.json`].flatMap((file) => ["--file", file]);

/** Some registries' passwords last for minutes, which a build may well take. */
function logInAnew() {
  if (!environment.FLY_API_TOKEN) return;
  spawnSync("flyctl", ["auth", "docker"], { stdio: "inherit" });
}

function bake() {
  // Bake asks before it touches what lies outside of the working folder: the archive does, and a context of the bake file
  // may. The action that has built the layers allows the same.
  const words = ["buildx", "bake", "--progress=plain", "--allow=fs=*", "--metadata-file", metadata, ...files];
  return run([...words, groupOf(to)]);
}

openGroup(to === "push" ? "Push" : "Save");
const done = await retry(ATTEMPTS, DELAY_SECONDS, async () => {
  if (to === "push") logInAnew();
  const ok = bake();
  return { done: ok, value: ok };
});
closeGroup();
if (!done) report();
if (to === "push" && existsSync(metadata)) {
  const pushed = JSON.parse(readFileSync(metadata, "utf8"));
  output("digest", pushed[targetOf("push", group)]?.["containerimage.digest"] ?? "");
}

function report() {
  if (to !== "push") fail("The image could not be saved. The log of the builder says why.");
  const facts = [`Class: ${kind}`, "Status of GitHub's own registry: https://www.githubstatus.com"];
  if (!isPromoted(kind) && build?.fallback) {
    warnOf("The image could not be pushed. The tests take it from this run's artifact.", facts);
    addSummary("⚠️ The image could not be pushed; the tests take it from this run's artifact.");
    // Only ever true: of a matrix, the job that ends last would overwrite true with false, but GitHub skips what is empty.
    output("unpushed", true);
    process.exit(0);
  }
  fail("The image could not be pushed. Once the registry works again, re-run the failed jobs.", facts);
}
