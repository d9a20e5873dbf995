/** The cleanup of the registry: daily, serialised, and without effect until the config says otherwise. */
import type { Pipeline } from "../../pipeline/types.ts";
import type { Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { TOKEN } from "../expressions.ts";
import { notifyJob } from "../jobs/notify.ts";
import { grant } from "../permissions.ts";
import { useProgram } from "../steps/program.ts";
import { accessPermissions, accessToOwnRegistry } from "../steps/registry.ts";

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
          ...access.steps,
          useProgram("cleanup", {
            name: "Delete expired images",
            timeoutMinutes: retention.timeoutMinutes,
            env: access.env,
            with: { "gh-token": TOKEN },
          }),
        ],
      },
      ...notifyJob(pipeline, "cleanup", ["cleanup"]),
    },
  };
}
