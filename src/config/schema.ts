/**
 * What a user may write. The one source for the types, the defaults, the errors and the published JSON Schema.
 *
 * Only shapes live here. Whether the parts fit together (does that build exist, does that tag ever appear) is asked of
 * the plan, in `pipeline/invariants.ts`.
 */
import * as z from "zod";
import type { AsWritten } from "./as-written.ts";
import { type Duration, DURATION_PATTERN } from "./durations.ts";

// One config is parsed once: compiling a parser for it takes longer than parsing.
z.config({ jitless: true });

const duration = z
  .custom<Duration>((value) => typeof value === "string" && DURATION_PATTERN.test(value), {
    error: 'expected a duration such as minutes(15) or "15m"',
  })
  .meta({ type: "string", pattern: DURATION_PATTERN.source, examples: ["90s", "15m", "24h", "7d"] });

const key = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, { error: "expected lower-case letters, digits and dashes, beginning with a letter" });

const imageName = z
  .string()
  .regex(/^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/, {
    error: "expected a lower-case image name such as wikid82/charon",
  });

const tagName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, {
  error: "expected a Docker tag: letters, digits, `_`, `.` and `-`, at most 128 characters",
});

const cron = z.string().regex(/^(\S+ ){4}\S+$/, { error: 'expected a cron expression with five fields, such as "0 3 * * *"' });
const secretName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "expected the name of a secret, such as DOCKERHUB_TOKEN" });
const environmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "expected the name of an environment variable" });
const platform = z.string().regex(/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/, { error: "expected a platform such as linux/amd64" });
const relativePath = z.string().min(1);
const globs = z.array(z.string().min(1)).min(1);
const count = z.int().min(0);
const environment = z.record(environmentName, z.union([z.string(), z.number(), z.boolean()]));

/** The moments at which something is built. `main`, `integration` and `feature` are pushes to those branch groups. */
export const EVENT_CLASSES = ["pullRequest", "feature", "integration", "main", "queue", "nightly", "manual", "release"] as const;
export type EventClass = (typeof EVENT_CLASSES)[number];
const eventClass = z.enum(EVENT_CLASSES);

// ---- registries -------------------------------------------------------------------------------------------------

const registry = z
  .strictObject({
    host: z.string().regex(/^[a-z0-9.-]+(:\d+)?$/, { error: "expected a host name such as ghcr.io" }).describe("The registry's host, such as ghcr.io."),
    namespace: imageName.optional().describe("What stands between the host and the image's name: ghcr.io/<namespace>/<image>."),
    username: secretName.optional().describe("The secret that holds the user name. Without it the workflow's actor logs in."),
    password: secretName.optional().describe("The secret that holds the password or token. Without it GITHUB_TOKEN is used, which only ghcr.io accepts."),
    cleanup: z.enum(["packages", "oci"]).optional().describe("How images are deleted: GitHub's package API, or deletes of the OCI distribution API."),
    owner: z.enum(["user", "organization"]).optional().describe("Whether a user or an organization owns the packages. Without it the workflow asks GitHub."),
  })
  .describe("Where images are pushed.");

const registryCopy = z.strictObject({
  host: z.string().regex(/^[a-z0-9.-]+(:\d+)?$/, { error: "expected a host name such as docker.io" }),
  namespace: imageName.optional(),
  username: secretName,
  password: secretName,
  of: z.array(z.string()).min(1).optional().describe("Whose images are copied: branches with a channel, `nightly`, `release`. All of them by default."),
});

// ---- builds -----------------------------------------------------------------------------------------------------

const setup = z
  .strictObject({
    node: z.union([z.string(), z.number()]).optional(),
    python: z.union([z.string(), z.number()]).optional(),
    go: z.union([z.string(), z.number()]).optional(),
    java: z.union([z.string(), z.number()]).optional(),
    cache: z.union([z.literal(false), z.enum(["npm", "pip", "go", "maven"])]).optional().describe("Restore the tool's download cache. Only pushes to main save it."),
  })
  .describe("Tools to install before the commands run.");

