import { isAction } from "../../../../workflow/document/uses.ts";
import type { StepRun } from "../../../model/model.ts";
import { inputPair, inputText } from "../../../model/effects/effect.ts";
import { pipelineOf } from "../../../model/pipeline.ts";
import { repositoryRule } from "../../../rule.ts";

export const scanNotEnforced = repositoryRule({
  id: "scan-not-enforced",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A scan stops what it finds, or its findings go where somebody sees them.",
  why: "Trivy ends with 0 whatever it finds unless `exit-code` says otherwise, `continue-on-error` swallows what it does say, and a SARIF file that nothing uploads is thrown away with the runner. For SARIF, Trivy ignores `severity` unless `limit-severities-for-sarif` is set.",
  bad: [
    {
      ".github/workflows/build.yml": `on: push
jobs:
  scan:
    runs-on: ubuntu-latest
    steps:
      - uses: ./.github/actions/scan
`,
      ".github/actions/scan/action.yml": `name: Scan
runs:
  using: composite
  steps:
    - uses: aquasecurity/trivy-action@0.33.1
      with:
        image-ref: ghcr.io/octo/app:test
        severity: CRITICAL
`,
    },
    `on: push
jobs:
  scan:
    runs-on: ubuntu-latest
    steps:
      - uses: aquasecurity/trivy-action@0.33.1
        with:
          image-ref: ghcr.io/octo/app:test
          format: sarif
          output: trivy.sarif
`,
    `on: push
jobs:
  scan:
    runs-on: ubuntu-latest
    steps:
      - uses: anchore/scan-action@v7
        continue-on-error: true
        with:
          image: ghcr.io/octo/app:test
          output-format: table
`,
  ],
  good: [
    `on: push
jobs:
  scan:
    runs-on: ubuntu-latest
    steps:
      - uses: aquasecurity/trivy-action@0.33.1
        with:
          image-ref: ghcr.io/octo/app:test
          exit-code: '1'
          severity: CRITICAL
  report:
    runs-on: ubuntu-latest
    steps:
      - uses: aquasecurity/trivy-action@0.33.1
        with:
          image-ref: ghcr.io/octo/app:test
          format: sarif
          output: trivy.sarif
      - uses: github/codeql-action/upload-sarif@v4
        with:
          sarif_file: trivy.sarif
      - uses: aquasecurity/trivy-action@0.33.1
        with:
          scan-type: image
          image-ref: ghcr.io/octo/app:test
          format: spdx-json
          output: sbom.json
  grype:
    runs-on: ubuntu-latest
    steps:
      - uses: anchore/scan-action@v7
        with:
          image: ghcr.io/octo/app:test
`,
  ],
  repository({ repository, report }) {
    const seen = new Set<unknown>();
    for (const run of pipelineOf(repository).runs)
      for (const job of run.jobs)
        for (const step of job.steps) {
          const trivy = isAction(step.step.uses, "aquasecurity/trivy-action");
          if ((!trivy && !isAction(step.step.uses, "anchore/scan-action")) || seen.has(step.step)) continue;
          seen.add(step.step);
          const problem = trivy ? trivyProblem(step) : grypeProblem(step);
          if (!problem) continue;
          const pair = problem.input === undefined ? undefined : inputPair(step, problem.input);
          report(
            step.document,
            problem.input === "continue-on-error"
              ? (step.step.continueOnError ?? step.step.node)
              : (pair?.value ?? step.step.uses?.node ?? step.step.node),
            problem.message,
            problem.info === true ? { level: "info" } : {},
          );
        }
  },
});

interface Problem {
  input?: string;
  message: string;
  info?: boolean;
}

