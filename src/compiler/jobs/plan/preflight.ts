/** Says which secrets are missing before anything is built that could then not be published. */
import { type RunKind, publishedIn, targetsIn } from "../../../pipeline/stages.ts";
import type { Pipeline, PublishTarget } from "../../../pipeline/types.ts";
import type { Step } from "../../../workflow/model.ts";
import { expression } from "../../expressions.ts";
import { registrySecrets } from "../../secrets.ts";
import { runProgram } from "../../steps/program.ts";

interface Needed {
  secret: string;
  for: string;
}

/** The secrets that a target asks for. Those of an environment are only seen by its own job. */
function secretsOf(target: PublishTarget): string[] {
  switch (target.kind) {
    case "images":
      return registrySecrets(target.to);
    case "npm":
      return target.token === undefined ? [] : [target.token];
    case "maven":
      return [target.username, target.password, target.signingKey, ...(target.signingPassword === undefined ? [] : [target.signingPassword])];
    case "githubRelease":
      return [];
    case "deploy":
      return [...target.secrets];
  }
}

/** Of pull requests nothing is asked: nothing of them is published, and those of forks and of Dependabot have no secrets. */
export function preflight(pipeline: Pipeline, run: RunKind): Step[] {
  const targets = targetsIn(pipeline, run).filter((target) => target.environment === undefined || target.environment.when === "major");
  const needed: Needed[] = targets.flatMap((target) => secretsOf(target).map((secret) => ({ secret, for: `to publish ${target.key}, on ${publishedIn(target, run).join(", ")}` })));
  if (needed.length === 0) return [];
  const once = needed.filter(({ secret }, index) => needed.findIndex((other) => other.secret === secret) === index);
  return [
    runProgram("preflight.sh", {
      name: "Look for missing secrets",
      ...(run === "build" && pipeline.pullRequests && { if: "github.event_name != 'pull_request'" }),
      env: {
        NEEDED: JSON.stringify(once.map(({ secret, for: purpose }) => ({ secret, for: purpose, present: expression(`secrets.${secret} != ''`), required: true })), null, 2),
        SETTINGS_URL: expression("format('{0}/{1}/settings/secrets/actions', github.server_url, github.repository)"),
      },
    }),
  ];
}
