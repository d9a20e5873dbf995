import { type Document, inputOf, type Step, stepsOf } from "../../../workflow/document/document.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import { repositoryRule } from "../../rule.ts";
import { invocationOf, operandsOf } from "../../../shell/invocation.ts";
import { commandsIn, scriptOf } from "../../scripts.ts";
import { workflowsOf } from "../../repository.ts";

export const unscannedImage = repositoryRule({
  id: "unscanned-image",
  family: "checklist",
  levels: { recommended: "off", strict: "warning" },
  checklist: "10.2.3",
  summary: "An image that is pushed is scanned for known vulnerabilities.",
  why: "Nobody reads the base image's changelog. A scanner (Trivy, Grype, Docker Scout, Snyk) on the pushed digest fails the run, or reports to the Security tab, before anybody deploys it.",
  bad: {
    ".github/workflows/build.yml": `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/acme/app:1
`,
  },
  good: [
    {
      ".github/workflows/build.yml": `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/acme/app:1
`,
      ".github/workflows/scan.yml": `on:
  workflow_run:
    workflows: [Build]
jobs:
  scan:
    runs-on: ubuntu-latest
    steps:
      - uses: aquasecurity/trivy-action@0.33.1
        with: { image-ref: ghcr.io/acme/app:1 }
`,
    },
    {
      ".github/workflows/build.yml": `on: pull_request
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with: { push: false }
`,
    },
  ],
  repository({ repository, report }) {
    // A scan may stand in any workflow or action; one that calls elsewhere may hold it there.
    if (!repository.complete || repository.documents.some(scans)) return;
    for (const workflow of workflowsOf(repository))
      for (const step of stepsOf(workflow)) {
        if (!pushes(step)) continue;
        report(
          workflow,
          step.uses?.node ?? step.node.pairs.find(({ key }) => key.value === "run")?.key ?? step.node,
          "This image is pushed, and no workflow of the repository scans it. Scan its digest with `aquasecurity/trivy-action` or `anchore/scan-action` before it is used.",
        );
        break;
      }
  },
});

const SCANNERS =
  /\b(?:trivy|grype|snyk|docker[ -]scout|scout-action|clair|anchore|sysdig|prisma-cloud|twistlock|wiz|aqua|xray|dockle)\b|scan-action|container-scan|image-scan/i;

const scans = (document: Document): boolean =>
  stepsOf(document).some(
    ({ uses, run }) => SCANNERS.test(uses?.written ?? "") || (run !== undefined && SCANNERS.test(run.value)),
  ) ||
  (document.kind === "workflow" && document.jobs.some(({ uses }) => uses?.kind === "repository"));

function pushes(step: Step): boolean {
  if (isAction(step.uses, "docker/build-push-action", "docker/bake-action")) {
    const push = inputOf(step, "push")?.value;
    return push !== undefined && push !== "false";
  }
  const script = scriptOf(step);
  return (
    script !== undefined &&
    commandsIn(script).some((command) => {
      const { name, args } = invocationOf(command);
      return (name === "docker" || name === "podman") && operandsOf({ args })[0] === "push";
    })
  );
}
