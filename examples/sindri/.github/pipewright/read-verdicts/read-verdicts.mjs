// Which tests of a commit have passed already, so that a release need not repeat them.
import { isCommit } from "../lib/digests.mjs";
import { environment } from "../lib/environment.mjs";
import { githubApi } from "../lib/github.mjs";
import { addSummary, code, fail, output, require, warnOf } from "../lib/log.mjs";
import { readPlan } from "../lib/plan.mjs";
import { lastBuilt, stateOf, verdictsOn } from "../lib/verdicts.mjs";

const { GH_TOKEN, NEEDS: needs, SHA: sha, GITHUB_API_URL: apiUrl, GITHUB_REPOSITORY: repository } = environment;
require({ "gh-token": GH_TOKEN, needs, sha, GITHUB_REPOSITORY: repository });
if (!isCommit(sha)) fail("SHA is no full commit.", [`Commit: ${sha}`]);
const since = lastBuilt(needs);
const tests = readPlan().release?.tests ?? [];

const passed = [];
addSummary("| Test | On this commit |\n| --- | --- |");
try {
  const verdicts = await verdictsOn(githubApi(apiUrl ?? "https://api.github.com", GH_TOKEN), repository, sha);
  for (const { name, context } of tests) {
    const state = context === null ? "" : stateOf(verdicts, context, since);
    if (state === "success") passed.push(name);
    addSummary(`| ${code(name)} | ${state || "no result"} |`);
  }
} catch (error) {
  warnOf("The verdicts on this commit cannot be read, so every test runs again.", [`Commit: ${sha}`, error.message]);
}
output("passed", JSON.stringify(passed));
