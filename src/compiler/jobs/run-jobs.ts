/**
 * The jobs of a run, a stage each: what builds, the tests that it runs and the verdict on them, what moves tags, publishes
 * and deploys, and what takes away again. Which there are, and what each waits for, is the plan's; here stands what each does.
 */
import {
  BUILDS_JOB,
  callsBuilds,
  GATE_JOB,
  hasGate,
  hasReady,
  isCalled,
  merges,
  planJobId,
  publishedIn,
  type RunKind,
  soleGroup,
  testJobId,
} from "../../pipeline/runs.ts";
import { type Stage, stagesOf } from "../../pipeline/stages.ts";
import type { EventClass, Pipeline, PublishTarget } from "../../pipeline/types.ts";
import type { CallJob, Job } from "../../workflow/model.ts";
import { isOneOf } from "../classes.ts";
import { every, expression, OF_THIS_REPOSITORY, plannedIn, quoted, succeededOrSkipped, TOKEN } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { useProgram } from "../steps/program.ts";
import { buildStageJob } from "./build-stages.ts";
import { buildingInRun } from "./building.ts";
import { callBuildsJob } from "./call-builds.ts";
import { callJob, inlineTestJob } from "./call.ts";
import { cleanJob } from "./clean.ts";
import { commentJob } from "./comment.ts";
import { deliverJob } from "./deliver.ts";
import { gateJob } from "./gate.ts";
import { digestOf } from "./image/outputs.ts";
import { planJob } from "./plan.ts";
import { promoteJob } from "./promote.ts";
import { releaseJob } from "./release.ts";
import { callScanJob } from "./scan.ts";
import { withdrawJob } from "./withdraw.ts";

export const runJobs = (pipeline: Pipeline, run: RunKind): Record<string, Job | CallJob> =>
  Object.fromEntries(stagesOf(pipeline, run).map((stage) => [stage.id, jobOf(pipeline, run, stage)]));

function jobOf(pipeline: Pipeline, run: RunKind, stage: Stage): Job | CallJob {
  const { needs } = stage;
  switch (stage.kind) {
    case "plan":
      return planJob(pipeline, run);
    case "builds":
      return callBuildsJob(pipeline, stage.part, run, needs);
    case "build":
    case "publish":
    case "attest":
    case "ready":
      return buildStageJob(pipeline, stage, buildingInRun(pipeline, run), run);
    case "scan":
      return callScanJob(pipeline, run, needs);
    case "verdicts":
      return verdictsJob(pipeline, needs);
    case "test":
      return isCalled(pipeline, stage.consumer)
        ? callJob(pipeline, stage.consumer, run, needs)
        : inlineTestJob(pipeline, stage.consumer, run, needs);
    case "verdict":
      return gateJob(pipeline, run, needs, stage.consumer);
    case "comment":
      return commentJob(pipeline, stage.consumer, {
        needs,
        pullRequest: "github.event.pull_request.number",
        isTrusted: `(${OF_THIS_REPOSITORY})`,
        test: testJobId(stage.consumer.key),
      });
    case "gate":
      return gateJob(pipeline, run, needs);
    case "approve":
      return approveJob(pipeline, stage.environment, needs, hasPassed(pipeline, run));
    case "release":
      return releaseJob(
        pipeline,
        stage.build,
        needs,
        every(
          "!cancelled()",
          hasPassed(pipeline, run),
          ...approved(needs),
          `(${digestOf(pipeline, run, stage.build)}) != ''`,
        ),
      );
    case "promote":
      return promoteInRun(pipeline, run, needs);
    case "deliver":
      return deliverJob(pipeline, stage.target, { run, needs, if: whenDelivered(pipeline, run, stage.target, needs) });
    case "published":
      return publishedJob(pipeline, needs);
    case "withdraw":
      return withdrawJob(pipeline, needs);
    case "clean":
      return cleanJob(pipeline, needs);
  }
}

/** A condition: everything before has done its work, the tests among it where this run sees them. */
export function hasPassed(pipeline: Pipeline, run: RunKind): string {
  if (hasGate(pipeline)) return `needs.${GATE_JOB}.result == 'success'`;
  if (callsBuilds(pipeline)) return `needs.${BUILDS_JOB}.result == 'success'`;
  if (hasReady(pipeline, run)) return "needs.ready.result == 'success'";
  const sole = soleGroup(pipeline, run);
  return every(
    `needs.${planJobId(pipeline, run)}.result == 'success'`,
    sole && merges(pipeline, run, sole) && succeededOrSkipped(`publish-${sole.key}`),
  );
}

