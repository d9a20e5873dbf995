/** Says which secrets are missing before anything is built that could then not be published. */
import { type RunKind, publishedIn, targetsIn } from "../../../pipeline/stages.ts";
import type { Pipeline } from "../../../pipeline/types.ts";
import type { Step } from "../../../workflow/model.ts";
import { publishedSecrets } from "../../secrets.ts";
import { keepsSecrets, lookForSecrets } from "../../steps/secrets.ts";

/**
 * Of pull requests nothing is asked: nothing of them is published, and those of forks and of Dependabot have no secrets.
 * Those of an environment are only seen by its own jobs, which look for them themselves.
 */
export function preflight(pipeline: Pipeline, run: RunKind): Step[] {
  const targets = targetsIn(pipeline, run).filter((target) => !keepsSecrets(target));
  const needed = targets.flatMap((target) =>
    publishedSecrets(target).map((secret) => ({
      secret,
      for: `to publish ${target.key}, on ${publishedIn(target, run).join(", ")}`,
    })),
  );
  return lookForSecrets(
    needed,
    run === "build" && pipeline.pullRequests ? "github.event_name != 'pull_request'" : undefined,
  );
}