function trivyProblem(step: StepRun): Problem | undefined {
  const format = inputText(step, "format") ?? (inputPair(step, "format") ? undefined : "table");
  // A list of parts is no scan, and a configuration file may say the rest.
  if (
    format === undefined ||
    /spdx|cyclonedx|github|template/.test(format) ||
    ["trivy-config", "skip-setup-trivy-only"].some((name) => step.step.with.has(name)) ||
    mayBeElsewhere(step)
  )
    return undefined;
  const exit = inputText(step, "exit-code") ?? (inputPair(step, "exit-code") ? undefined : "0");
  if (exit === undefined) return undefined;
  const tolerated = step.step.continueOnError?.value === "true" || step.outer.continueOnError?.value === "true";
  if (format === "sarif") {
    const file = inputText(step, "output");
    if (exit === "0" && file !== undefined && !isTakenUp(step, file))
      return {
        input: "format",
        message: `Nothing uploads \`${file}\`, so nobody sees what this scan finds, and without \`exit-code\` it stops nothing. Upload it with \`github/codeql-action/upload-sarif\`, or set \`exit-code: '1'\`.`,
      };
    if (inputPair(step, "severity") && inputPair(step, "limit-severities-for-sarif") === undefined)
      return {
        input: "severity",
        info: true,
        message:
          "For SARIF, Trivy ignores `severity` and reports everything. Add `limit-severities-for-sarif: true` if only these are meant.",
      };
    return undefined;
  }
  if (exit !== "0" && !tolerated) return undefined;
  const enforced = othersOf(step).some((other) => enforces(other));
  if (enforced) return undefined;
  const file = inputText(step, "output");
  if (file !== undefined && isTakenUp(step, file)) return undefined;
  if (exit !== "0")
    return {
      input: "continue-on-error",
      message:
        "`continue-on-error` swallows the failure of this scan: whatever it finds, the job goes on. Remove it, or say which findings are accepted in a `.trivyignore` file.",
    };
  return {
    input: "exit-code",
    message:
      "This scan never fails: Trivy's exit code is 0 whatever it finds. Set `exit-code: '1'` and the `severity` that is too much.",
    info: othersOf(step).some(
      (other) => inputText(other, "format") === "sarif" && isTakenUp(other, inputText(other, "output") ?? ""),
    ),
  };
}

function grypeProblem(step: StepRun): Problem | undefined {
  const tolerated = step.step.continueOnError?.value === "true";
  const off = inputText(step, "fail-build") === "false";
  if ((!tolerated && !off) || mayBeElsewhere(step)) return undefined;
  if (
    othersOf(step).some((other) => isAction(other.step.uses, "github/codeql-action/upload-sarif")) ||
    usesOutputs(step)
  )
    return undefined;
  return tolerated
    ? {
        input: "continue-on-error",
        message:
          "`continue-on-error` swallows the failure of this scan, and nothing uploads its report. Remove it, or upload the SARIF file with `github/codeql-action/upload-sarif`.",
      }
    : {
        input: "fail-build",
        message:
          "This scan fails nothing, and nothing uploads its report. Remove `fail-build: false`, or upload the SARIF file with `github/codeql-action/upload-sarif`.",
      };
}

const enforces = (step: StepRun): boolean =>
  isAction(step.step.uses, "aquasecurity/trivy-action") &&
  !["0", undefined].includes(inputText(step, "exit-code")) &&
  step.step.continueOnError?.value !== "true";

const othersOf = (step: StepRun): StepRun[] => step.job.steps.filter((other) => other !== step);

/** Some later step reads the file, or reads what the scan said. */
function isTakenUp(step: StepRun, file: string): boolean {
  const { steps } = step.job;
  return (
    usesOutputs(step) ||
    steps
      .slice(steps.indexOf(step) + 1)
      .some(
        ({ step: other, document }) =>
          isAction(other.uses, "github/codeql-action/upload-sarif") ||
          document.file.text.slice(other.node.start, other.node.end).includes(file.replace(/^.*\//, "")) ||
          (isAction(other.uses, "actions/upload-artifact") &&
            /(?:\*|reports?|results?)\/?/.test(
              other.with.get("path")?.value.kind === "scalar"
                ? document.file.text.slice(other.with.get("path")?.value.start, other.with.get("path")?.value.end)
                : "",
            )),
      )
  );
}

const usesOutputs = ({ step, document }: StepRun): boolean =>
  step.id !== undefined &&
  new RegExp(`steps\\.${step.id.value.replace(/[^\w-]/g, "")}\\.(?:outcome|outputs)`).test(document.file.text);

/** A file in the repository or a variable may hold the settings. */
const mayBeElsewhere = ({ step, scope }: StepRun): boolean =>
  ["trivy_exit_code", "trivy_config"].some((name) => scope.lookup(["env", name]) !== undefined) ||
  step.with.get("scan-type")?.value.kind === "mapping";
