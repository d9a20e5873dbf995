/** How a workflow tells a commit or a pull request what came out. */
import { jobOf, type Step, type WorkflowDocument } from "../../workflow/document/document.ts";
import { scalarOf } from "../../workflow/yaml/node.ts";
import { levelOf, permissionsFor } from "./token.ts";

export interface ResultReport {
  step: Step;
  how: "status" | "check" | "comment" | "unknown";
}

const CHECKS =
  /^(?:dorny\/test-reporter|enricomi\/publish-unit-test-result-action(?:\/.*)?|mikepenz\/action-junit-report|scacap\/action-surefire-report|louisbrunner\/checks-action|check-run-reporter\/action|phoenix-actions\/test-reporting|ashley-taylor\/junit-report-annotations-action|actions-rs\/clippy-check|yuzutech\/annotations-action|reviewdog\/.*)$/;
const STATUSES =
  /^(?:myrotvorets\/set-commit-status-action|guibranco\/github-status-action-v2|sibz\/github-status-action|ouzi-dev\/commit-status-updater|niteoweb\/reverse-dependency|haya14busa\/action-workflow_run-status|codecov\/.*|coverallsapp\/github-action|sonarsource\/.*|github\/codeql-action\/upload-sarif|potiuk\/get-workflow-origin)$/;
const COMMENTS =
  /^(?:marocchino\/sticky-pull-request-comment|peter-evans\/create-or-update-comment|thollander\/actions-comment-pull-request|mshick\/add-pr-comment|actions-cool\/maintain-one-comment|unsplash\/comment-on-pr|actions-ecosystem\/action-create-comment|nwtgck\/actions-netlify|andresz1\/size-limit-action|preactjs\/compressed-size-action)$/;

/** Names of actions that may well tell somebody. */
const SAYS_SOMETHING =
  /status|checks?\b|report|comment|annotat|notif|slack|discord|teams|telegram|deploy|publish|review|label/;

const known = new WeakMap<WorkflowDocument, ResultReport[]>();

export function reportsIn(workflow: WorkflowDocument): ResultReport[] {
  let found = known.get(workflow);
  if (!found) {
    found = workflow.jobs
      .flatMap(({ steps }) => steps)
      .flatMap((step) => {
        const how = howOf(step);
        return how && mayReport(step, how) ? [{ step, how }] : [];
      });
    known.set(workflow, found);
  }
  return found;
}

/** Without the scope for it, a script that names statuses only reads them. */
function mayReport(step: Step, how: ResultReport["how"]): boolean {
  const job = jobOf(step);
  if (!step.run || !job || (how !== "status" && how !== "check")) return true;
  const level = levelOf(permissionsFor(job), how === "status" ? "statuses" : "checks");
  return level === undefined || level === "write";
}

function howOf(step: Step): ResultReport["how"] | undefined {
  const { uses, run } = step;
  if (uses) {
    if (uses.kind === "local" || uses.kind === "computed") return "unknown";
    if (uses.kind !== "repository") return undefined;
    const name = uses.name.toLowerCase();
    if (name === "actions/github-script") return ofCode(scalarOf(step.with.get("script")?.value)?.value ?? "");
    return CHECKS.test(name)
      ? "check"
      : STATUSES.test(name)
        ? "status"
        : COMMENTS.test(name)
          ? "comment"
          : SAYS_SOMETHING.test(name)
            ? "unknown"
            : undefined;
  }
  return run ? ofCode(run.value) : undefined;
}

function ofCode(code: string): ResultReport["how"] | undefined {
  if (/createCommitStatus|repos\.createStatus|\/statuses\/|gh (?:api|pr) [^\n]*status(?:es)?\//.test(code))
    return "status";
  if (/checks\.(?:create|update)|\/check-runs/.test(code)) return "check";
  if (
    /createComment|updateComment|createReview|gh (?:pr|issue) (?:comment|review|edit|create)|\/comments\b|issues\.create|addLabels|hooks\.slack\.com|WEBHOOK/.test(
      code,
    )
  )
    return "comment";
  // A script file of the repository may do anything; `require` in a github-script likewise.
  return /\brequire\(|\bimport\(/.test(code) ? "unknown" : undefined;
}
