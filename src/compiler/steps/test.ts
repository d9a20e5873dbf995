/** The steps of a consumer's test job that do not depend on where the image came from. */
import { inSeconds } from "../../config/durations.ts";
import { CONTAINER_LOGS } from "../../pipeline/check-names.ts";
import { environmentName, imagesOnRunner, localImage } from "../../pipeline/local-images.ts";
import { isData } from "../../pipeline/plan-file/consumers.ts";
import type { Consumer, ConsumerArtifact, Pipeline } from "../../pipeline/types.ts";
import type { Scalar, Step } from "../../workflow/model.ts";
import { every, expression } from "../expressions.ts";
import { useAction } from "./action.ts";
import { uploadArtifact } from "./artifacts.ts";
import { useProgram, runScript } from "./program.ts";

export const filesFolder = (key: string): string => `${expression("runner.temp")}/files-${key}`;

/** What every job of the consumer knows: the images' local names and the matrix, as plain variables for the scripts. */
export function consumerEnvironment(pipeline: Pipeline, consumer: Consumer): { env?: Record<string, Scalar> } {
  const images = imagesOnRunner(consumer);
  const [first] = images;
  const env = {
    ...(first && { IMAGE: localImage(pipeline, consumer, first.key) }),
    ...(images.length > 1 &&
      Object.fromEntries(
        images.map((build) => [`IMAGE_${environmentName(build.key)}`, localImage(pipeline, consumer, build.key)]),
      )),
    ...Object.fromEntries(
      Object.keys(consumer.matrix ?? {}).map((key) => [`MATRIX_${environmentName(key)}`, expression(`matrix.${key}`)]),
    ),
    ...consumer.env,
  };
  return Object.keys(env).length > 0 ? { env } : {};
}

/** A container of the image under test, waited for until it is healthy. What GitHub has to evaluate, the plan cannot hold. */
export function containerSteps({ key, container }: Consumer): Step[] {
  if (!container) return [];
  const { env, args, health } = container;
  const start = useProgram("start-container", {
    name: "Start the container",
    with: {
      consumer: key,
      environment: isData(env)
        ? undefined
        : Object.entries(env)
            .map(([name, value]) => `${name}=${String(value)}`)
            .join("\n"),
      args: isData(args) ? undefined : JSON.stringify(args),
    },
  });
  if (!health) return [start];
  const wait = useProgram("wait-healthy", {
    name: "Wait until the container is healthy",
    timeoutMinutes: Math.ceil(inSeconds(health.timeout) / 60) + 1,
    with: { consumer: key, url: isData(health.url) ? undefined : health.url },
  });
  return [start, wait];
}

/** What the config asks for, as it stands there. Secrets are granted by the job that calls this. */
export function testSteps(pipeline: Pipeline, consumer: Consumer, secrets: Record<string, Scalar>): Step[] {
  const files = consumer.builds.filter((build) => build.kind === "files");
  const folders = Object.fromEntries(
    files.map((build) => [`FILES_${environmentName(build.key)}`, filesFolder(build.key)]),
  );
  return consumer.steps.map((step) => {
    const condition = step.when === "success" ? undefined : step.when === "always" ? "always()" : "failure()";
    const env = { ...folders, ...secrets, ...step.env };
    if (step.uses !== undefined)
      return useAction(pipeline, step.uses, {
        name: step.name,
        if: condition,
        with: { ...step.with },
        timeoutMinutes: step.timeoutMinutes,
        ...(Object.keys(step.env).length + Object.keys(secrets).length > 0 && { env: { ...secrets, ...step.env } }),
      });
    const script = runScript(
      { name: step.name, if: condition, env, timeoutMinutes: step.timeoutMinutes },
      `${(step.run ?? "").trimEnd()}\n`,
    );
    return step.workingDirectory ? { ...script, "working-directory": step.workingDirectory } : script;
  });
}

/** Characters that actions/upload-artifact refuses in a name. */
const NOT_IN_A_NAME = /["<>|*?:\r\n\\/]/;

/** The suffix that makes an artifact's name unique in a matrix: its values, or the job's number where they cannot stand in a name. */
export function matrixSuffix(consumer: Consumer): string {
  const matrix = Object.entries(consumer.matrix ?? {});
  if (matrix.some(([, values]) => values.some((value) => NOT_IN_A_NAME.test(String(value)))))
    return `-${expression("strategy.job-index")}`;
  return matrix.map(([key]) => `-${expression(`matrix.${key}`)}`).join("");
}

const LOG_DAYS = 7;

/** A failure is looked into for longer than a success. */
const daysByResult = ({ success, failure }: ConsumerArtifact["keepDays"]): Scalar =>
  success === failure ? success : expression(`job.status == 'success' && ${success} || ${failure}`);

/** Logs of a container that failed, and whatever the config wants to keep. */
export function afterTestSteps(pipeline: Pipeline, consumer: Consumer): Step[] {
  const logs = `${expression("runner.temp")}/container-logs`;
  return [
    ...(consumer.container
      ? [
          useProgram("container-logs", {
            name: "Show the container's logs",
            if: "failure()",
            with: { consumer: consumer.key },
          }),
          uploadArtifact(pipeline, {
            title: "Upload the container's logs",
            name: `${CONTAINER_LOGS}${matrixSuffix(consumer)}`,
            paths: [logs],
            keepDays: LOG_DAYS,
            if: "failure()",
            missing: "ignore",
            overwrite: true,
          }),
        ]
      : []),
    ...consumer.artifacts.map((artifact) =>
      uploadArtifact(pipeline, {
        title: `Upload ${artifact.name}`,
        name: `${artifact.name}${matrixSuffix(consumer)}`,
        paths: artifact.paths,
        keepDays: daysByResult(artifact.keepDays),
        if: every(artifact.when === "success" ? "success()" : artifact.when === "failure" ? "failure()" : "always()"),
        missing: "warn",
        overwrite: true,
      }),
    ),
  ];
}
