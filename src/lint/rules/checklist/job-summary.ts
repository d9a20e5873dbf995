import { type Step, stepsOf } from "../../../workflow/document/document.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import { scalarOf } from "../../../workflow/yaml/node.ts";
import { rule } from "../../rule.ts";
import { workOf } from "./work.ts";

export const jobSummary = rule({
  id: "job-summary",
  family: "checklist",
  levels: { recommended: "off", strict: "info" },
  checklist: "10.5.3",
  summary: "A workflow that publishes images says in its summary what it published.",
  why: "Which tag and digest came out of a run stands somewhere in a thousand lines of log. What is written to `$GITHUB_STEP_SUMMARY` as Markdown is the first thing that the run's page shows.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          docker build -t ghcr.io/acme/app:1 .
          docker push ghcr.io/acme/app:1
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          docker build -t ghcr.io/acme/app:1 .
          docker push ghcr.io/acme/app:1
          echo "Pushed \\\`ghcr.io/acme/app:1\\\`" >> "$GITHUB_STEP_SUMMARY"
  action:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with: { push: true }
`,
  workflow(workflow, { report }) {
    const steps = stepsOf(workflow);
    if (steps.some(maySummarise)) return;
    const push = steps.find(
      (step) =>
        step.run !== undefined &&
        workOf(step) === "image" &&
        /\b(?:docker|podman)\s+push\b|--push\b/.test(step.run.value),
    );
    const key = push?.node.pairs.find(({ key: { value } }) => value === "run")?.key;
    if (key)
      report(
        key,
        "This step publishes an image, and the run's page does not say which. Write its tag and digest as Markdown to `$GITHUB_STEP_SUMMARY`.",
      );
  },
});

/** build-push-action and bake-action write a summary themselves since version 6 (Docker, "GitHub Actions build summary"). */
const SUMMARISING = ["docker/build-push-action", "docker/bake-action", "docker/scout-action"];

function maySummarise({ run, uses, with: inputs }: Step): boolean {
  if (isAction(uses, ...SUMMARISING) || uses?.kind === "local" || uses?.kind === "computed") return true;
  const script = scalarOf(inputs.get("script")?.value)?.value ?? "";
  return /GITHUB_STEP_SUMMARY/.test(run?.value ?? "") || /core\.summary/.test(script);
}