function whenDelivered(pipeline: Pipeline, run: RunKind, target: PublishTarget, needs: readonly string[]): string {
  const others = needs
    .filter((need) => /^(release|deliver)-/.test(need))
    .map((need) => `needs.${need}.result == 'success'`);
  return every(
    "!cancelled()",
    hasPassed(pipeline, run),
    whenPublished(pipeline, run, publishedIn(target, run)),
    ...approved(needs),
    changedSince(pipeline, target, run),
    ...others,
  );
}

/** Reviewers that are needed have approved, or were not to be asked. */
const approved = (needs: readonly string[]): string[] =>
  needs.filter((id) => id.startsWith("approve-")).map(succeededOrSkipped);

/** The class is one that is published; a manual run of main is where somebody asks for it. */
function whenPublished(pipeline: Pipeline, run: RunKind, classes: readonly EventClass[]): string | undefined {
  const kind = plannedIn(pipeline, run)("class");
  const wanted = isOneOf(classes, run, pipeline, kind);
  if (run !== "build" || wanted === undefined || !classes.includes("main")) return wanted;
  return `(${wanted} || ${kind} == 'manual' && inputs.force_publish && github.ref_name == ${quoted(pipeline.branches.main)})`;
}

function promoteInRun(pipeline: Pipeline, run: RunKind, needs: readonly string[]): Job {
  const planned = plannedIn(pipeline, run);
  const nightly = run === "nightly";
  const channels = pipeline.channels.filter(({ of }) => (of === "nightly") === nightly);
  if (nightly) return promoteJob(pipeline, { needs, nightly, if: every("!cancelled()", hasPassed(pipeline, run)) });
  const classes: EventClass[] = [
    ...(channels.some(({ of }) => of === pipeline.branches.main) ? (["main"] as const) : []),
    ...(channels.some(({ of }) => of !== pipeline.branches.main) ? (["integration"] as const) : []),
  ];
  const byHand = `${planned("class")} == 'manual' && inputs.push_latest && github.ref_name == ${quoted(pipeline.branches.main)}`;
  return promoteJob(pipeline, {
    needs,
    nightly,
    if: every(
      "!cancelled()",
      hasPassed(pipeline, run),
      `(${isOneOf(classes, run, pipeline, planned("class")) ?? "true"} || ${byHand})`,
    ),
    source: expression(`${planned("class")} == 'manual' && ${planned("tag")} || ''`),
  });
}

/** A package whose inputs are declared is published anew only where they changed since the last publication; a release publishes all of its own. */
const changedSince = (pipeline: Pipeline, target: PublishTarget, run: RunKind): string | undefined =>
  run === "build" && (target.kind === "npm" || target.kind === "maven") && target.from.inputs !== undefined
    ? `${plannedIn(pipeline, run)(`${target.from.key}-changed`)} == 'true'`
    : undefined;

/** Looks up what has passed on the commit of a release before. */
function verdictsJob(pipeline: Pipeline, needs: readonly string[]): Job {
  return {
    name: "Look for verdicts",
    needs,
    if: every("!cancelled()", plannedIn(pipeline, "release")("class")),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 10,
    permissions: grant({ checks: "read", statuses: "read" }),
    outputs: { passed: expression("steps.verdicts.outputs.passed") },
    steps: [
      useProgram("read-verdicts", {
        name: "Read the verdicts on this commit",
        id: "verdicts",
        with: {
          "gh-token": TOKEN,
          sha: expression(plannedIn(pipeline, "release")("sha")),
          needs: expression("toJSON(needs)"),
        },
      }),
    ],
  };
}

/** Fails when a target failed; skipped where there was nothing to publish. */
const publishedJob = (pipeline: Pipeline, needs: readonly string[]): Job => ({
  name: pipeline.checks.published,
  needs,
  if: every(
    "!cancelled()",
    `(${needs
      .slice(1)
      .map((id) => `needs.${id}.result != 'skipped'`)
      .join(" || ")})`,
  ),
  "runs-on": pipeline.runners.default,
  "timeout-minutes": 5,
  permissions: {},
  steps: [
    useProgram("check-needs", { name: "Check what was published", with: { needs: expression("toJSON(needs)") } }),
  ],
});

/** Waits for the reviewers of an environment, where a release is a major one. */
const approveJob = (pipeline: Pipeline, environment: string, needs: readonly string[], condition: string): Job => ({
  name: `Approve for ${environment}`,
  needs,
  if: every("!cancelled()", condition, `${plannedIn(pipeline, "release")("major")} == 'true'`),
  "runs-on": pipeline.runners.default,
  "timeout-minutes": 5,
  permissions: {},
  environment,
  steps: [
    useProgram("approved", {
      name: "Say that it is approved",
      with: { environment, version: expression(plannedIn(pipeline, "release")("version")) },
    }),
  ],
});
