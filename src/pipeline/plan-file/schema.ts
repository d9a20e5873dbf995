/**
 * The shape of `plan.json`. The types come from here, and `schemas/plan.schema.json` is made from here; a test holds every
 * leaf against the programs that read it. Only types may be imported from this file by what runs in `check`.
 */
import { z } from "zod";

const classOfEvent = z.enum(["pullRequest", "feature", "integration", "main", "queue", "nightly", "release", "manual"]);
const expressions = z.array(z.string()).describe("Alternatives: anchored expressions, one of which matches.");

/** What a tag is called, and what it reads as. */
export const tagsSchema = z.strictObject({
  shaLength: z.number().int().describe("So many characters of a commit stand in a tag."),
  patterns: z.record(z.string(), z.string()).describe("The pattern of each class of tag, with its placeholders."),
  main: z.string().describe("The main branch."),
  integration: expressions,
  longLivedSlugs: expressions,
  commitBranches: z.array(z.string()).describe("The long-lived branches by name, whose tags a release looks for."),
  reservedBranches: expressions,
  otherClasses: expressions,
  manualForbidden: expressions,
  nightly: z.string().describe("What a nightly build's tag matches."),
});

/** One job of an image's build. */
const entrySchema = z.strictObject({ name: z.string(), platforms: z.array(z.string()), runner: z.string() });

const imageSchema = z.strictObject({
  kind: z.literal("image"),
  image: z.string().describe("Its full name, without a tag."),
  mirrors: z.array(z.string()).describe("Its name in the registries that stand in for the first one."),
  entries: z.partialRecord(classOfEvent, z.array(entrySchema)).describe("The jobs that build it, by the run's class."),
  recipe: z.string().describe("A digest of everything but the sources that decides what it holds."),
  attested: z.boolean().describe("Whether what people take carries attestations."),
  sbom: z.boolean(),
  provenance: z.enum(["min", "max"]).nullable(),
  bake: z
    .strictObject({ group: z.string(), file: z.string(), target: z.string() })
    .nullable()
    .describe("The target of a bake file that makes it; null for a Dockerfile of its own."),
  context: z.string(),
  dockerfile: z.string(),
  target: z.string().nullable(),
  args: z.record(z.string(), z.string()).describe("Its arguments, in which {commit} and its like still stand."),
  labels: z.record(z.string(), z.string()).describe("Further labels, likewise."),
  cache: z.enum(["gha", "registry", "registry-per-branch"]).nullable().describe("Where its layers are kept."),
  cacheScope: z.string().describe("What its caches are called."),
  inputs: z.array(z.string()).nullable().describe("What it is made from; null where that is not said."),
  fallback: z.boolean().describe("Whether it is also saved as an artifact."),
  maxBytes: z.number().nullable(),
});

const filesSchema = z.strictObject({
  kind: z.literal("files"),
  artifact: z.string(),
  inputs: z.array(z.string()).nullable().describe("What they are made from; null where that is not said."),
  maxSizes: z
    .array(z.strictObject({ glob: z.string().regex(/^[^\n\t\\]+$/), bytes: z.int().min(0) }))
    .optional()
    .describe("How large the files may be that a glob matches."),
});

export const buildsSchema = z.record(z.string(), z.discriminatedUnion("kind", [imageSchema, filesSchema]));

const percent = z.number().min(0).max(100);

