/** The call of the workflow that builds. */
import { callOfBuilds } from "../../pipeline/build-checks.ts";
import { FILES_CALL } from "../../pipeline/check-names.ts";
import { type BuildsPart, plansInCall, type RunKind, runsThatBuild } from "../../pipeline/runs.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { CallJob, Permissions } from "../../workflow/model.ts";
import { expression, plannedIn } from "../expressions.ts";
import { localPath } from "../local-path.ts";
import { permissionsOf } from "../permissions.ts";
import { buildSecrets } from "../secrets.ts";
import { calledBuilds } from "../workflows/builds.ts";

export function callBuildsJob(pipeline: Pipeline, part: BuildsPart, run: RunKind, needs: readonly string[]): CallJob {
  const file = part === "files" ? pipeline.workflows.files : pipeline.workflows.builds;
  if (!file) throw new Error("This pipeline has no workflow that builds.");
  const secrets = part === "files" ? [] : buildSecrets(pipeline);
  const inputs = {
    ...(!plansInCall(pipeline) && {
      plan: expression(plannedIn(pipeline, run)("plan")),
      version: expression(plannedIn(pipeline, run)("version")),
    }),
    ...(part !== "files" && run === "nightly" && runsThatBuild(pipeline).includes("nightly") && { nightly: true }),
  };
  return {
    name: part === "files" ? FILES_CALL : callOfBuilds(run),
    ...(needs.length > 0 && { needs }),
    permissions: permissionsOfBuilds(pipeline, part, file.name),
    uses: localPath(file.path),
    ...(Object.keys(inputs).length > 0 && { with: inputs }),
    ...(secrets.length > 0 && {
      secrets: Object.fromEntries(secrets.map((name) => [name, expression(`secrets.${name}`)])),
    }),
  };
}

/** Each kind of run calls the same workflow, which is compiled for it once. */
const known = new WeakMap<Pipeline, Map<BuildsPart, Permissions>>();

function permissionsOfBuilds(pipeline: Pipeline, part: BuildsPart, name: string): Permissions {
  const ofPipeline = known.get(pipeline) ?? new Map<BuildsPart, Permissions>();
  known.set(pipeline, ofPipeline);
  const permissions = ofPipeline.get(part) ?? permissionsOf(calledBuilds(pipeline, name, part));
  ofPipeline.set(part, permissions);
  return permissions;
}
