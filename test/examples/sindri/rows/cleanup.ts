/** Section 6.1 of Sindri's plan: old images are deleted, for which the plan only writes instructions. */
import { matchesAny, onOf, same, script } from "../../support/questions.ts";
import {
  all,
  always,
  broken,
  brokenProgram,
  deleted,
  fromConfig,
  type Requirement,
  set,
} from "../../support/requirement.ts";

const CLEANUP = "cleanup-images";
const PROOF = "test/execution/cleanup-oci.test.ts";

export const cleanupRows: Requirement[] = [
  fromConfig(
    "6.1, P6 deliverables, P6 tests, Technical risks, Business risks, After launch",
    "cleanup-images.yml really deletes, by the registry's own API (`DELETE /v2/…/manifests/<digest>`).",
    {
      line: set("retention", false),
      output: "cleanup-images.yml; plan.json: `packages.mode`",
      holds: (files) => files.plan("packages.mode") === "oci" && files.workflow(CLEANUP) !== undefined,
      proof: PROOF,
    },
  ),
  fromConfig("6.1", "It runs on Sundays at two (UTC).", {
    line: deleted("retention.schedule"),
    output: "cleanup-images.yml: `on.schedule`",
    holds: (files) => same(onOf(files, CLEANUP, "schedule.0.cron"), "0 2 * * 0"),
  }),
  fromConfig("6.1, 5.2", "Images older than 30 days go.", {
    line: all(
      "retention.pullRequest, retention.branch, retention.commit, retention.manual",
      ["pullRequest", "branch", "commit", "manual"].map((kind) => set(`retention.${kind}`, "60d")),
    ),
    output: "plan.json: `retention.classes`",
    holds: (files) => [0, 3, 4, 6].every((index) => files.plan(`retention.classes.${index}.hours`) === 720),
    proof: PROOF,
  }),
  always("6.1", "By hand, `keep_days` says otherwise.", {
    output: "cleanup-images.yml: `on.workflow_dispatch.inputs.keep_days`; .github/pipewright/cleanup",
    holds: (files) =>
      script(files, CLEANUP, "cleanup", "Delete expired images").includes("inputs?.keep_days") &&
      typeof onOf(files, CLEANUP, "workflow_dispatch.inputs.keep_days.type") === "string",
    breaks: brokenProgram("inputs?.keep_days", "undefined"),
    proof: PROOF,
  }),
  always("6.1", "By hand, `dry_run` only says what would go.", {
    output: "cleanup-images.yml: `on.workflow_dispatch.inputs.dry_run`; .github/pipewright/cleanup",
    holds: (files) =>
      script(files, CLEANUP, "cleanup", "Delete expired images").includes("inputs?.dry_run") &&
      typeof onOf(files, CLEANUP, "workflow_dispatch.inputs.dry_run.type") === "string",
    breaks: brokenProgram("inputs?.dry_run", "undefined"),
    proof: PROOF,
  }),
  fromConfig("6.1", "On its schedule it deletes; the plan's never would.", {
    line: deleted("retention.dryRun"),
    output: "plan.json: `retention.dryRun`",
    holds: (files) => files.plan("retention.dryRun") === false,
  }),
  always("5.2, Technical risks", "`latest` and releases stay, and so does everything that a run still needs.", {
    output: "plan.json: `packages.released`",
    holds: (files) => ["latest", "v1.2.3"].every((tag) => matchesAny(files.plan("packages.released"), tag)),
    breaks: broken("plan", /^( +)"latest",$/, '$1"none",'),
    proof: "test/templates/cleanup-decision.test.ts",
  }),
  always("6.1", "The summary says what was deleted and why.", {
    output: "cleanup-images.yml: the summary of its program",
    holds: (files) =>
      script(files, CLEANUP, "cleanup", "Delete expired images").includes("addSummary(`## Image cleanup"),
    breaks: brokenProgram("addSummary(`## Image cleanup", "say(`## Image cleanup"),
    proof: PROOF,
  }),
];
