/** Who tests, as the programs read it. */
import { inSeconds } from "../../config/durations.ts";
import { inRepository, NIGHTLY_SUFFIX } from "../check-names.ts";
import { deploysSources, localImage, pullsImages } from "../local-images.ts";
import type { Consumer, Pipeline } from "../types.ts";
import type { PipelinePart } from "./schema.ts";

type ConsumerPart = PipelinePart["consumers"][string];

/** Whether the nightly build's end starts it as well. */
export const testsNightly = (consumer: Consumer): boolean =>
  consumer.source === "registry" && consumer.events.includes("nightly");

export const consumersPart = (pipeline: Pipeline): PipelinePart["consumers"] =>
  Object.fromEntries(pipeline.consumers.map((consumer) => [consumer.key, consumerPart(pipeline, consumer)]));

/** The consumers that share a workflow, by the group's key. */
export const groupsPart = ({ consumers }: Pipeline): PipelinePart["groups"] => {
  const keys = new Set(consumers.flatMap(({ group }) => group ?? []));
  return Object.fromEntries(
    [...keys].map((key) => [key, consumers.filter(({ group }) => group === key).map((consumer) => consumer.key)]),
  );
};

/** A text that GitHub has to evaluate first is no data: the workflow hands it on. */
export const isData = (value: unknown): boolean => !JSON.stringify(value ?? null).includes("${{");

const data = <Value>(value: Value): Value | undefined => (isData(value) ? value : undefined);

function consumerPart(pipeline: Pipeline, consumer: Consumer): ConsumerPart {
  const images = consumer.builds.filter((build) => build.kind === "image");
  const { nightly } = pipeline.workflows;
  return {
    name: consumer.name,
    builds: consumer.builds.map(({ key }) => key),
    events: [...consumer.events],
    forks: consumer.forks,
    required: consumer.required,
    soft: consumer.failure === "soft",
    dispatch: consumer.dispatch,
    ...(nightly &&
      testsNightly(consumer) && { nightly: { workflow: nightly.name, name: consumer.name + NIGHTLY_SUFFIX } }),
    source: consumer.source,
    ...(images.length > 0 && {
      pull: { ...consumer.pull },
      fallback: pullsImages(consumer) ? consumer.fallback : deploysSources(consumer) ? "build" : "fail",
      ...(pullsImages(consumer) && {
        images: Object.fromEntries(images.map(({ key }) => [key, localImage(pipeline, consumer, key)])),
      }),
    }),
    ...(consumer.container && { container: containerPart(consumer.container) }),
    ...(consumer.deployment && {
      deployment: {
        name: consumer.deployment.name,
        attempts: consumer.deployment.attempts,
        delaySeconds: consumer.deployment.delaySeconds,
        timeoutSeconds: consumer.deployment.timeoutSeconds,
      },
    }),
    ...(consumer.coverage && {
      coverage: {
        file: data(consumer.coverage.file),
        format: consumer.coverage.format,
        minimum: consumer.coverage.minimum,
        packages: { ...consumer.coverage.packages },
        maxDrop: consumer.coverage.maxDrop,
        marker: inRepository(pipeline, `coverage-${consumer.key}`),
      },
    }),
    ...(consumer.diagnostics && {
      diagnostics: {
        paths: data([...consumer.diagnostics.paths]),
        commands: data(consumer.steps.flatMap(({ run }) => (run === undefined ? [] : [run.trimEnd()]))),
      },
    }),
  };
}

const containerPart = ({
  name,
  build,
  ports,
  env,
  args,
  health,
}: NonNullable<Consumer["container"]>): NonNullable<ConsumerPart["container"]> => ({
  name,
  build: build.key,
  ports: ports.map(String),
  env: data(Object.fromEntries(Object.entries(env).map(([variable, value]) => [variable, String(value)]))),
  args: data([...args]),
  health: health && {
    url: data(health.url),
    timeoutSeconds: inSeconds(health.timeout),
    intervalSeconds: inSeconds(health.interval),
  },
});