export const consumersSchema = z.record(
  z.string(),
  z.strictObject({
    name: z.string().describe("The name of its workflow or job, and the context of its commit status."),
    builds: z.array(z.string()).describe("What it takes, by key."),
    events: z.array(classOfEvent).describe("The classes of run that it tests."),
    forks: z.boolean().describe("Whether it tests pull requests from forks."),
    required: z.boolean().describe("Whether what is promoted waits for it."),
    soft: z.boolean().describe("Whether its failure only warns."),
    dispatch: z.boolean().describe("Whether it can be run by hand."),
    nightly: z
      .strictObject({ workflow: z.string(), name: z.string() })
      .optional()
      .describe("The workflow that builds by night, and the context of the status that it gets then."),
    source: z.enum(["registry", "build"]).describe("Whether it takes what was built, or builds for itself."),
    images: z.record(z.string(), z.string()).optional().describe("Their names on the runner, by build."),
    pull: z.strictObject({ attempts: z.number(), delaySeconds: z.number() }).optional(),
    fallback: z.enum(["build", "fail"]).optional().describe("What happens when an image cannot be had."),
    container: z
      .strictObject({
        name: z.string(),
        build: z.string(),
        ports: z.array(z.string()),
        env: z.record(z.string(), z.string()).optional(),
        args: z.array(z.string()).optional(),
        health: z
          .strictObject({ url: z.string().optional(), timeoutSeconds: z.number(), intervalSeconds: z.number() })
          .optional(),
      })
      .optional()
      .describe("How its image is run for it. What GitHub has to evaluate, the workflow hands on."),
    deployment: z
      .strictObject({
        name: z.string().describe("What the names of places begin with."),
        attempts: z.number(),
        delaySeconds: z.number(),
        timeoutSeconds: z.number(),
      })
      .optional(),
    coverage: z
      .strictObject({
        file: z.string().optional(),
        format: z.enum(["go", "lcov", "cobertura"]),
        minimum: percent.optional(),
        packages: z.record(z.string(), percent),
        maxDrop: percent.optional(),
        marker: z.string().describe("What tells its comment on a pull request from others."),
      })
      .optional(),
    diagnostics: z
      .strictObject({ paths: z.array(z.string()).optional(), commands: z.array(z.string()).optional() })
      .optional()
      .describe("What is kept of a failure, and the commands that repeat it."),
  }),
);

/** A class of tags that expires. */
const expiringSchema = z.strictObject({
  class: z.string(),
  tags: expressions,
  hours: z.number().describe("How old they may become."),
  keepNewest: z
    .number()
    .optional()
    .describe("So many stay whatever their age, of each that the first group of its expression matches."),
  keepAlways: expressions.optional(),
});

export const packagesSchema = z.strictObject({
  mode: z.enum(["packages", "oci", "dockerhub", "ecr"]).describe("The API that lists and deletes images."),
  ownerKind: z.enum(["user", "organization"]).nullable().describe("Who owns them; null asks GitHub."),
  released: expressions.describe("Tags of channels and releases, which are never deleted."),
});

export const retentionSchema = z.strictObject({
  afterRun: z
    .strictObject({
      keepRecent: z.number().describe("So many stay staged where nothing was published."),
      preserve: z.string().describe("In a commit's message it keeps everything of its run."),
    })
    .nullable()
    .describe("What a run deletes of its own when it ends."),
  classes: z.array(expiringSchema).describe("In the order in which tags are told apart."),
  dryRun: z.boolean(),
  maxDeletions: z.number(),
  minimumAgeHours: z.number(),
  protect: expressions.describe("Tags that are never deleted, beside those that are released."),
  workflows: z.array(z.string()).describe("While one of these runs, every image is kept for longer."),
});

export const basesSchema = z.record(
  z.string(),
  z.strictObject({
    args: z.record(z.string(), z.string()),
    branch: z.string().describe("The branch of the pull request that proposes it."),
    context: z.string(),
    dockerfile: z.string(),
    image: z.string(),
    ownToken: z.boolean().describe("Whether the workflow's own token proposes it."),
    pins: z.array(z.string()).describe("The files that name it by digest."),
    platforms: z.array(z.string()),
  }),
);

export const cachesSchema = z.strictObject({
  keys: z.array(
    z.strictObject({
      beginning: z.string().describe("What their keys begin with."),
      keepHours: z.number().nullable().describe("So long after their last use; null is for ever."),
    }),
  ),
  maxGigabytes: z.number().describe("What all caches may take together before there is a warning."),
});

