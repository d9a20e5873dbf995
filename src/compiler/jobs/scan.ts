/** The call of the workflow that scans beside the tests. */
import { type RunKind, scannedApart } from "../../pipeline/runs.ts";
import { registrySecrets } from "../../pipeline/secrets.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { CallJob } from "../../workflow/model.ts";
import { every, expression, plannedIn } from "../expressions.ts";
import { localPath } from "../local-path.ts";
import { permissionsOf } from "../permissions.ts";
import { scanInputs, scanWorkflow } from "../workflows/scan.ts";
import { digestOf } from "./image/outputs.ts";

export function callScanJob(pipeline: Pipeline, run: RunKind, needs: readonly string[]): CallJob {
  const file = pipeline.workflows.scan;
  if (!file) throw new Error("This pipeline has no workflow that scans.");
  const here = scannedApart(pipeline, run);
  const secrets = registrySecrets(pipeline.registry);
  const valueOf = (input: string): string => {
    if (input === "class") return expression(plannedIn(pipeline, run)("class"));
    const build = here.find(({ key }) => key === input);
    return build ? expression(digestOf(pipeline, run, build)) : "";
  };
  const inputs = Object.keys(scanInputs(pipeline))
    .map((input): [string, string] => [input, valueOf(input)])
    .filter(([, value]) => value !== "");
  return {
    name: file.name,
    needs,
    // What could not be built fails the run by itself.
    if: every("!cancelled()", ...needs.map((id) => `needs.${id}.result == 'success'`)),
    permissions: permissionsOf(scanWorkflow(pipeline, file.name)),
    uses: localPath(file.path),
    with: Object.fromEntries(inputs),
    ...(secrets.length > 0 && {
      secrets: Object.fromEntries(secrets.map((name) => [name, expression(`secrets.${name}`)])),
    }),
  };
}
