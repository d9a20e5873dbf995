/** Section 6.1 of Sindri's plan: old images are deleted, for which the plan only writes instructions. */
import { onOf, same } from "../../support/questions.ts";
import { all, always, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import { given } from "../sindri-files.ts";

const CLEANUP = "cleanup-images";
const PROOF = "test/execution/cleanup-oci.test.ts";

export const cleanupRows: Requirement[] = [
  fromConfig(
    "6.1, P6 deliverables, P6 tests, Technical risks, Business risks, After launch",
    "cleanup-images.yml really deletes, by the registry's own API (`DELETE /v2/…/manifests/<digest>`).",
    {
      line: set("retention", false),
      output: "cleanup-images.yml: job `cleanup`, `cleanup`: `mode`",
      holds: (files) => files.setting(CLEANUP, "CLEANUP", "mode") === "oci",
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
    output: "cleanup-images.yml: job `cleanup`, `cleanup`: `classes`",
    holds: (files) =>
      [0, 3, 4, 6].every((index) => files.setting(CLEANUP, "CLEANUP", `classes.${index}.hours`) === 720),
    proof: PROOF,
  }),
  always("6.1", "By hand, `keep_days` says otherwise.", {
    output: "cleanup-images.yml: `on.workflow_dispatch.inputs.keep_days`; job `cleanup`, `keep-days`",
    holds: (files) =>
      given(files, CLEANUP, "cleanup", "Delete expired images", "keep-days") === "${{ inputs.keep_days }}" &&
      typeof onOf(files, CLEANUP, "workflow_dispatch.inputs.keep_days.type") === "string",
    breaks: broken(CLEANUP, /^ +KEEP_DAYS: .*\n/, ""),
    proof: PROOF,
  }),
  always("6.1", "By hand, `dry_run` only says what would go.", {
    output: "cleanup-images.yml: `on.workflow_dispatch.inputs.dry_run`; job `cleanup`, `dry-run`",
    holds: (files) =>
      String(given(files, CLEANUP, "cleanup", "Delete expired images", "dry-run")).includes("inputs.dry_run"),
    breaks: broken(CLEANUP, /^ +DRY_RUN: .*\n/, ""),
    proof: PROOF,
  }),
  fromConfig("6.1", "On its schedule it deletes; the plan's never would.", {
    line: deleted("retention.dryRun"),
    output: "cleanup-images.yml: job `cleanup`, `dry-run`",
    holds: (files) =>
      String(given(files, CLEANUP, "cleanup", "Delete expired images", "dry-run")).includes(
        "!= 'workflow_dispatch' && false",
      ),
  }),
  always("5.2, Technical risks", "`latest` and releases stay, and so does everything that a run still needs.", {
    output: "cleanup-images.yml: job `cleanup`, `cleanup`: `keepForever`",
    holds: (files) => files.setting(CLEANUP, "CLEANUP", "keepForever.0") === "^(latest)$",
    breaks: broken(CLEANUP, '"^(latest)$",', '"^(none)$",'),
    proof: "test/templates/cleanup-decision.test.ts",
  }),
  always("6.1", "The summary says what was deleted and why.", {
    output: "cleanup-images.yml: the summary of its program",
    holds: (files) => files.text(CLEANUP).includes("addSummary(`## Image cleanup"),
    breaks: broken(CLEANUP, "addSummary(`## Image cleanup", "say(`## Image cleanup"),
    proof: PROOF,
  }),
];
