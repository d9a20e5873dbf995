import { versionOf } from "../../../actions/versions.ts";
import { inputOf, type Job, type Step, type WorkflowDocument } from "../../../workflow/document/document.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import { fixOf, setIn } from "../../edits.ts";
import { rule } from "../../rule.ts";

/** Days: for what only a later job takes (a failed run is re-run within days), and for what people look at. */
const FOR_JOBS = 3;
const FOR_PEOPLE = 14;

export const artifactRetention = rule({
  id: "artifact-retention",
  family: "checklist",
  levels: { recommended: "off", strict: "info" },
  checklist: "10.3.5",
  summary: "An artifact states for how many days it is kept.",
  why: "Without `retention-days` an artifact is kept for the repository's default, 90 days where nobody changed it, and its storage is billed in private repositories for as long.",
  bad: [
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/upload-artifact@v4
        with:
          name: site
          path: dist
  deploy:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v4
        with: { name: site }
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/upload-artifact@v4
        with: { path: report }
`,
  ],
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/upload-artifact@v4
        with:
          name: site
          path: dist
          retention-days: 3
`,
  fixable: true,
  step(step, { report, document }) {
    if (
      !step.uses ||
      !isAction(step.uses, "actions/upload-artifact") ||
      step.with.has("retention-days") ||
      step.owner.kind !== "job"
    )
      return;
    // Expressions as a whole block of inputs, and shapes that are no mapping, are left alone.
    if (step.with.size === 0) return;
    // Version 1 has no such input, and runs no longer.
    if (
      step.uses.kind === "repository" &&
      (/^v?1(?:\.|$)/.test(step.uses.ref) ||
        versionOf(step.uses.name, step.uses.ref)?.version.inputs.has("retention-days") === false)
    )
      return;
    const days = isTakenBy(step, step.owner.workflow) ? FOR_JOBS : FOR_PEOPLE;
    report(
      step.uses.node,
      `This artifact is kept for the repository's default, 90 days unless somebody changed it. Set \`retention-days\`, such as ${days}${days === FOR_JOBS ? ": only later jobs of this run take it" : ""}.`,
      {
        fix: fixOf(`Add \`retention-days: ${days}\``, setIn(document.file, step.node, "with", "retention-days", days)),
      },
    );
  },
});

/** A later job of the same run downloads it. */
function isTakenBy(step: Step, workflow: WorkflowDocument): boolean {
  const name = inputOf(step, "name")?.value ?? "artifact";
  return workflow.jobs.some(
    (job: Job) =>
      job !== step.owner &&
      job.steps.some(
        (other) =>
          isAction(other.uses, "actions/download-artifact") &&
          inputOf(other, "run-id")?.value === undefined &&
          (inputOf(other, "name")?.value ?? name) === name,
      ),
  );
}
