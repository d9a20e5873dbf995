/**
 * Base images: built from nothing by schedule, scanned, and proposed by a pull request that pins the new digest. What
 * builds on them changes when that pull request is merged, and not before.
 */
import { inRepository } from "../../pipeline/check-names.ts";
import type { BaseImage, Pipeline } from "../../pipeline/types.ts";
import { type Job, type Workflow, withComment } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { every, expression, quoted, TOKEN } from "../expressions.ts";
import { outcomesOfPush, outputOfPush, pushAttempts } from "../jobs/image/push.ts";
import { notifyJob } from "../jobs/notify.ts";
import { grant } from "../permissions.ts";
import { useAction } from "../steps/action.ts";
import { useProgram } from "../steps/program.ts";
import { loginPermissions, loginToOwnRegistry, setUpBuildx } from "../steps/registry.ts";
import { reportFindings, scanPermissions, scanStep } from "../steps/scan.ts";
import { checkout } from "../steps/sources.ts";
import { PROGRAM_TOOLS, setUpTools } from "../steps/tools.ts";

export function basesWorkflow(pipeline: Pipeline, name: string): Workflow {
  const jobs = Object.fromEntries(pipeline.bases.flatMap((base) => Object.entries(jobsOf(pipeline, base))));
  const schedules = [...new Set(pipeline.bases.map(({ schedule }) => schedule))];
  return {
    name,
    on: { schedule: schedules.map((cron) => ({ cron })), workflow_dispatch: null },
    permissions: {},
    concurrency: { group: concurrencyGroup(pipeline, "bases"), "cancel-in-progress": false },
    jobs: { ...jobs, ...notifyJob(pipeline, "bases", Object.keys(jobs)) },
  };
}

const jobsOf = (pipeline: Pipeline, base: BaseImage): Record<string, Job> => ({
  [`build-${base.key}`]: buildJob(pipeline, base),
  ...(base.scan && { [`scan-${base.key}`]: scanJob(pipeline, base, base.scan) }),
  [`propose-${base.key}`]: proposeJob(pipeline, base),
});

/** The tags that `name-base.sh` gives, for whoever deletes them. */
export const BASE_TAG = "^\\d{4}-\\d{2}-\\d{2}-\\d{1,10}-\\d{1,3}$";

function buildJob(pipeline: Pipeline, base: BaseImage): Job {
  const { main } = pipeline.branches;
  const args = Object.entries(base.args).map(([name, value]) => `${name}=${value}`);
  const runsOn = pipeline.runners[base.platforms[0] ?? ""] ?? pipeline.runners.default;
  const inputs = {
    context: base.context,
    file: base.dockerfile,
    platforms: base.platforms.join(","),
    "build-args": args.length > 0 ? `${args.join("\n")}\n` : undefined,
    labels: `${[
      `org.opencontainers.image.revision=${expression("github.sha")}`,
      `org.opencontainers.image.source=${expression("github.server_url")}/${expression("github.repository")}`,
      `org.opencontainers.image.created=${expression("steps.name.outputs.created")}`,
      `org.opencontainers.image.version=${expression("steps.name.outputs.tag")}`,
    ].join("\n")}\n`,
    // The newest image to build on, and no layer of an earlier run: that is what the schedule is for.
    pull: true,
  };
  return {
    name: `Build ${base.key}`,
    if: `github.ref_name == ${quoted(main)}`,
    "runs-on": runsOn,
    "timeout-minutes": base.timeoutMinutes,
    permissions: grant({ contents: "read", ...loginPermissions(pipeline.registry, "write") }),
    outputs: { digest: expression(outputOfPush("digest")), tag: expression("steps.name.outputs.tag") },
    env: { DOCKER_BUILD_RECORD_UPLOAD: false },
    steps: [
      ...loginToOwnRegistry(pipeline),
      setUpBuildx(pipeline),
      ...(base.platforms.length > 1 || pipeline.runners[base.platforms[0] ?? ""] === undefined
        ? [useAction(pipeline, "docker/setup-qemu-action", { name: "Set up emulation" })]
        : []),
      checkout(pipeline),
      useProgram("name-base", {
        name: "Name this build",
        id: "name",
        with: { run: expression("github.run_number"), attempt: expression("github.run_attempt") },
      }),
      useAction(pipeline, "docker/build-push-action", {
        name: "Build",
        timeoutMinutes: base.timeoutMinutes,
        with: { ...inputs, provenance: "false", sbom: "false", outputs: "type=cacheonly" },
      }),
      ...pushAttempts(pipeline, "success()", (step) =>
        useAction(pipeline, "docker/build-push-action", {
          ...step,
          with: {
            ...inputs,
            provenance: "mode=max",
            sbom: "true",
            tags: `${base.image}:${expression("steps.name.outputs.tag")}`,
            push: true,
          },
        }),
      ),
      useProgram("judge-push", {
        name: "See whether the push succeeded",
        with: { outcomes: outcomesOfPush, class: "base", fallback: false },
      }),
    ],
  };
}

const scanJob = (pipeline: Pipeline, base: BaseImage, scan: Exclude<BaseImage["scan"], false>): Job => ({
  name: `Scan ${base.key} (${expression("matrix.platform")})`,
  needs: [`build-${base.key}`],
  if: `!cancelled() && needs.build-${base.key}.result == 'success'`,
  "runs-on": pipeline.runners.default,
  "timeout-minutes": scan.timeoutMinutes + 10,
  permissions: grant({ ...scanPermissions(scan), ...loginPermissions(pipeline.registry, "read") }),
  strategy: { "fail-fast": false, matrix: { platform: base.platforms } },
  steps: [
    ...(scan.ignoreFile ? [checkout(pipeline)] : []),
    ...loginToOwnRegistry(pipeline),
    scanStep(
      pipeline,
      base.key,
      scan,
      { name: "Scan the image" },
      { "image-ref": `${base.image}@${expression(`needs.build-${base.key}.outputs.digest`)}` },
    ),
    ...reportFindings(pipeline, base.key, scan),
  ],
});

/** Nothing is checked out and nothing of the image runs where a token may write. */
function proposeJob(pipeline: Pipeline, base: BaseImage): Job {
  const built = `needs.build-${base.key}`;
  const pins = base.pins.map((file) => ({
    file,
    image: base.image,
    digest: expression(`${built}.outputs.digest`),
    newTag: expression(`${built}.outputs.tag`),
  }));
  return {
    name: `Propose ${base.key}`,
    needs: [`build-${base.key}`, ...(base.scan ? [`scan-${base.key}`] : [])],
    if: every(
      "!cancelled()",
      `${built}.result == 'success'`,
      base.scan && `needs.scan-${base.key}.result == 'success'`,
    ),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 15,
    permissions: grant(
      base.token === undefined
        ? {
            contents: withComment("write", "push the branch of the pull request"),
            "pull-requests": withComment("write", "open the pull request"),
          }
        : {},
    ),
    steps: [
      ...setUpTools(pipeline, PROGRAM_TOOLS),
      useProgram("open-pull-request", {
        name: "Propose the new digest",
        timeoutMinutes: 10,
        with: {
          "gh-token": base.token === undefined ? TOKEN : expression(`secrets.${base.token}`),
          "workflow-token": base.token === undefined,
          pins: JSON.stringify(pins, null, 2),
          base: pipeline.branches.main,
          branch: `base-images/${inRepository(pipeline, base.key)}`,
          title: `Build on the newest ${base.key}`,
          body: "",
        },
      }),
    ],
  };
}
