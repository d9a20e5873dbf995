/**
 * What a user may write. The one source for the types, the defaults, the errors and the published JSON Schema.
 *
 * Only shapes live here. Whether the parts fit together (does that build exist, does that tag ever appear) is asked of
 * the plan, in `pipeline/invariants.ts`.
 */
import * as z from "zod";
import type { AsWritten } from "./as-written.ts";
import { base } from "./schema/bases.ts";
import {
  type bakeBuild,
  type bakeTarget,
  build,
  type filesBuild,
  type imageBuild,
  type scan,
} from "./schema/builds.ts";
import { cache, retry, warmUp } from "./schema/caches.ts";
import { consumer, consumerGroup, type container } from "./schema/consumers.ts";
import type { deployment } from "./schema/deployment.ts";
import { lint } from "./schema/lint.ts";
import { metrics } from "./schema/metrics.ts";
import { notify, type notifyChannel } from "./schema/notify.ts";
import { publishTarget } from "./schema/publish.ts";
import { type coverage, flakes, type results } from "./schema/quality.ts";
import { registry, registryCopy } from "./schema/registries.ts";
import { key, type setup, tagName } from "./schema/values.ts";
import { actionPin, branches, byKind, check, nightly, release, retention, tags, version } from "./schema/workflows.ts";

export { EVENT_CLASSES, type EventClass } from "./schema/values.ts";
export type { WorkflowKind } from "./schema/workflows.ts";

// One config is parsed once: compiling a parser for it takes longer than parsing.
z.config({ jitless: true });

const emptyDefault = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([z.literal(false), schema]).prefault({} as never);

/** What every pipeline may be told, be it the only one or one of several. */
const settings = {
  topology: z
    .enum(["workflow_run", "workflow_call"])
    .default("workflow_call")
    .describe("How tests follow the build: in one run with it, or as workflows that its completion starts."),
  gates: z
    .enum(["one", "each"])
    .default("one")
    .describe(
      'How many checks say whether a run has passed: one for all of it, or one more for each consumer; with `topology: "workflow_call"`.',
    ),
  registry: registry.optional().describe("Where images are pushed. Needed as soon as an image is built."),
  copies: z
    .array(registryCopy)
    .default([])
    .describe("Registries that receive copies of moving tags and releases, without a second build."),
  mirrors: z
    .array(registryCopy.omit({ of: true }))
    .default([])
    .describe("Registries that receive every image at once, for the hours in which the first one fails."),
  branches: branches.prefault({}).describe("The branches, by what their builds are for."),
  channels: z
    .record(z.string(), z.union([tagName, z.literal(false)]))
    .optional()
    .describe("The moving tag of a branch, or of `nightly`. main's is `latest`, the first integration branch's `dev`."),
  tags: tags.prefault({}).describe("The patterns of tags."),
  version: version.optional(),
  builds: z.record(key, build).default({}).describe("What is built, each once a commit."),
  bases: z.record(key, base).default({}).describe("Base images that are built ahead of time."),
  consumers: z.record(key, consumer).default({}).describe("Who tests it."),
  groups: z
    .record(key, consumerGroup)
    .default({})
    .describe("What the workflows of groups are called, by the `group` of their consumers."),
  publish: z
    .record(key, publishTarget)
    .default({})
    .describe('What is published once all of it has passed; with `topology: "workflow_call"`.'),
  publishing: z.boolean().default(true).describe("Whether anything is published at all: the one line that stops it."),
  caches: z.record(key, cache).default({}).describe("Caches that jobs share."),
  warmUp: z
    .union([z.literal(false), warmUp])
    .default(false)
    .describe("Fill caches ahead of time, and delete those that nobody reads."),
  retry: retry.optional(),
  pullRequests: z
    .union([z.boolean(), z.literal("artifact")])
    .default(true)
    .describe(
      "Whether pull requests into main and the integration branches are built; `artifact` builds them without pushing their images.",
    ),
  mergeQueue: z.boolean().default(false).describe("Whether a merge queue's commits are built."),
  forks: z
    .enum(["test", "build", "ignore"])
    .default("test")
    .describe("Pull requests from forks: build and test them, only build them, or leave them out."),
  freshness: z
    .enum(["fail", "warn"])
    .default("fail")
    .describe("What happens when a pulled image was made from another commit than recorded."),
  failedTests: z
    .enum(["keep", "withdraw"])
    .default("keep")
    .describe(
      'What becomes of the tags of a commit whose required tests failed; `withdraw` with `topology: "workflow_call"`.',
    ),
  moveTags: z.enum(["after-tests", "at-build"]).default("after-tests").describe("When latest and its like move."),
  retention: emptyDefault(retention).describe("How long images are kept, by kind of tag."),
  nightly: z
    .union([z.literal(false), nightly])
    .default(false)
    .describe("A build from nothing every night."),
  release: z
    .union([z.literal(false), release])
    .default(false)
    .describe("Promote the tested image of a tagged commit."),
  metrics: z
    .union([z.literal(false), metrics])
    .default(false)
    .describe("Measure the pipeline daily."),
  flakes: z
    .union([z.literal(false), flakes])
    .default(false)
    .describe("Look for flaky tests daily."),
  notify: notify.optional().describe("Tell people about failures and other alerts: one channel, or several."),
  queue: z
    .enum(["single", "max"])
    .default("single")
    .describe(
      'How many builds of one commit may wait for another: GitHub\'s `queue: max` keeps up to 100, and not every tool knows it yet. Releases and deliveries keep all that wait, but with `programs: "checkout"` only where this asks for it, as older servers refuse it.',
    ),
  programs: z
    .enum(["self", "checkout"])
    .default("self")
    .describe(
      "How workflows find the programs in `.github/pipewright`: `self` names them as `$/`, the workflow's own repository and commit, without a checkout. `checkout` is for GitHub Enterprise Server and for runners before 2.336, which do not know that.",
    ),
  runners: z
    .record(z.string(), z.string().min(1))
    .default({})
    .describe("The runner's label by platform, or `default`."),
  files: z
    .strictObject({
      prefix: z
        .string()
        .regex(/^[A-Za-z0-9._-]*$/, { error: "expected letters, digits, `.`, `_` and `-`" })
        .default("")
        .describe("What every file name begins with."),
      names: byKind(
        z.string().regex(/^[A-Za-z0-9._-]+$/, { error: "expected a file name of letters, digits, `.`, `_` and `-`" }),
      ).prefault({}),
      fold: z
        .boolean()
        .default(true)
        .describe(
          "Whether GitHub folds the programs and the plan in `.github/pipewright` when it shows a pull request.",
        ),
    })
    .prefault({})
    .describe("The names of the workflow files, and how GitHub shows what lies beside them."),
  names: byKind(z.string().min(1)).prefault({}).describe("The names of the workflows."),
  actions: z
    .record(z.string(), actionPin)
    .default({})
    .describe("Pins of actions that override or extend the catalogue."),
};

