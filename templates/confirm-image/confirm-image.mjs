// Confirms that a registry has the image that is to be deployed, without pulling it. Where none has it, or none answers,
// it says so; the next step then deploys from the sources, where it can.
import { isDigest } from "../lib/digests.mjs";
import { environment } from "../lib/environment.mjs";
import { handedOn } from "../lib/handed-on.mjs";
import { findManifest } from "../lib/images.mjs";
import { addSummary, code, fail, output, require, warnOf } from "../lib/log.mjs";
import { forgetAtExit } from "../lib/logins.mjs";
import { readPlan } from "../lib/plan.mjs";
import { refuseUntested } from "../lib/untested.mjs";

const { BUILD, CLASS: kind = "", CONSUMER } = environment;
require({ BUILD, CONSUMER });
const plan = readPlan();
const digest = handedOn(environment.IMAGES)[BUILD]?.digest ?? "";
const { image, mirrors } = plan.builds[BUILD];
const { pull, fallback } = plan.consumers[CONSUMER];
const names = [image, ...mirrors];
const context = [`Image: ${image}`, `Digest: ${digest || "none"}`];

// The tests that follow need no registry, and must not find its password.
forgetAtExit(names);

function withoutImage(reason) {
  if (fallback !== "build")
    fail(`${reason} Images of older runs are deleted: re-run the build, then this test.`, context);
  refuseUntested({ kind, digest }, [reason, ...context]);
  warnOf(`${reason} It is deployed from the sources instead.`, context);
  addSummary("Deployed for the tests: the sources, without an image.");
  output("reference", "");
}

async function confirm() {
  if (digest === "") return withoutImage("No image was handed on.");
  if (!isDigest(digest)) fail("This is no digest of an image.", context);
  let reason = "The registry does not have the image (any more).";
  for (const name of names) {
    const there = await findManifest(`${name}@${digest}`, pull);
    if (there.state === "there") {
      if (name !== image)
        warnOf(`The registry did not give the image, so it is deployed from ${name}: the same digest.`, context);
      addSummary(`Deployed for the tests: ${code(`${name}@${digest}`)}`);
      output("reference", `${name}@${digest}`);
      return;
    }
    if (there.state === "unknown") reason = "The registry did not answer.";
  }
  withoutImage(reason);
}

await confirm();