const platforms = z.union([
  z.array(platform).min(1),
  z.strictObject({ default: z.array(platform).min(1) }).extend(
    Object.fromEntries(EVENT_CLASSES.map((name) => [name, z.array(platform).min(1).optional()])) as Record<EventClass, z.ZodOptional<z.ZodArray<typeof platform>>>,
  ),
]);

const scan = z.strictObject({
  severities: z.array(z.enum(["UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL"])).min(1).default(["CRITICAL", "HIGH"]).describe("Findings of these severities fail the build."),
  ignoreUnfixed: z.boolean().default(false).describe("Pass over findings that have no fix yet."),
  ignoreFile: relativePath.optional().describe("A .trivyignore file with accepted findings."),
  block: z.boolean().default(true).describe("Whether findings fail the build, or are only reported."),
  sarif: z.boolean().default(true).describe("Upload the findings to code scanning. Private repositories need a paid feature for it."),
  timeout: duration.default("10m"),
});

const imageBuild = z.strictObject({
  kind: z.literal("image"),
  image: imageName.optional().describe("The image's name inside the registry's namespace. The build's key by default."),
  dockerfile: relativePath.default("Dockerfile"),
  context: relativePath.default("."),
  target: z.string().min(1).optional(),
  args: z.record(environmentName, z.union([z.string(), z.number(), z.boolean()])).default({}).describe("Build arguments. `{version}`, `{commit}` and `{created}` stand for the build's own."),
  platforms: platforms.default(["linux/amd64"]).describe("What is built, by event."),
  multiPlatform: z.enum(["native", "emulated"]).default("native").describe("One job a platform on native runners, merged by digest; or one job that emulates."),
  cache: z.union([z.literal(false), z.enum(["gha", "registry"])]).default("gha"),
  timeout: duration.default("30m"),
  inputs: globs.optional().describe("What the image is made from, as globs. When none of it changed, the newest image of the history is reused."),
  scan: z.union([z.literal(false), scan]).prefault({}).describe("Vulnerability scan of every image, pull requests included."),
  sbom: z.boolean().default(true).describe("Attach a software bill of materials to main, integration, nightly and release images."),
  provenance: z.union([z.literal(false), z.enum(["min", "max"])]).default("max").describe("Attach a provenance attestation to the same images."),
  attest: z.boolean().default(false).describe("Also sign a provenance attestation with GitHub. Private repositories need a paid feature for it."),
  fallback: z.union([z.literal(false), z.literal("artifact")]).default("artifact").describe("Also save an artifact that consumers take when the registry fails."),
});

const filesBuild = z.strictObject({
  kind: z.literal("files"),
  setup: setup.optional(),
  run: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).describe("Commands that make the files."),
  env: environment.default({}),
  paths: globs.describe("The files that consumers take."),
  timeout: duration.default("15m"),
  keep: duration.default("7d").describe("How long the artifact is kept; at most 90 days."),
});

const build = z.discriminatedUnion("kind", [imageBuild, filesBuild]);

// ---- consumers --------------------------------------------------------------------------------------------------

const matrixValue = z.union([z.string(), z.number(), z.boolean()]);
const matrix = z
  .record(z.string().regex(/^[a-z_][a-z0-9_]*$/i, { error: "expected a matrix key of letters, digits and `_`" }), z.array(matrixValue).min(1))
  .describe("One job a combination. The commands read the values from MATRIX_<KEY>.");

const port = z.union([z.int().min(1).max(65_535), z.string().regex(/^\d+:\d+$/, { error: 'expected a port such as 8080 or "8080:80"' })]);

const healthCheck = z.strictObject({
  url: z.string().regex(/^https?:\/\/[^\s/]\S*$/, { error: "expected an address such as http://localhost:8080/health" }).describe("An address that answers with success once the container is ready."),
  timeout: duration.default("60s"),
  interval: duration.default("2s"),
});

const container = z.strictObject({
  build: key.optional().describe("Whose image runs. The first of `needs` by default."),
  name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/, { error: "expected a container name" }).optional(),
  ports: z.array(port).default([]),
  env: environment.default({}),
  args: z.array(z.string()).default([]).describe("Arguments of the image's entry point."),
  health: healthCheck.optional(),
});

const service = z.strictObject({
  image: z.string().min(1),
  ports: z.array(port).default([]),
  env: environment.default({}),
  options: z.string().optional().describe("Options of docker create, such as a health command."),
});

