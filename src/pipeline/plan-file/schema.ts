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
  }),
);

export const pipelineSchema = z.strictObject({
  builds: buildsSchema,
  consumers: consumersSchema,
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
