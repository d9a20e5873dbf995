/** A deployment by the config's own commands: a part first where it says so, then all of it, then a look at what answers. */
import { environmentName } from "../../../pipeline/local-images.ts";
import type { RunKind } from "../../../pipeline/runs.ts";
import type { DeployTarget, Pipeline } from "../../../pipeline/types.ts";
import type { Job, Scalar, Step } from "../../../workflow/model.ts";
import { DEPLOY_STEP } from "../../../pipeline/step-names.ts";
import { expression, plannedIn } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { useProgram, runScript } from "../../steps/program.ts";
import { lookForOwnSecrets } from "../../steps/secrets.ts";
import { setUpTools } from "../../steps/tools.ts";
import { digestOf } from "../image/outputs.ts";
import { type Delivery, deliveryJob } from "./delivery.ts";

export function deployJob(pipeline: Pipeline, target: DeployTarget, delivery: Delivery): Job {
  const secrets = Object.fromEntries(target.secrets.map((name) => [name, expression(`secrets.${name}`)]));
  const retried = (name: string, commands: readonly string[], id?: string): Step =>
    useProgram("run-with-retries", {
      name,
      ...(id !== undefined && { id }),
      timeoutMinutes: target.timeoutMinutes,
      env: secrets,
      with: {
        commands: `${commands.map((command) => command.trimEnd()).join("\n")}\n`,
        "retry-attempts": target.attempts,
        "retry-delay": target.delaySeconds,
      },
    });
  return {
    ...deliveryJob(pipeline, target, delivery),
    name: `Deploy to ${target.key}`,
    permissions: grant({}),
    env: deployEnvironment(pipeline, target, delivery.run),
    steps: [
      ...lookForOwnSecrets(target),
      ...setUpTools(pipeline, target.setup),
      ...(target.canary
        ? [
            retried("Deploy to a part of it", target.canary.run, "canary"),
            runScript(
              { name: "Look at that part", timeoutMinutes: target.timeoutMinutes, env: secrets },
              `${target.canary.verify.map((command) => command.trimEnd()).join("\n")}\n`,
            ),
          ]
        : []),
      retried(DEPLOY_STEP, target.run, "deploy"),
      ...(target.health
        ? [
            useProgram("wait-healthy", {
              name: "Wait until it answers",
              timeoutMinutes: Math.ceil(target.health.timeoutSeconds / 60) + 1,
              with: {
                url: target.health.url,
                timeout: target.health.timeoutSeconds,
                interval: target.health.intervalSeconds,
              },
            }),
          ]
        : []),
    ],
  };
}

/** What the commands know: each image with its digest, the tag and commit that it was built as, and the version. */
function deployEnvironment(pipeline: Pipeline, target: DeployTarget, run: RunKind): Record<string, Scalar> {
  const planned = plannedIn(pipeline, run);
  const reference = (index: number): string => {
    const build = target.images[index];
    return build ? `${build.image}@${expression(digestOf(pipeline, run, build))}` : "";
  };
  return {
    ...(target.images.length > 0 && { IMAGE: reference(0) }),
    ...Object.fromEntries(
      target.images.flatMap((build, index) => [
        [`IMAGE_${environmentName(build.key)}`, reference(index)],
        [`NAME_${environmentName(build.key)}`, build.image],
      ]),
    ),
    TAG: expression(planned("tag")),
    COMMIT: expression(planned("sha")),
    VERSION: expression(planned("version")),
    ...target.env,
  };
}