const artifact = z.strictObject({
  name: z.string().regex(/^[^"<>|*?:\r\n\\/]+$/, { error: "expected an artifact name without slashes or wildcards" }),
  path: z.union([relativePath, globs]),
  when: z.enum(["always", "failure", "success"]).default("always"),
  keep: duration.default("7d"),
});

const commandStep = z.strictObject({
  name: z.string().min(1),
  run: z.string().min(1),
  env: environment.default({}),
  timeout: duration.optional(),
  workingDirectory: relativePath.optional(),
  when: z.enum(["success", "always", "failure"]).default("success"),
});

const actionStep = z.strictObject({
  name: z.string().min(1),
  uses: z.string().min(1).describe("An action of the catalogue or of `actions`, without a version: the pin lives there."),
  with: z.record(z.string(), matrixValue).default({}),
  env: environment.default({}),
  timeout: duration.optional(),
  when: z.enum(["success", "always", "failure"]).default("success"),
});

const consumer = z.strictObject({
  name: z.string().min(1).optional().describe("The workflow's name, and the context of the commit status that a branch rule can require."),
  needs: z.union([key, z.array(key).min(1)]).describe("The builds that are tested."),
  run: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional().describe("The commands that test. IMAGE and IMAGE_<BUILD> name the images, FILES_<BUILD> the folders."),
  steps: z.array(z.union([commandStep, actionStep])).min(1).optional().describe("Named steps instead of `run`."),
  setup: setup.optional(),
  env: environment.default({}),
  matrix: matrix.optional(),
  maxParallel: z.int().min(1).optional(),
  services: z.record(key, service).default({}),
  container: container.optional().describe("Run the image under test before the commands, wait until it is healthy, and show its logs on failure."),
  localTag: z.string().regex(/^[a-z0-9][a-z0-9._/-]*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$/, { error: "expected a local image name such as charon:local" }).optional().describe("The name under which the pulled image is tagged on the runner, for scripts that expect one."),
  artifacts: z.array(artifact).default([]),
  timeout: duration.default("15m").describe("The job's limit."),
  testTimeout: duration.optional().describe("The limit of each test step; two minutes less than the job's by default."),
  pull: z.strictObject({ attempts: z.int().min(1).max(10).default(3), delay: duration.default("10s") }).prefault({}).describe("Retries around the pull. Tests are never retried."),
  dispatch: z.boolean().default(true).describe("Offer a manual run with an image tag."),
  secrets: z.union([z.array(secretName), z.strictObject({ names: z.array(secretName).min(1), grant: z.enum(["trusted", "always"]).default("trusted") })]).default([]).describe("Secrets for the commands, granted to events of this repository only."),
  forks: z.boolean().default(true).describe("Whether pull requests from forks are tested."),
  on: z.array(eventClass).min(1).optional().describe("The events whose images are tested. All by default, releases through their commit."),
  required: z.boolean().default(true).describe("Whether moving tags and releases wait for this consumer."),
  enabled: z.boolean().default(true),
  source: z.enum(["registry", "build"]).default("registry").describe("`build` turns the consumer back into a workflow that builds for itself."),
  runner: z.string().min(1).optional(),
  checkout: z.strictObject({ depth: count.default(1), submodules: z.boolean().default(false), lfs: z.boolean().default(false) }).prefault({}),
  file: z.string().min(1).optional().describe("The workflow's file name without .yml. The key by default."),
});

// ---- the rest ---------------------------------------------------------------------------------------------------

const branches = z.strictObject({
  main: z.string().min(1).default("main").describe("The default branch."),
  integration: z.array(z.string().min(1)).default([]).describe("Long-lived branches whose images are kept like main's."),
  feature: z.array(z.string().min(1)).default([]).describe("Branch patterns whose pushes are built."),
});

const tags = z.strictObject({
  shaLength: z.int().min(7).max(40).default(7),
  pullRequest: z.string().default("pr-{number}-{sha}"),
  branch: z.string().default("{branch}-{sha}"),
  commit: z.string().default("sha-{sha}"),
  queue: z.string().default("mq-{sha}"),
  nightly: z.string().default("nightly-{date}"),
  manual: z.string().default("manual-{run}"),
  release: z.string().default("v{version}"),
  staging: z.string().default("stage-{sha}-{platform}"),
});

const retention = z.strictObject({
  pullRequest: duration.default("24h"),
  branch: duration.default("7d"),
  commit: duration.default("30d"),
  queue: duration.default("24h"),
  nightly: duration.default("7d"),
  manual: duration.default("7d"),
  staging: duration.default("24h"),
  minimumAge: duration.default("48h").describe("Nothing younger is deleted, whatever its class says."),
  protect: z.array(z.string().min(1)).default([]).describe("Tags that are never deleted; `*` stands for any characters. Channels and releases always are protected."),
  dryRun: z.boolean().default(true).describe("Only say what would be deleted."),
  maxDeletions: z.int().min(1).default(200).describe("The most versions that one run deletes."),
  schedule: cron.default("0 3 * * *"),
  timeout: duration.default("30m"),
});

const nightly = z.strictObject({
  schedule: cron.default("0 2 * * *"),
  test: z.boolean().default(true).describe("Whether consumers test the nightly images."),
  timeout: duration.optional(),
});

const release = z.strictObject({
  tags: z.string().default("v*.*.*"),
  wait: duration.default("60m").describe("How long a release waits for the tests of its commit."),
});

const rate = z.number().min(0).max(100);
const metrics = z.strictObject({
  schedule: cron.default("0 0 * * *"),
  keep: duration.default("90d"),
  runs: z.int().min(10).max(1000).default(100).describe("How many runs of each workflow are read."),
  thresholds: z
    .strictObject({
      buildMinutes: z.number().positive().default(20),
      totalMinutes: z.number().positive().default(30),
      buildsPerCommit: z.number().positive().default(1),
      buildFailurePercent: rate.default(5),
      testFailurePercent: rate.default(100),
      pullSuccessPercent: rate.default(95),
      cleanupSuccessPercent: rate.default(98),
      storageGigabytes: z.number().positive().default(50),
    })
    .prefault({})
    .describe("Warn when a figure is worse than this."),
  regressions: z
    .strictObject({
      buildTimePercent: rate.default(20),
      testFailurePoints: rate.default(3),
      pullFailurePercent: rate.default(10),
    })
    .prefault({})
    .describe("Fail the metrics run when a figure is this much worse than the baseline's."),
  baseline: z
    .strictObject({
      buildMinutes: z.number().positive().optional(),
      totalMinutes: z.number().positive().optional(),
      buildsPerCommit: z.number().positive().optional(),
      buildFailurePercent: rate.optional(),
      testFailurePercent: rate.optional(),
      storageGigabytes: z.number().positive().optional(),
    })
    .optional()
    .describe("The figures to compare with. Without it, the oldest metrics artifact that is still kept."),
});

const notify = z.strictObject({
  webhook: secretName.describe("The secret that holds the address. It receives {\"text\": …}, as Slack, Mattermost and Discord (/slack) take it."),
  on: z.array(z.enum(["build", "nightly", "release", "cleanup", "promote", "metrics"])).min(1).default(["build", "nightly", "release", "cleanup", "promote"]).describe("Which failures are told. Builds of pull requests and feature branches never are."),
});

const WORKFLOW_KINDS = ["build", "nightly", "cleanup", "metrics", "promote", "release", "check"] as const;
/** The workflows that Pipewright writes of itself, beside one a consumer. */
export type WorkflowKind = (typeof WORKFLOW_KINDS)[number];
const byKind = (value: z.ZodString) =>
  z.strictObject(Object.fromEntries(WORKFLOW_KINDS.map((kind) => [kind, value.optional()])) as Record<WorkflowKind, z.ZodOptional<z.ZodString>>);

const check = z.strictObject({
  setup: setup.prefault({ node: "24" }),
  install: z.string().min(1).default("npm ci").describe("The command that installs Pipewright."),
  run: z.string().min(1).default("npx --no-install pipewright check").describe("The command that fails on drift."),
  timeout: duration.default("10m"),
});

const actionPin = z.strictObject({
  version: z.string().min(1).describe("The version that the comment behind the pin names."),
  sha: z.string().regex(/^[0-9a-f]{40}$/, { error: "expected a full commit, 40 hexadecimal digits" }),
});

const emptyDefault = <Schema extends z.ZodType>(schema: Schema) => z.union([z.literal(false), schema]).prefault({} as never);

export const configSchema = z
  .strictObject({
    $schema: z.string().optional(),
    project: key.describe("The project's name, for concurrency groups and messages."),
    topology: z.literal("workflow_run").default("workflow_run").describe("How consumers follow the build."),
    registry: registry.optional().describe("Where images are pushed. Needed as soon as an image is built."),
    copies: z.array(registryCopy).default([]).describe("Registries that receive copies of moving tags and releases, without a second build."),
    branches: branches.prefault({}),
    channels: z.record(z.string(), z.union([tagName, z.literal(false)])).optional().describe("The moving tag of a branch, or of `nightly`. main's is `latest`, the first integration branch's `dev`."),
    tags: tags.prefault({}),
    builds: z.record(key, build),
    consumers: z.record(key, consumer).default({}),
    pullRequests: z.union([z.boolean(), z.literal("artifact")]).default(true).describe("Whether pull requests into main and the integration branches are built; `artifact` builds them without pushing their images."),
    mergeQueue: z.boolean().default(false).describe("Whether a merge queue's commits are built."),
    forks: z.enum(["test", "build", "ignore"]).default("test").describe("Pull requests from forks: build and test them, only build them, or leave them out."),
    freshness: z.enum(["fail", "warn"]).default("fail").describe("What happens when a pulled image was made from another commit than recorded."),
    moveTags: z.enum(["after-tests", "at-build"]).default("after-tests").describe("When latest and its like move."),
    retention: emptyDefault(retention).describe("How long images are kept, by kind of tag."),
    nightly: z.union([z.literal(false), nightly]).default(false),
    release: z.union([z.literal(false), release]).default(false),
    metrics: z.union([z.literal(false), metrics]).default(false),
    check: emptyDefault(check).describe("The workflow that fails a pull request on drift."),
    notify: notify.optional(),
    queue: z.enum(["single", "max"]).default("single").describe("How many builds of one commit may wait for another: GitHub's `queue: max` keeps up to 100, and not every tool knows it yet."),
    runners: z.record(z.string(), z.string().min(1)).default({}).describe("The runner's label by platform, or `default`."),
    files: z.strictObject({ prefix: z.string().regex(/^[A-Za-z0-9._-]*$/, { error: "expected letters, digits, `.`, `_` and `-`" }).default(""), names: byKind(z.string().regex(/^[A-Za-z0-9._-]+$/, { error: "expected a file name of letters, digits, `.`, `_` and `-`" })).prefault({}) }).prefault({}).describe("The names of the workflow files."),
    names: byKind(z.string().min(1)).prefault({}).describe("The names of the workflows."),
    actions: z.record(z.string(), actionPin).default({}).describe("Pins of actions that override or extend the catalogue."),
  })
  .describe("Pipewright's configuration: what is built, who tests it, and how long it is kept.");

/** What a user writes; what `defineConfig` returns fits. */
export type ConfigInput = AsWritten<z.input<typeof configSchema>>;
/** What the schema makes of it: every default in its place. */
export type Config = z.output<typeof configSchema>;
export type BuildInput = AsWritten<z.input<typeof build>>;
export type ImageBuildInput = AsWritten<z.input<typeof imageBuild>>;
export type FilesBuildInput = AsWritten<z.input<typeof filesBuild>>;
export type ImageBuildConfig = z.output<typeof imageBuild>;
export type FilesBuildConfig = z.output<typeof filesBuild>;
export type ConsumerInput = AsWritten<z.input<typeof consumer>>;
export type ConsumerConfig = z.output<typeof consumer>;
export type RetentionConfig = z.output<typeof retention>;
export type MetricsConfig = z.output<typeof metrics>;
export type RegistryConfig = z.output<typeof registry>;
export type RegistryCopyConfig = z.output<typeof registryCopy>;
export type SetupConfig = z.output<typeof setup>;
export type ScanConfig = z.output<typeof scan>;
export type ContainerConfig = z.output<typeof container>;