/** One of several pipelines of a repository: a system of its own, with workflows, images and tests of its own. */
export const memberSchema = z.strictObject({
  project: key.optional().describe("The name of its own; made of the repository's and the pipeline's by default."),
  ...settings,
});

export const configSchema = z
  .strictObject({
    $schema: z.string().optional(),
    project: key.describe("The project's name, for concurrency groups and messages."),
    ...settings,
    pipelines: z
      .record(key, memberSchema)
      .default({})
      .describe(
        "Further pipelines, for a repository that holds several systems. Each has every setting that the config has, but for `check`, `lint` and `pipelines`.",
      ),
    check: emptyDefault(check).describe("The workflow that fails a pull request on drift."),
    lint: lint.optional().describe("What `pipewright lint` is told."),
  })
  .describe("Pipewright's configuration: what is built, who tests it, and how long it is kept.");

/** What a user writes; what `defineConfig` returns fits. */
export type ConfigInput = AsWritten<z.input<typeof configSchema>>;
/** What the schema makes of it: every default in its place. */
export type Config = z.output<typeof configSchema>;
export type MemberInput = AsWritten<z.input<typeof memberSchema>>;
export type MemberConfig = z.output<typeof memberSchema>;
export type BuildInput = AsWritten<z.input<typeof build>>;
export type ImageBuildInput = AsWritten<z.input<typeof imageBuild>>;
export type BakeBuildInput = AsWritten<z.input<typeof bakeBuild>>;
export type BakeTargetInput = AsWritten<z.input<typeof bakeTarget>>;
export type BakeTargetConfig = z.output<typeof bakeTarget>;
export type BakeBuildConfig = z.output<typeof bakeBuild>;
export type DeploymentInput = AsWritten<z.input<typeof deployment>>;
export type DeploymentConfig = z.output<typeof deployment>;
export type CoverageConfig = z.output<typeof coverage>;
export type ResultsConfig = z.output<typeof results>;
export type CacheConfig = z.output<typeof cache>;
export type BaseConfig = z.output<typeof base>;
export type PublishTargetInput = AsWritten<z.input<typeof publishTarget>>;
export type PublishTargetConfig = z.output<typeof publishTarget>;
export type FilesBuildInput = AsWritten<z.input<typeof filesBuild>>;
export type ImageBuildConfig = z.output<typeof imageBuild>;
export type FilesBuildConfig = z.output<typeof filesBuild>;
export type ConsumerInput = AsWritten<z.input<typeof consumer>>;
export type ConsumerConfig = z.output<typeof consumer>;
export type RetentionConfig = z.output<typeof retention>;
export type MetricsConfig = z.output<typeof metrics>;
export type NotifyChannelConfig = z.output<typeof notifyChannel>;
export type RegistryConfig = z.output<typeof registry>;
export type RegistryCopyConfig = z.output<typeof registryCopy>;
export type SetupConfig = z.output<typeof setup>;
export type ScanConfig = z.output<typeof scan>;
export type ContainerConfig = z.output<typeof container>;
