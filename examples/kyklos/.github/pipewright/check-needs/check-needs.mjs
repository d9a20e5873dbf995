// Fails unless the jobs before did their work. To GitHub a job that is skipped counts as passed, so one must look.
import { environment } from "../lib/environment.mjs";
import { fail, require } from "../lib/log.mjs";
import { refuseFailures } from "../lib/needs.mjs";

const { NEEDS } = environment;
require({ NEEDS });
const needs = JSON.parse(NEEDS);
refuseFailures(needs);
if (Object.values(needs).every(({ result }) => result === "skipped"))
  fail("Not everything succeeded: all were skipped. Look at those jobs first.");
