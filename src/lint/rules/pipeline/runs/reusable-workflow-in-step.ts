import type { Uses } from "../../../../workflow/document/document.ts";
import { rule } from "../../../rule.ts";

export const reusableWorkflowInStep = rule({
  id: "reusable-workflow-in-step",
  family: "pipeline",
  levels: { recommended: "error", strict: "error" },
  summary: "Reusable workflows are called by jobs, actions are run by steps.",
  why: "A step's `uses` takes an action and a job's `uses` a workflow file. GitHub looks for an `action.yml` in the one case and for a workflow in the other, and the run fails (\"Reusing workflow configurations\").",
  bad: `on: push
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: ./.github/workflows/publish.yml
  checkout:
    uses: actions/checkout@v5
`,
  good: `on: push
jobs:
  publish:
    uses: ./.github/workflows/publish.yml
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
`,
  job({ uses, id }, { report }) {
    if (!uses || isWorkflowFile(uses)) return;
    if (uses.kind === "docker")
      return report(
        uses.node,
        `A job calls a workflow, and \`${uses.written}\` is an image. Use it as the job's \`container:\`, or in a step.`,
      );
    // The grammar judges what is no `uses:` at all, and a workflow file with a wrong path; this is an action where a workflow belongs.
    if ((uses.kind !== "repository" && uses.kind !== "local") || /\.ya?ml(?:@|$)/.test(uses.path)) return;
    report(
      uses.node,
      `\`${uses.written}\` is an action, and a job can only call a workflow file under \`.github/workflows\`. Give \`${id}\` a \`runs-on\` and run the action in a step.`,
    );
  },
  step({ uses }, { report }) {
    if (uses && isWorkflowFile(uses))
      report(
        uses.node,
        `\`${uses.written}\` is a workflow, and a step cannot call one. Make it a job of its own with \`uses: ${uses.written}\`; its outputs are then in \`needs.<job>.outputs\`.`,
      );
  },
});

const isWorkflowFile = (uses: Uses): boolean =>
  (uses.kind === "local" || uses.kind === "repository") && /^\.github\/workflows\/[^/]+\.ya?ml$/.test(uses.path);
