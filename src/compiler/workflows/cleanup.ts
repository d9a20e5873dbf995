/** The cleanup of the registry: daily, serialised, and without effect until the config says otherwise. */
import type { CleanupMode, ImageBuild, Pipeline, Retention } from "../../pipeline/types.ts";
import { globToExpression } from "../../pipeline/globs.ts";
import { TAG_CLASSES, type TagClass } from "../../pipeline/tags.ts";
import { TRANSIENT_CLASSES, type TransientClass } from "../../pipeline/types.ts";
import type { YamlMapping, Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { expression, TOKEN } from "../expressions.ts";
import { cachePatterns, keepsLayersInRegistry } from "../jobs/image/layers.ts";
import { notifyJob } from "../jobs/notify.ts";
import { useProgram } from "../steps/program.ts";
import { accessPermissions, accessToOwnRegistry } from "../steps/registry.ts";
import { PROGRAM_TOOLS, setUpTools } from "../steps/tools.ts";
import { BASE_TAG } from "./bases.ts";
import { imagesOf } from "./build.ts";
import { grant } from "../permissions.ts";

export function cleanupWorkflow(pipeline: Pipeline, name: string): Workflow {
  const { retention, registry } = pipeline;
  if (!retention || !registry) throw new Error("This pipeline has no cleanup.");
  const access = accessToOwnRegistry(pipeline);
  return {
    name,
    on: {
      schedule: [{ cron: retention.schedule }],
      workflow_dispatch: {
        inputs: {
          dry_run: {
            description: "Only say what would be deleted",
            required: false,
            type: "boolean",
            default: retention.dryRun,
          },
          keep_days: {
            description: "Keep images for so many days, whatever their kind says",
            required: false,
            type: "string",
            default: "",
          },
        },
      },
    },
    permissions: {},
    concurrency: { group: concurrencyGroup(pipeline, "cleanup"), "cancel-in-progress": false },
    jobs: {
      cleanup: {
        name: "Delete expired images",
        "runs-on": pipeline.runners.default,
        "timeout-minutes": retention.timeoutMinutes,
        permissions: grant({
          actions: "read",
          contents: "read",
          ...accessPermissions(pipeline, "write"),
          "pull-requests": "read",
        }),
        steps: [
          ...setUpTools(pipeline, PROGRAM_TOOLS),
          ...access.steps,
          useProgram("cleanup", {
            name: "Delete expired images",
            timeoutMinutes: retention.timeoutMinutes,
            env: access.env,
            with: {
              "gh-token": TOKEN,
              "dry-run": expression(
                `github.event_name == 'workflow_dispatch' && inputs.dry_run || github.event_name != 'workflow_dispatch' && ${String(retention.dryRun)}`,
              ),
              "keep-days": expression("inputs.keep_days"),
              cleanup: JSON.stringify(cleanupSettings(pipeline, retention), null, 2),
            },
          }),
        ],
      },
      ...notifyJob(pipeline, "cleanup", ["cleanup"]),
    },
  };
}

const isTransient = (name: TagClass): name is TransientClass & TagClass =>
  TRANSIENT_CLASSES.some((transient) => transient === name);

/** A class of tags, as the programs read it: how old its tags become, and which of them stay whatever their age. */
type ClassSettings = { class: string; pattern: string; hours: number; keepNewest?: number; keepAlways?: string[] };

/** The classes in their one order, and what is never deleted; as all programs read them. */
export function classSettings(
  pipeline: Pipeline,
  retention: Retention,
): YamlMapping & { classes: ClassSettings[]; keepForever: string[] } {
  return {
    // In the order in which tags are told apart: `sha-abc1234` would pass for a branch's tag as well.
    classes: [
      ...cacheClass(pipeline, retention),
      ...baseClass(pipeline, retention),
      ...TAG_CLASSES.filter(isTransient).map((name) => ({
        class: name,
        pattern: pipeline.rules.classes[name],
        hours: retention.hours[name],
      })),
    ],
    keepForever: [
      pipeline.rules.classes.channel,
      pipeline.rules.classes.release,
      ...retention.protect.map(globToExpression),
    ],
  };
}

/** Layers in the registry: main's stay, and the newest of other branches for each job that makes them. */
function cacheClass(pipeline: Pipeline, retention: Retention): ClassSettings[] {
  const images = imagesOf(pipeline.builds);
  if (!keepsLayersInRegistry(images)) return [];
  const { all, main } = cachePatterns(pipeline, images);
  return [
    {
      class: "cache",
      pattern: all,
      hours: retention.caches.hours,
      keepNewest: retention.caches.keepNewest,
      keepAlways: [main],
    },
  ];
}

/** An image's package, as the programs name it. */
export function packageOf({ image }: Pick<ImageBuild, "image">): {
  owner: string;
  name: string;
  host: string;
  repository: string;
} {
  const [host = "", owner = "", ...name] = image.split("/");
  return { owner, name: name.join("/"), host, repository: [owner, ...name].join("/") };
}

/** Base images, whose tags are dates with a run; what main builds on stays in any case. */
const baseClass = (pipeline: Pipeline, retention: Retention): ClassSettings[] =>
  pipeline.bases.length > 0
    ? [{ class: "base", pattern: BASE_TAG, hours: retention.bases.hours, keepNewest: retention.bases.keepNewest }]
    : [];

/** By which API packages are listed and deleted, and whose they are; as all programs read it. */
export const packageAccess = ({
  registry,
}: Pipeline): { mode: CleanupMode; ownerKind: "user" | "organization" | null } => ({
  mode: registry?.cleanup ?? "packages",
  ownerKind: registry?.owner ?? null,
});

export const packagesOf = (pipeline: Pipeline): ReturnType<typeof packageOf>[] =>
  imagesOf(pipeline.builds).map(packageOf);

function cleanupSettings(pipeline: Pipeline, retention: Retention): YamlMapping {
  const { build, nightly, release } = pipeline.workflows;
  const pulling = [build, nightly, release].flatMap((workflow) => (workflow ? [workflow.name] : []));
  return {
    packages: [...packagesOf(pipeline), ...pipeline.bases.map(packageOf)],
    ...(pipeline.bases.length > 0 && {
      pins: { branch: pipeline.branches.main, files: [...new Set(pipeline.bases.flatMap(({ pins }) => pins))] },
    }),
    ...packageAccess(pipeline),
    ...classSettings(pipeline, retention),
    minimumAgeHours: retention.minimumAgeHours,
    dryRun: retention.dryRun,
    maxDeletions: retention.maxDeletions,
    workflows: [...pulling, ...pipeline.consumers.map((consumer) => consumer.name)],
    graceHours: 1,
  };
}
