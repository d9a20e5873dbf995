/**
 * The image under test in a place of its own: made for one test job, waited for, and taken away whatever happened. The
 * secrets that this takes are in these steps alone.
 */
import { deploysSources } from "../../pipeline/local-images.ts";
import { DEPLOY_STEP } from "../../pipeline/step-names.ts";
import type { Consumer, ConsumerDeployment, ImageBuild, Pipeline } from "../../pipeline/types.ts";
import type { Scalar, Step } from "../../workflow/model.ts";
import { every, expression } from "../expressions.ts";
import { useAction } from "./action.ts";
import { useProgram, runScript } from "./program.ts";

/** What is deployed, and when the job may see the secrets. */
export interface Deployed {
  /** A condition: the commit is this repository's own. */
  isTrusted: string;
  /** The image, and what was handed on of it; nothing where the consumer builds for itself. */
  image: { build: ImageBuild; images: string; class: string } | undefined;
}

export interface DeploymentSteps {
  /** Up to the place that answers. */
  before: Step[];
  /** After the tests. */
  after: Step[];
  /** What the tests know of it. */
  env: Record<string, Scalar>;
}

const PLACE = "place";
const MAKE = "make-place";
const IMAGE = "confirm-image";

export function deploymentSteps(pipeline: Pipeline, consumer: Consumer, deployed: Deployed): DeploymentSteps {
  const { deployment } = consumer;
  if (!deployment) return { before: [], after: [], env: {} };
  const { image } = deployed;
  const known = image ? `steps.${IMAGE}.outputs.reference` : undefined;
  const place = { APP: expression(`steps.${PLACE}.outputs.name`) };
  const reference = known === undefined ? {} : { IMAGE_REF: expression(known) };
  const secrets = Object.fromEntries(
    Object.entries(deployment.secrets).map(([name, secret]) => [
      name,
      expression(`${deployed.isTrusted} && secrets.${secret} || ''`),
    ]),
  );
  const common = { ...deployment.env, ...secrets, ...place };
  const retried = (
    name: string,
    commands: readonly string[],
    { env, ...rest }: { id?: string; if?: string; continueOnError?: boolean; env?: Record<string, Scalar> } = {},
  ): Step =>
    useProgram("run-with-retries", {
      name,
      ...rest,
      timeoutMinutes: Math.min(consumer.timeoutMinutes, minutesOf(deployment)),
      with: { consumer: consumer.key, commands: script(commands) },
      env: { ...common, ...env },
    });
  const canBuild = deploysSources(consumer);
  const made = `steps.${MAKE}.outcome != 'skipped'`;
  return {
    env: { ...place, ...reference },
    before: [
      ...(image ? [confirmImage(consumer, image)] : []),
      namePlace(consumer),
      ...deployment.tools.map((tool) =>
        useAction(pipeline, tool.uses, { name: `Set up ${nameOf(tool.uses)}`, with: { ...tool.with } }),
      ),
      retried(
        "Make a place for it",
        deployment.create.length > 0 ? deployment.create : ['echo "There is nothing to make."'],
        { id: MAKE },
      ),
      ...(known === undefined
        ? []
        : [retried(DEPLOY_STEP, deployment.deploy, { if: `${known} != ''`, env: reference })]),
      ...(canBuild
        ? [
            retried("Deploy from the sources", deployment.fromSource, {
              ...(known !== undefined && { if: `${known} == ''` }),
            }),
          ]
        : []),
      useProgram("wait-until", {
        name: "Wait until it answers",
        timeoutMinutes: Math.min(consumer.timeoutMinutes, Math.ceil(deployment.timeoutSeconds / 60) + 1),
        with: { consumer: consumer.key, commands: script(deployment.healthy) },
        env: common,
      }),
    ],
    after: [
      ...(deployment.logs.length > 0
        ? [
            runScript(
              { name: "Show its logs", if: every("failure()", made), continueOnError: true, env: common },
              script(deployment.logs),
            ),
          ]
        : []),
      // Whatever happened, a cancelled run included. What cannot be taken away is an error in the log, but no failed test.
      retried("Take the place away", deployment.destroy, {
        if: every("always()", made, consumer.dispatch && "!inputs.skip_cleanup"),
        continueOnError: true,
      }),
      ...(consumer.dispatch
        ? [
            runScript(
              { name: "Say what is kept", if: every("always()", made, "inputs.skip_cleanup"), env: place },
              KEPT,
            ),
          ]
        : []),
    ],
  };
}

const KEPT = 'echo "::notice::$APP is kept, as this run was asked to: take it away by hand."\n';

const confirmImage = (consumer: Consumer, { build, images, class: kind }: NonNullable<Deployed["image"]>): Step =>
  useProgram("confirm-image", {
    name: "Confirm that the image is there",
    id: IMAGE,
    with: {
      build: build.key,
      consumer: consumer.key,
      class: deploysSources(consumer) ? expression(kind) : undefined,
      images,
    },
  });

const namePlace = (consumer: Consumer): Step =>
  useProgram("name-place", {
    name: "Name the place",
    id: PLACE,
    with: { consumer: consumer.key, matrix: expression("toJSON(matrix)") },
  });

const script = (commands: readonly string[]): string => `${commands.map((command) => command.trimEnd()).join("\n")}\n`;

/** The last part of an action's name: `superfly/flyctl-actions/setup-flyctl` sets up flyctl. */
const nameOf = (uses: string): string => (uses.split("/").at(-1) ?? uses).replace(/^setup-/, "");

/** All attempts and the pauses between them, which grow by the same each time. */
function minutesOf({ attempts, delaySeconds, timeoutSeconds }: ConsumerDeployment): number {
  const pauses = (attempts * (attempts - 1)) / 2;
  return Math.ceil((attempts * timeoutSeconds + pauses * delaySeconds) / 60) + 1;
}
