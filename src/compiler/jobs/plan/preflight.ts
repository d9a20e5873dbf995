/** Says which secrets are missing before anything is built that could then not be published. */
import { keepsSecrets } from "../../../pipeline/plan-file/publish.ts";
import { publishedSecrets } from "../../../pipeline/secrets.ts";
import { type RunKind, targetsIn } from "../../../pipeline/runs.ts";
import type { Pipeline } from "../../../pipeline/types.ts";
import type { Step } from "../../../workflow/model.ts";
import { lookForSecrets } from "../../steps/secrets.ts";

/**
 * Of pull requests nothing is asked: nothing of them is published, and those of forks and of Dependabot have no secrets.
 * Those of an environment are only seen by its own jobs, which look for them themselves.
 */
export function preflight(pipeline: Pipeline, run: RunKind): Step[] {
  const targets = targetsIn(pipeline, run).filter((target) => !keepsSecrets(target));
  return lookForSecrets(
    targets.flatMap(publishedSecrets),
    run === "build" && pipeline.pullRequests ? "github.event_name != 'pull_request'" : undefined,
  );
}
