import type { Job, Step } from "../../../workflow/document/document.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import { rule } from "../../rule.ts";
import { workOf } from "./work.ts";

export const failureArtifact = rule({
  id: "failure-artifact",
  family: "checklist",
  levels: { recommended: "off", strict: "warning" },
  checklist: "10.5.2",
  summary: "A job of browser tests keeps screenshots, traces and logs when it fails.",
  why: "The runner is gone with the job. A browser test that fails once in fifty runs can only be understood from what it left: upload it in a step that runs after a failure too.",
  bad: [
    `on: push
jobs:
  e2e:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npx playwright test
`,
    `on: push
jobs:
  e2e:
    runs-on: ubuntu-latest
    steps:
      - run: npx playwright test
      - uses: actions/upload-artifact@v4
        with:
          name: report
          path: playwright-report
`,
  ],
  good: `on: push
jobs:
  e2e:
    runs-on: ubuntu-latest
    steps:
      - run: npx playwright test
      - uses: actions/upload-artifact@v4
        if: \${{ !cancelled() }}
        with:
          name: report
          path: playwright-report
  unit:
    runs-on: ubuntu-latest
    steps:
      - run: npm test
  recorded:
    runs-on: ubuntu-latest
    steps:
      - uses: cypress-io/github-action@v6
        with: { record: true }
`,
  job(job, { report }) {
    const tests = job.steps.find((step) => workOf(step) === "browser");
    if (!tests || recordsElsewhere(tests)) return;
    const uploads = job.steps.slice(tests.index + 1).filter(isUpload);
    if (
      uploads.some(({ if: condition }) => /\b(?:failure|always|cancelled)\s*\(/.test(condition?.value ?? "")) ||
      tests.continueOnError?.value === "true"
    )
      return;
    // A local action, or a report that is published, may keep what is needed.
    if (job.steps.slice(tests.index + 1).some(mayKeep)) return;
    const [upload] = uploads;
    if (upload)
      report(
        upload.uses?.node ?? upload.node,
        "This upload is skipped when the tests fail, which is when somebody needs it. Add `if: ${{ !cancelled() }}`.",
        { related: [{ at: tests.run ?? tests.uses?.node ?? tests.node, message: "These tests." }] },
      );
    else
      report(
        tests.uses?.node ?? tests.node.pairs.find(({ key }) => key.value === "run")?.key ?? tests.node,
        `When these tests fail, their screenshots and logs go with the runner. Upload them with \`actions/upload-artifact\` in a step with \`if: failure()\`.`,
      );
  },
});

const isUpload = ({ uses }: Step): boolean =>
  isAction(uses, "actions/upload-artifact") || (uses?.kind === "repository" && /upload/.test(uses.name.toLowerCase()));

const mayKeep = ({ uses, if: condition }: Job["steps"][number]): boolean =>
  uses?.kind === "local" ||
  uses?.kind === "computed" ||
  (/\b(?:failure|always|cancelled)\s*\(/.test(condition?.value ?? "") &&
    uses?.kind === "repository" &&
    /report|artifact|pages|publish/.test(uses.name.toLowerCase()));

/** Cypress Cloud and its like keep the recordings themselves. */
const recordsElsewhere = (step: Step): boolean =>
  step.with.has("record") ||
  /--record\b|browserstack|saucelabs|chromatic|percy|argos/.test(
    `${step.run?.value ?? ""} ${step.uses?.written ?? ""}`,
  );