export const flakesSchema = z.strictObject({
  artifact: z.string().describe("The artifact with the newest report."),
  issues: z.boolean().describe("Whether each test in quarantine gets an issue."),
  overallBudgetPercent: z.number(),
  quarantineAfter: z.number().describe("So many flaky failures put a test into quarantine."),
  runs: z.number().describe("How many runs of each workflow are read."),
  suites: z.array(
    z.strictObject({
      artifact: z.string().describe("What the names of the artifacts with its results begin with."),
      budgetPercent: z.number().describe("How many of its test executions may be flaky failures."),
      name: z.string(),
      workflow: z.string(),
    }),
  ),
});

const figures = z.record(z.string(), z.number());
const byImage = z.record(z.string(), z.number()).describe("In megabytes, by build.");

export const metricsSchema = z.strictObject({
  artifact: z.string().describe("The artifact with the newest figures."),
  baseline: figures.nullable().describe("Null compares with the oldest figures that are still kept."),
  budgets: z.strictObject({ overTargetPercent: z.number() }),
  build: z.string().nullable().describe("The name of the workflow that builds."),
  cleanup: z.string().nullable().describe("The name of the workflow that cleans up."),
  consumers: z.array(z.string()),
  flakes: z.string().nullable().describe("The artifact with the newest report on flaky tests."),
  imageLimits: byImage.nullable(),
  imagesBefore: byImage.nullable(),
  kpis: z.array(z.string()).nullable().describe("The figures of the table of goals; null for those with a threshold."),
  latest: z.string().nullable().describe("The moving tag of the main branch, whose image is weighed."),
  names: z.strictObject({
    buildStep: z.string(),
    cacheMissed: z.string().describe("The step that runs only when {cache} was not there."),
    deployStep: z.string(),
    fallbackStep: z.string().describe("The step that runs only where the registry did not give an image."),
    plan: z.string(),
    published: z.string(),
    pullStep: z.string(),
    ready: z.string().describe("The job that says whether everything is built."),
    restoreCache: z.string().describe("What the name of a step begins with that restores a cache."),
  }),
  regressions: z.strictObject({
    buildTimePercent: z.number(),
    pullFailurePercent: z.number(),
    testFailurePoints: z.number(),
  }),
  runs: z.number().describe("How many runs of each workflow are read."),
  stages: z.array(
    z.strictObject({
      job: z.string().describe("The name of its jobs, before a matrix."),
      kind: z.enum(["image", "files", "test"]),
      maximumMinutes: z.number().nullable(),
      name: z.string(),
      targetMinutes: z.number().nullable(),
      workflow: z.string().nullable().describe("The workflow in whose runs they are."),
    }),
  ),
  thresholds: figures,
  verdicts: z.array(z.string()).describe("The jobs of the run that builds which say what became of its tests."),
  watched: z.record(z.string(), z.string()).describe("Workflows that tell of their own failure, by the alert."),
});

const tier = z.enum(["info", "warning", "critical"]);

export const channelsSchema = z.record(
  z.string(),
  z.strictObject({
    events: z.array(z.string()).describe("The alerts that it hears."),
    format: z.enum(["text", "slack", "json"]),
  }),
);

const copies = z.array(z.strictObject({ build: z.string(), image: z.string() }));

export const promotionsSchema = z.array(
  z.strictObject({
    of: z.string().describe("The branch that it follows, or `nightly`."),
    tag: z.string(),
    pattern: z.string().describe("The pattern of the tag that it moves to."),
    contexts: z.array(z.string()).describe("The checks and statuses that must be success on the commit."),
    copies: copies.describe("Each image in other registries, with its tag there."),
  }),
);

export const releaseSchema = z.strictObject({
  tags: z.string().describe("The Git tags that are releases."),
  waitSeconds: z.number().describe("How long it waits for the tests."),
  tests: z.array(
    z.strictObject({
      name: z.string(),
      context: z.string().nullable().describe("The status or check that holds its verdict; null where nobody looks."),
      workflow: z.string().nullable().describe("The file that can be started for it by hand."),
      ofSources: z.boolean().describe("It builds for itself, so that its result holds whenever it came."),
    }),
  ),
  copies: copies.describe("Each image in other registries, which get every tag of a release."),
});

const published = {
  on: z.array(classOfEvent).describe("The classes of run that publish it."),
  secrets: z.array(z.string()).describe("The secrets without which it cannot be published."),
  environment: z.string().optional().describe("The environment that keeps these secrets for itself."),
};

