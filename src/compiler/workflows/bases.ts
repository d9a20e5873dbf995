/**
 * Base images: built from nothing by schedule, scanned, and proposed by a pull request that pins the new digest. What
 * builds on them changes when that pull request is merged, and not before.
 */
import type { BaseImage, Pipeline } from "../../pipeline/types.ts";
import { type Job, type Workflow, withComment } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { every, expression, quoted, TOKEN } from "../expressions.ts";
import { notifyJob } from "../jobs/notify.ts";
import { grant } from "../permissions.ts";
import { useAction } from "../steps/action.ts";
import { useProgram } from "../steps/program.ts";
import { loginPermissions, loginToOwnRegistry, renewalEnvironment, setUpBuildx } from "../steps/registry.ts";
import { reportFindings, scanPermissions, scanStep } from "../steps/scan.ts";
import { checkout } from "../steps/sources.ts";

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
  [`propose-${base.key}`]: proposeJob(pipeline, base),
});

/** Builds from nothing, pushes, and scans what was pushed. */
function buildJob(pipeline: Pipeline, base: BaseImage): Job {
  const { scan } = base;
  const runsOn = pipeline.runners[base.platforms[0] ?? ""] ?? pipeline.runners.default;
  const isEmulated = base.platforms.length > 1 || pipeline.runners[base.platforms[0] ?? ""] === undefined;
  const several = base.platforms.length > 1;
  return {
    name: `Build ${base.key}`,
    if: `github.ref_name == ${quoted(pipeline.branches.main)}`,
    "runs-on": runsOn,
    "timeout-minutes": base.timeoutMinutes + (scan ? scan.timeoutMinutes * base.platforms.length : 0),
    permissions: grant({
      contents: "read",
      ...(scan && scanPermissions(scan)),
      ...loginPermissions(pipeline.registry, "write"),
    }),
    outputs: { digest: expression("steps.push.outputs.digest"), tag: expression("steps.name.outputs.tag") },
    env: { DOCKER_BUILD_RECORD_UPLOAD: false },
    steps: [
      checkout(pipeline),
      ...loginToOwnRegistry(pipeline),
      setUpBuildx(pipeline),
      ...(isEmulated ? [useAction(pipeline, "docker/setup-qemu-action", { name: "Set up emulation" })] : []),
      useProgram("prepare-base", { name: "Name this build", id: "name", with: { base: base.key } }),
      useAction(pipeline, "docker/bake-action", {
        name: "Build",
        timeoutMinutes: base.timeoutMinutes,
        with: {
          source: ".",
          files: `${expression("runner.temp")}/bake.json`,
          targets: "pipewright-layers",
          provenance: "false",
        },
      }),
      useProgram("export-image", {
        name: "Push",
        id: "push",
        timeoutMinutes: 20,
        with: { to: "push", group: base.key },
        env: renewalEnvironment(pipeline),
      }),
      ...(scan
        ? base.platforms.flatMap((platform) => [
            scanStep(pipeline, base.key, scan, {
              name: `Scan ${base.key}${several ? ` (${platform})` : ""}`,
              if: "steps.push.outputs.digest != '' && !cancelled()",
              platform,
              with: { "image-ref": `${base.image}@${expression("steps.push.outputs.digest")}` },
            }),
            ...reportFindings(pipeline, base.key, scan, platform, several),
          ])
        : []),
    ],
  };
}

/** Nothing is checked out and nothing of the image runs where a token may write. */
function proposeJob(pipeline: Pipeline, base: BaseImage): Job {
  const built = `needs.build-${base.key}`;
  return {
    name: `Propose ${base.key}`,
    needs: [`build-${base.key}`],
    if: every("!cancelled()", `${built}.result == 'success'`),
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
      useProgram("open-pull-request", {
        name: "Propose the new digest",
        timeoutMinutes: 10,
        with: {
          "gh-token": base.token === undefined ? TOKEN : expression(`secrets.${base.token}`),
          base: base.key,
          digest: expression(`${built}.outputs.digest`),
          tag: expression(`${built}.outputs.tag`),
        },
      }),
    ],
  };
}
