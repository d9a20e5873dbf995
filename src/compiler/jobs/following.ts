/**
 * The jobs of a run that come after its builds: the tests that it calls and their verdicts, what moves tags, publishes and
 * deploys, and what takes away again. Which there are, and what each waits for, is the plan's; here stands what each does.
 */
import {
  type RunKind,
  type Stage,
  CLASSES_OF,
  approvalsIn,
  approveJobId,
  calledIn,
  commentJobId,
  deliverJobId,
  publishedIn,
  requiredIn,
  stagesOf,
  targetsIn,
  testJobId,
  verdictJobId,
} from "../../pipeline/stages.ts";
import type { Consumer, EventClass, ImageBuild, Pipeline, PublishTarget } from "../../pipeline/types.ts";
import type { CallJob, Job } from "../../workflow/model.ts";
import { isOneOf } from "../classes.ts";
import { every, expression, OF_THIS_REPOSITORY, planned, quoted, succeededOrSkipped, TOKEN } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { useProgram } from "../steps/program.ts";
import { callJob, verdictJob } from "./call.ts";
import { cleanJob } from "./clean.ts";
import { commentJob } from "./comment.ts";
import { deliverJob } from "./deliver.ts";
import { promoteJob } from "./promote.ts";
import { releaseJob } from "./release.ts";
import { withdrawJob } from "./withdraw.ts";

export function followingJobs(pipeline: Pipeline, run: RunKind): Record<string, Job | CallJob> {
  const stages = stagesOf(pipeline, run);
  return Object.fromEntries(
    stages.flatMap((stage): [string, Job | CallJob][] => {
      const job = jobOf(pipeline, run, stage);
      return job ? [[stage.id, job]] : [];
    }),
  );
}

function jobOf(pipeline: Pipeline, run: RunKind, { id, kind, needs }: Stage): Job | CallJob | undefined {
  const consumer = (idOf: (key: string) => string): Consumer =>
    found(
      calledIn(pipeline, run).find(({ key }) => idOf(key) === id),
      id,
    );
  switch (kind) {
    case "test":
      return callJob(pipeline, consumer(testJobId), run, needs);
    case "verdict":
      return verdictJob(pipeline, consumer(verdictJobId), run, needs);
    case "comment":
      return commentJob(pipeline, consumer(commentJobId), {
        needs,
        pullRequest: "github.event.pull_request.number",
        isTrusted: `(${OF_THIS_REPOSITORY})`,
        test: testJobId(consumer(commentJobId).key),
      });
    case "verdicts":
      return verdictsJob(pipeline, needs);
    case "approve":
      return approveJob(
        pipeline,
        found(
          approvalsIn(pipeline, run).find((environment) => approveJobId(environment) === id),
          id,
        ),
        needs,
        hasPassed(pipeline, run),
      );
    case "release": {
      const build = found(
        pipeline.builds
          .filter((one): one is ImageBuild => one.kind === "image")
          .find(({ key }) => `release-${key}` === id),
        id,
      );
      return releaseJob(
        pipeline,
        build,
        needs,
        every(
          "!cancelled()",
          hasPassed(pipeline, run),
          ...approved(needs),
          `needs.publish-${build.key}.result == 'success'`,
        ),
      );
    }
    case "promote":
      return promoteInRun(pipeline, run, needs);
    case "deliver": {
      const target = found(
        targetsIn(pipeline, run).find(({ key }) => deliverJobId(key) === id),
        id,
      );
      const others = needs
        .filter((need) => /^(publish|build|release|deliver)-/.test(need))
        .map((need) => `needs.${need}.result == 'success'`);
      return deliverJob(pipeline, target, {
        run,
        needs,
        if: every(
          "!cancelled()",
          hasPassed(pipeline, run, publishedIn(target, run)),
          whenPublished(pipeline, run, publishedIn(target, run)),
          ...approved(needs),
          changedSince(target, run),
          ...others,
        ),
      });
    }
    case "published":
      return publishedJob(pipeline, needs);
    case "withdraw":
      return withdrawJob(
        pipeline,
        needs,
        requiredIn(pipeline, run).map(({ key }) => verdictJobId(key)),
      );
    case "clean":
      return cleanJob(pipeline, needs, stagesOf(pipeline, run));
    default:
      // The builds have their own files.
      return undefined;
  }
}