export const publishSchema = z.record(
  z.string(),
  z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("images"),
      ...published,
      names: z.record(z.string(), z.string()).describe("The images there, by build."),
      tags: z.array(
        z.strictObject({
          pattern: z.string().describe("With {version}, {commit} and {channel}."),
          moves: z.boolean().describe("It names another image from time to time."),
        }),
      ),
    }),
    z.strictObject({
      kind: z.literal("npm"),
      ...published,
      from: z.string().describe("The build whose tarball it is."),
      access: z.enum(["public", "restricted"]),
      registry: z.string(),
      trusted: z.boolean().describe("The registry trusts the workflow itself, and there is no token."),
      provenance: z.boolean(),
    }),
    z.strictObject({
      kind: z.literal("maven"),
      ...published,
      from: z.string().describe("The build whose files they are."),
      timeoutSeconds: z.number(),
    }),
    z.strictObject({
      kind: z.literal("githubRelease"),
      ...published,
      sboms: z.array(z.string()).describe("The images whose bills of materials it holds, by build."),
      notes: z.boolean().describe("Whether notes are written from the commits."),
      checksums: z.boolean(),
    }),
    z.strictObject({ kind: z.literal("deploy"), ...published }),
  ]),
);

export const groupsSchema = z.record(z.string(), z.array(z.string()));

export const movesSchema = z.array(
  z.strictObject({
    of: z.string().describe("The branch, or nightly."),
    tag: z.string(),
    copies: z.array(z.strictObject({ build: z.string(), image: z.string() })).describe("With the tag."),
  }),
);

export const pipelineSchema = z.strictObject({
  bases: basesSchema,
  builds: buildsSchema,
  caches: cachesSchema.nullable(),
  channels: channelsSchema.describe("Who is told, by the secret that holds the address."),
  consumers: consumersSchema,
  flakes: flakesSchema.nullable(),
  groups: groupsSchema.describe("Consumers that share a workflow, by the key of their group."),
  forks: z.enum(["test", "build", "ignore"]),
  freshness: z.enum(["fail", "warn"]),
  metrics: metricsSchema.nullable(),
  movesAtBuild: movesSchema.describe("Tags that a build moves itself, where the config wants that."),
  packages: packagesSchema.nullable().describe("How images are listed and deleted; null without a registry."),
  project: z.string(),
  promotions: promotionsSchema.describe("Tags that move once everything that their commits need has passed."),
  publish: publishSchema.describe("What is published, by target."),
  publishedCheck: z.string().describe("The job that succeeds only when everything of a run is published."),
  pullRequests: z.enum(["push", "artifact"]).nullable().describe("Where images of pull requests go; null without any."),
  retry: z
    .strictObject({
      attempts: z.number(),
      delaySeconds: z.number(),
      growth: z.enum(["linear", "exponential"]),
      jitter: z.number().describe("Percent."),
    })
    .nullable()
    .describe("The one policy for what may fail for a moment; each program has its own where there is none."),
  release: releaseSchema.nullable(),
  retention: retentionSchema.nullable(),
  tags: tagsSchema,
  tiers: z.record(z.string(), tier).describe("How urgent each alert is."),
  versionBase: z.string().describe("What every version begins with: 1.0, or 1.2.3."),
});

/** Who owns the file, as the header of a workflow file says it: JSON has no comments. */
const generatedSchema = z.strictObject({
  by: z.string(),
  digest: z.string().describe("sha256: and the digest of the file without this mark, with line feeds."),
  from: z.string().describe("The config, from the repository's root."),
  note: z.string(),
});

export const planFileSchema = z.strictObject({
  generated: generatedSchema.optional(),
  version: z.literal(1),
  pipelines: z.record(z.string(), pipelineSchema).describe("The repository's own is called by an empty name."),
  files: z.record(z.string(), z.string()).describe("The SHA-256 of each program file beside this one."),
});

export type PlanFile = z.infer<typeof planFileSchema>;
export type PipelinePart = z.infer<typeof pipelineSchema>;
