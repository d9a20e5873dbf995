// Confirms that a registry has the image that is to be deployed, without pulling it. Where none has it, or none answers,
// it says so; the next step then deploys from the sources, where it can.
import { spawnSync } from "node:child_process";
import { environment } from "../lib/environment.mjs";
import { findManifest } from "../lib/images.mjs";
import { fail, isDigest, output, require, warnOf } from "../lib/log.mjs";
import { readPlan } from "../lib/plan.mjs";

const { BUILD, CONSUMER, DIGEST: digest = "" } = environment;
require({ BUILD, CONSUMER });
const plan = readPlan();
const { image, mirrors } = plan.builds[BUILD];
const { pull, fallback } = plan.consumers[CONSUMER];
const names = [image, ...mirrors];
const context = [`Image: ${image}`, `Digest: ${digest || "none"}`];

/** The tests that follow need no registry, and must not find its password. */
function forgetLogins() {
  for (const name of names) spawnSync("docker", ["logout", name.split("/")[0]], { stdio: "ignore" });
}

function withoutImage(reason) {
  forgetLogins();
  if (fallback !== "build")
    fail(`${reason} Images of older runs are deleted: re-run the build, then this test.`, context);
  warnOf(`${reason} It is deployed from the sources instead.`, context);
  output("source", "none");
  output("reference", "");
}

async function confirm() {
  if (digest === "") return withoutImage("No image was handed on.");
  if (!isDigest(digest)) fail("This is no digest of an image.", context);
  let reason = "The registry does not have the image (any more).";
  for (const name of names) {
    const there = await findManifest(`${name}@${digest}`, pull);
    if (there.state === "there") {
      forgetLogins();
      if (name !== image)
        warnOf(`The registry did not give the image, so it is deployed from ${name}: the same digest.`, context);
      output("source", "registry");
      output("reference", `${name}@${digest}`);
      return;
    }
    if (there.state === "unknown") reason = "The registry did not answer.";
  }
  withoutImage(reason);
}

await confirm();
