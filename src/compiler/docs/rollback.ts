/**
 * Rolling back is changing a line of the config. Each row knows the line as people write it and the change as a
 * function, so that a test compiles what the page promises.
 */
import type { ConfigInput, ConsumerInput } from "../../config/schema.ts";
import { promotesIn } from "../../pipeline/runs.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import { code } from "./markdown.ts";

export interface RollbackRow {
  /** What is broken. */
  broken: string;
  /** The line of the config to change, as it reads afterwards. */
  line: string;
  /** What goes on working, and how. */
  keeps: string;
  apply: (config: ConfigInput) => ConfigInput;
}

const changeConsumers = (
  config: ConfigInput,
  keys: readonly string[],
  change: Partial<ConsumerInput>,
): ConfigInput => ({
  ...config,
  consumers: Object.fromEntries(
    Object.entries(config.consumers ?? {}).map(([key, consumer]) => [
      key,
      keys.includes(key) ? { ...consumer, ...change } : consumer,
    ]),
  ),
});

const changeImages = (
  config: ConfigInput,
  change: { scan?: false; fallback?: "artifact"; cache?: false },
): ConfigInput => ({
  ...config,
  builds: Object.fromEntries(
    Object.entries(config.builds ?? {}).map(([key, build]) => [
      key,
      build.kind === "image" ? { ...build, ...change } : build,
    ]),
  ),
});

export function rollbackRows(pipeline: Pipeline): RollbackRow[] {
  const shared = pipeline.consumers.filter((consumer) => consumer.source === "registry");
  const images = pipeline.builds.filter((build) => build.kind === "image");
  const [firstImage] = images;
  const own: RollbackRow[] = shared.map(({ key, name }) => ({
    broken: `${code(name)} fails on the shared image`,
    line: `consumers["${key}"].source: "build"`,
    keeps: "Everything else. This consumer builds for itself again, and reports as before.",
    apply: (config) => changeConsumers(config, [key], { source: "build" }),
  }));
  const keys = shared.map((consumer) => consumer.key);
  return [
    ...(pipeline.pullRequests && pipeline.registry
      ? [
          {
            broken: "Pushing the images of pull requests",
            line: 'pullRequests: "artifact"',
            keeps: "All tests: they take the image from the build's artifact.",
            apply: (config: ConfigInput): ConfigInput => ({ ...config, pullRequests: "artifact" }),
          },
        ]
      : []),
    {
      broken: pipeline.topology === "workflow_run" ? "The `workflow_run` trigger" : "The shared image, for every test",
      line: 'consumers.*.source: "build"',
      keeps: "The build, which goes on publishing. Every consumer builds for itself until it is mended.",
      apply: (config) => changeConsumers(config, keys, { source: "build" }),
    },
    ...own,
    ...(pipeline.programs === "self"
      ? [
          {
            broken: "A runner that does not know `$/`",
            line: 'programs: "checkout"',
            keeps: "Everything. Each job takes the programs of the workflow's commit by a checkout.",
            apply: (config: ConfigInput): ConfigInput => ({ ...config, programs: "checkout" }),
          },
        ]
      : []),
    ...(pipeline.publish.length > 0
      ? [
          {
            broken: "Publishing",
            line: "publishing: false",
            keeps: "Builds, tests and the clean-up. Nothing leaves the pipeline's own registry.",
            apply: (config: ConfigInput): ConfigInput => ({ ...config, publishing: false }),
          },
        ]
      : []),
    ...(pipeline.retention && pipeline.retention.afterRun
      ? [
          {
            broken: "The clean-up at a run's end",
            line: "retention: { afterRun: false }",
            keeps: "Everything else. The daily cleanup deletes what has expired.",
            apply: (config: ConfigInput): ConfigInput => ({
              ...config,
              retention: { ...(config.retention || {}), afterRun: false },
            }),
          },
        ]
      : []),
    ...(pipeline.retention
      ? [
          ...(pipeline.retention.dryRun
            ? []
            : [
                {
                  broken: "The cleanup deletes too much",
                  line: "retention: { dryRun: true }",
                  keeps: "Builds and tests. The cleanup only says what it would delete.",
                  apply: (config: ConfigInput): ConfigInput => ({
                    ...config,
                    retention: { ...(config.retention || {}), dryRun: true },
                  }),
                },
              ]),
          {
            broken: "The cleanup fails",
            line: "retention: false",
            keeps: "Builds and tests. Nothing is deleted.",
            apply: (config: ConfigInput): ConfigInput => ({ ...config, retention: false }),
          },
        ]
      : []),
    ...(firstImage?.scan
      ? [
          {
            broken: "The security scan",
            line: `builds["${firstImage.key}"].scan: false`,
            keeps: "Builds, pushes and tests. Images are not scanned.",
            apply: (config: ConfigInput) => changeImages(config, { scan: false }),
          },
        ]
      : []),
    ...(firstImage?.cache
      ? [
          {
            broken: "The layer cache",
            line: `builds["${firstImage.key}"].cache: false`,
            keeps: "Everything; builds are slower.",
            apply: (config: ConfigInput) => changeImages(config, { cache: false }),
          },
        ]
      : []),
    ...(pipeline.workflows.promote || promotesIn(pipeline, "build")
      ? [
          {
            broken: "Promotion: `latest` and its like do not move",
            line: 'moveTags: "at-build"',
            keeps: "Builds and tests. Tags move when a build ends, before the tests.",
            apply: (config: ConfigInput): ConfigInput => ({ ...config, moveTags: "at-build" }),
          },
        ]
      : []),
    ...(pipeline.freshness === "fail" && firstImage
      ? [
          {
            broken: "The comparison of image and commit",
            line: 'freshness: "warn"',
            keeps: "All tests. A mismatch is a warning.",
            apply: (config: ConfigInput): ConfigInput => ({ ...config, freshness: "warn" }),
          },
        ]
      : []),
    ...(pipeline.nightly
      ? [{ broken: "The nightly build", line: "nightly: false", keeps: "Everything else.", apply: withoutNightly }]
      : []),
    ...(pipeline.metrics
      ? [
          {
            broken: "The metrics",
            line: "metrics: false",
            keeps: "Everything else.",
            apply: (config: ConfigInput): ConfigInput => ({ ...config, metrics: false }),
          },
        ]
      : []),
    {
      broken: "The whole pipeline",
      line: 'consumers.*.source: "build", moveTags: "at-build", retention: false',
      keeps: "Every workflow builds and tests for itself, as before.",
      apply: (config) => ({
        ...changeConsumers(config, keys, { source: "build" }),
        moveTags: "at-build",
        retention: false,
      }),
    },
  ];
}

/** The channel and the copies of nightly images go with them. */
function withoutNightly(config: ConfigInput): ConfigInput {
  const { channels, copies, ...rest } = config;
  return {
    ...rest,
    nightly: false,
    ...(channels && { channels: Object.fromEntries(Object.entries(channels).filter(([of]) => of !== "nightly")) }),
    ...(copies && {
      copies: copies.map(({ of, ...copy }) => ({
        ...copy,
        ...(of && { of: of.filter((name) => name !== "nightly") }),
      })),
    }),
  };
}
