import { isCommit } from "../../../actions/versions.ts";
import { inputOf, type Uses } from "../../../workflow/document/document.ts";
import { rule, type RuleContext } from "../../rule.ts";
import { ADVISORIES, type Advisory } from "./advisories.ts";
import { isFalse } from "./place.ts";
import { isAtLeast, isBelow, saidVersion, type Version } from "./versions.ts";

export const vulnerableAction = rule({
  id: "vulnerable-action",
  family: "security",
  levels: { recommended: "error", strict: "error" },
  summary: "No action is used in a version with a published weakness.",
  why: 'The advisory tells everybody how to use the weakness (GitHub\'s advisory database, ecosystem "GitHub Actions"). A moving tag such as `v4` is taken for its newest version.',
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v4.1.0
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v4
      - uses: tj-actions/changed-files@v46.0.1
`,
  step(step, context) {
    // A run that is named by its id is that run, whoever's it is.
    if (
      step.uses?.kind === "repository" &&
      step.uses.repository === "dawidd6/action-download-artifact" &&
      (inputOf(step, "run_id") || isFalse(inputOf(step, "allow_forks")))
    )
      return;
    judge(step.uses, context);
  },
  job(job, context) {
    judge(job.uses, context);
  },
});

function judge(uses: Uses | undefined, { document, report }: RuleContext): void {
  if (uses?.kind !== "repository" || !Object.hasOwn(ADVISORIES, uses.repository)) return;
  const version = saidVersion(document.file.text, uses);
  for (const advisory of ADVISORIES[uses.repository] ?? []) {
    if (
      !(advisory.commits?.includes(uses.ref.toLowerCase()) ?? false) &&
      !(version && !(advisory.tagsOnly && isCommit(uses.ref)) && isAffected(version, advisory))
    )
      continue;
    report(
      uses.node,
      `\`${uses.name}\` in this version has a known weakness: ${advisory.what} (${advisory.id}). ${advisory.fixed ? `Use ${advisory.fixed.join(".")} or later.` : "Use a later version, and replace every secret that a run of it could read."}`,
    );
    return;
  }
}

const isAffected = (version: Version, { from, fixed }: Advisory): boolean =>
  fixed !== undefined &&
  isBelow(version, fixed) &&
  (from === undefined || (version.length > 1 && isAtLeast(version, from)));
