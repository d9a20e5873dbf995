/** The call of the workflow that builds. */
import { BUILDS_CALL } from "../../pipeline/check-names.ts";
import { plansInCall, type RunKind, runsThatBuild } from "../../pipeline/stages.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import {
  type CallJob,
  callsWorkflow,
  type Commented,
  isCommented,
  type PermissionLevel,
  type Permissions,
  type PermissionScope,
  withComment,
} from "../../workflow/model.ts";
import { expression, plannedIn } from "../expressions.ts";
import { buildSecrets } from "../secrets.ts";
import { buildsWorkflow } from "../workflows/builds.ts";

export function callBuildsJob(pipeline: Pipeline, run: RunKind, needs: readonly string[]): CallJob {
  const { builds } = pipeline.workflows;
  if (!builds) throw new Error("This pipeline has no workflow that builds.");
  const secrets = buildSecrets(pipeline);
  const inputs = {
    ...(!plansInCall(pipeline) && {
      plan: expression(plannedIn(pipeline, run)("plan")),
      version: expression(plannedIn(pipeline, run)("version")),
    }),
    ...(run === "nightly" && runsThatBuild(pipeline).includes("nightly") && { nightly: true }),
  };
  return {
    name: BUILDS_CALL,
    ...(needs.length > 0 && { needs }),
    permissions: permissionsOf(pipeline),
    uses: withComment(
      `./${builds.path}`,
      "zizmor: ignore[self-repository] not every GitHub and not every tool knows $/ yet",
    ),
    ...(Object.keys(inputs).length > 0 && { with: inputs }),
    ...(secrets.length > 0 && {
      secrets: Object.fromEntries(secrets.map((name) => [name, expression(`secrets.${name}`)])),
    }),
  };
}

/** A called workflow gets at most what its caller holds: the most that any of its jobs asks for. */
function permissionsOf(pipeline: Pipeline): Permissions {
  const { builds } = pipeline.workflows;
  const jobs = Object.values(buildsWorkflow(pipeline, builds?.name ?? "").jobs);
  const granted: Permissions = {};
  for (const job of jobs) {
    if (callsWorkflow(job)) continue;
    for (const [scope, level] of Object.entries(job.permissions) as [PermissionScope, PermissionLevel | Commented][]) {
      const isWider = String(isCommented(level) ? level.value : level) === "write" || granted[scope] === undefined;
      if (isWider) granted[scope] = level;
    }
  }
  return granted;
}
