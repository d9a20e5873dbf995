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
  inputs: z.array(z.string()).nullable().describe("What it is made from; null where that is not said."),
  fallback: z.boolean().describe("Whether it is also saved as an artifact."),
  maxBytes: z.number().nullable(),
});

const filesSchema = z.strictObject({ kind: z.literal("files"), artifact: z.string() });

export const buildsSchema = z.record(z.string(), z.discriminatedUnion("kind", [imageSchema, filesSchema]));

export const consumersSchema = z.record(
  z.string(),
  z.strictObject({
    name: z.string().describe("The name of its workflow or job, and the context of its commit status."),
    builds: z.array(z.string()).describe("What it takes, by key."),
    events: z.array(classOfEvent).describe("The classes of run that it tests."),
    forks: z.boolean().describe("Whether it tests pull requests from forks."),
    required: z.boolean().describe("Whether what is promoted waits for it."),
    dispatch: z.boolean().describe("Whether it can be run by hand."),
    nightly: z
      .strictObject({ workflow: z.string(), name: z.string() })
      .optional()
      .describe("The workflow that builds by night, and the context of the status that it gets then."),
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
        minimum: z.number().optional(),
        packages: z.record(z.string(), z.number()),
        maxDrop: z.number().optional(),
        marker: z.string().describe("What tells its comment on a pull request from others."),
      })
      .optional(),
    diagnostics: z
      .strictObject({ paths: z.array(z.string()).optional(), commands: z.array(z.string()).optional() })
      .optional()
      .describe("What is kept of a failure, and the commands that repeat it."),
  }),
);

export const groupsSchema = z.record(z.string(), z.array(z.string()));

export const pipelineSchema = z.strictObject({
  builds: buildsSchema,
  consumers: consumersSchema,
  groups: groupsSchema.describe("Consumers that share a workflow, by the key of their group."),
  forks: z.enum(["test", "build", "ignore"]),
  freshness: z.enum(["fail", "warn"]),
  project: z.string(),
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
  tags: tagsSchema,
});

export const planFileSchema = z.strictObject({
  version: z.literal(1),
  pipelines: z.record(z.string(), pipelineSchema).describe("The repository's own is called by an empty name."),
  files: z.record(z.string(), z.string()).describe("The SHA-256 of each program file beside this one."),
});

export type PlanFile = z.infer<typeof planFileSchema>;
export type PipelinePart = z.infer<typeof pipelineSchema>;
