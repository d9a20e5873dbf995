import type { Uses } from "../../../workflow/document/document.ts";
import { rule, type RuleContext } from "../../rule.ts";
import { ARCHIVED } from "./archived-actions.ts";

export const archivedAction = rule({
  id: "archived-action",
  family: "security",
  levels: { recommended: "warning", strict: "warning" },
  summary: "Actions are ones that somebody still maintains.",
  why: "An archived repository takes no fix for a weakness in the action or in what it bundles, and its runtime goes out of support.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions-rs/toolchain@v1
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: dtolnay/rust-toolchain@stable
`,
  step: (step, context) => judge(step.uses, context),
  job: (job, context) => judge(job.uses, context),
});

function judge(uses: Uses | undefined, { report }: RuleContext): void {
  if (uses?.kind !== "repository" || !Object.hasOwn(ARCHIVED, uses.repository)) return;
  const instead = ARCHIVED[uses.repository];
  report(
    uses.node,
    `The repository \`${uses.repository}\` is archived: nobody mends it any more. ${instead === undefined || instead === "" ? "Look for one that is maintained, or do it in a `run:` step" : `Use ${instead}`}.`,
  );
}