function found<Value>(value: Value | undefined, id: string): Value {
  if (value === undefined) throw new Error(`The stage ${id} stands for nothing in the plan.`);
  return value;
}

/** A condition: the build's gate and every required verdict are success; a test that is not for this class has none. */
function hasPassed(pipeline: Pipeline, run: RunKind, classes: readonly EventClass[] = CLASSES_OF[run]): string {
  const verdict = (consumer: Consumer): string => {
    const success = `needs.${verdictJobId(consumer.key)}.result == 'success'`;
    const possible = pipeline.events.filter((event) => classes.includes(event));
    if (run === "release" || possible.every((event) => consumer.events.includes(event))) return success;
    const wanted = isOneOf(consumer.events, run, pipeline);
    return wanted === undefined ? success : `(${success} || !(${wanted}))`;
  };
  return every(
    "needs.plan.result == 'success'",
    "needs.ready.result == 'success'",
    ...requiredIn(pipeline, run).map(verdict),
  );
}

/** Reviewers that are needed have approved, or were not to be asked. */
const approved = (needs: readonly string[]): string[] =>
  needs.filter((id) => id.startsWith("approve-")).map(succeededOrSkipped);

/** The class is one that is published; a manual run of main is where somebody asks for it. */
function whenPublished(pipeline: Pipeline, run: RunKind, classes: readonly EventClass[]): string | undefined {
  const wanted = isOneOf(classes, run, pipeline);
  if (run !== "build" || wanted === undefined || !classes.includes("main")) return wanted;
  return `(${wanted} || ${planned("class")} == 'manual' && inputs.force_publish && github.ref_name == ${quoted(pipeline.branches.main)})`;
}

function promoteInRun(pipeline: Pipeline, run: RunKind, needs: readonly string[]): Job {
  const nightly = run === "nightly";
  const channels = pipeline.channels.filter(({ of }) => (of === "nightly") === nightly);
  if (nightly) return promoteJob(pipeline, channels, { needs, if: every("!cancelled()", hasPassed(pipeline, run)) });
  const classes: EventClass[] = [
    ...(channels.some(({ of }) => of === pipeline.branches.main) ? (["main"] as const) : []),
    ...(channels.some(({ of }) => of !== pipeline.branches.main) ? (["integration"] as const) : []),
  ];
  const byHand = `${planned("class")} == 'manual' && inputs.push_latest && github.ref_name == ${quoted(pipeline.branches.main)}`;
  return promoteJob(pipeline, channels, {
    needs,
    if: every(
      "!cancelled()",
      hasPassed(pipeline, run, [...classes, "manual"]),
      `(${isOneOf(classes, run, pipeline) ?? "true"} || ${byHand})`,
    ),
    source: expression(`${planned("class")} == 'manual' && ${planned("tag")} || ''`),
  });
}

/** A package whose inputs are declared is published anew only where they changed since the last publication; a release publishes all of its own. */
const changedSince = (target: PublishTarget, run: RunKind): string | undefined =>
  run === "build" && (target.kind === "npm" || target.kind === "maven") && target.from.inputs !== undefined
    ? `${planned(`${target.from.key}-changed`)} == 'true'`
    : undefined;

/** Looks up what has passed on the commit of a release before. */
function verdictsJob(pipeline: Pipeline, needs: readonly string[]): Job {
  const publishing = needs.filter((id) => id.startsWith("publish-"));
  return {
    name: "Look for verdicts",
    needs,
    if: every("!cancelled()", "needs.plan.result == 'success'"),
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
          repository: expression("github.repository"),
          sha: expression(planned("sha")),
          contexts: JSON.stringify(
            calledIn(pipeline, "release").map(({ name }) => name),
            null,
            2,
          ),
          since: publishing.map((id) => expression(`needs.${id}.outputs.created`)).join(" "),
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
      .filter((id) => id !== "plan")
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
  if: every("!cancelled()", condition, `${planned("major")} == 'true'`),
  "runs-on": pipeline.runners.default,
  "timeout-minutes": 5,
  permissions: {},
  environment,
  steps: [
    useProgram("approved", {
      name: "Say that it is approved",
      with: { environment: environment, version: expression(planned("version")) },
    }),
  ],
});
