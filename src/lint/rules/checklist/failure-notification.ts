import { type Job, type Step, triggerOf, type WorkflowDocument } from "../../../workflow/document/document.ts";
import { rule } from "../../rule.ts";
import { effectsOf } from "./work.ts";

export const failureNotification = rule({
  id: "failure-notification",
  family: "checklist",
  levels: { recommended: "off", strict: "info" },
  checklist: "10.5.4",
  summary: "A workflow that deploys, or that works on a schedule, tells somebody when it fails.",
  why: "GitHub mails the person who pushed, and for a schedule whoever last changed its cron line, who may have left. A nightly run can be red for months.",
  bad: [
    `on:
  schedule:
    - cron: 0 3 * * *
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: terraform apply -auto-approve
`,
    `on:
  schedule:
    - cron: 0 3 * * *
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - run: make release
`,
  ],
  good: [
    `on:
  schedule:
    - cron: 0 3 * * *
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: terraform apply -auto-approve
      - if: failure()
        run: gh issue create --title "The nightly deployment failed" --body "$RUN"
`,
    `on: pull_request
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  ],
  workflow(workflow, { report }) {
    if (!triggerOf(workflow, "schedule") && !triggerOf(workflow, "push")) return;
    if (workflow.jobs.some((job) => asksForFailure(job) || job.uses !== undefined)) return;
    const critical = criticalJob(workflow);
    if (!critical) return;
    report(
      critical.job.key,
      `Nobody is told when \`${critical.job.id}\` fails, and it ${critical.what}. Add a step with \`if: failure()\` that opens an issue or posts to where the team looks.`,
    );
  },
});

/** A step, or the job itself, runs because another has failed. */
const asksForFailure = (job: Job): boolean =>
  [job.if, ...job.steps.map((step: Step) => step.if)].some((condition) =>
    /\bfailure\s*\(|\.(?:result|conclusion|outcome)\b/.test(condition?.value ?? ""),
  ) || job.steps.some(notifies);

/** Tells the outcome, whatever it was. */
const notifies = ({ uses, if: condition, run }: Step): boolean =>
  (uses?.kind === "repository" &&
    /slack|discord|teams|telegram|notify|notification|pagerduty|opsgenie|mail|matrix-message|healthcheck/.test(
      uses.name.toLowerCase(),
    )) ||
  (/\balways\s*\(/.test(condition?.value ?? "") && /job\.status|webhook|hooks\.slack|issue/i.test(run?.value ?? ""));

function criticalJob(workflow: WorkflowDocument): { job: Job; what: string } | undefined {
  const effect = effectsOf(workflow).find(({ what }) => what === "deploys" || what.startsWith("applies"));
  if (effect && effect.step.owner.kind === "job") return { job: effect.step.owner, what: effect.what };
  // On a schedule nobody looks on while it runs.
  const named = triggerOf(workflow, "schedule")
    ? workflow.jobs.find(
        ({ id, steps }) =>
          /(?:^|[-_])(?:release|publish|deploy)(?:$|[-_])/i.test(id) && steps.some((step) => step.run !== undefined),
      )
    : undefined;
  if (named) return { job: named, what: /deploy/i.test(named.id) ? "deploys" : "releases" };
  const job = workflow.jobs.find(
    ({ environment }) =>
      environment !== undefined &&
      /prod/i.test(
        JSON.stringify(
          environment.value.kind === "scalar"
            ? environment.value.value
            : environment.value.kind === "mapping"
              ? environment.value.pairs.map(({ value }) => (value.kind === "scalar" ? value.value : ""))
              : "",
        ),
      ),
  );
  return job && { job, what: "deploys to production" };
}
