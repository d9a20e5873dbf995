/** What is built: images, several images of one bake file, and artifacts of files. */
import * as z from "zod";
import {
  budget,
  commands,
  duration,
  environment,
  environmentName,
  EVENT_CLASSES,
  type EventClass,
  globs,
  imageName,
  key,
  platform,
  relativePath,
  setup,
  size,
} from "./values.ts";

export const platforms = z.union([
  z.array(platform).min(1),
  z
    .strictObject({ default: z.array(platform).min(1) })
    .extend(
      Object.fromEntries(EVENT_CLASSES.map((name) => [name, z.array(platform).min(1).optional()])) as Record<
        EventClass,
        z.ZodOptional<z.ZodArray<typeof platform>>
      >,
    ),
]);

export const scan = z.strictObject({
  severities: z
    .array(z.enum(["UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL"]))
    .min(1)
    .default(["CRITICAL", "HIGH"])
    .describe("Findings of these severities fail the build."),
  ignoreUnfixed: z.boolean().default(false).describe("Pass over findings that have no fix yet."),
  ignoreFile: relativePath.optional().describe("A .trivyignore file with accepted findings."),
  block: z.boolean().default(true).describe("Whether findings fail the build, or are only reported."),
  sarif: z
    .boolean()
    .default(true)
    .describe("Upload the findings to code scanning. Private repositories need a paid feature for it."),
  apart: z
    .boolean()
    .default(false)
    .describe("Scan in a job of its own, beside the tests, which then need not wait for it."),
  timeout: duration.default("10m").describe("The scan's limit."),
});

const args = z
  .record(environmentName, z.union([z.string(), z.number(), z.boolean()]))
  .default({})
  .describe("Build arguments. `{version}`, `{commit}` and `{created}` stand for the build's own.");

/** What an image may ask for, whether a Dockerfile or a bake file describes it. */
const imageSettings = {
  platforms: platforms.default(["linux/amd64"]).describe("What is built, by event."),
  multiPlatform: z
    .enum(["native", "emulated"])
    .default("native")
    .describe("One job a platform on native runners, merged by digest; or one job that emulates."),
  cache: z
    .union([z.literal(false), z.enum(["gha", "registry", "registry-per-branch"])])
    .default("gha")
    .describe(
      "Where layers are kept between builds: GitHub's cache, a tag a branch beside the image that pushes write, the same and pull requests of this repository write theirs, or nowhere. Each reads its own branch's, then main's.",
    ),
  timeout: duration.default("30m").describe("The build job's limit."),
  budget: budget.optional(),
  inputs: globs
    .optional()
    .describe(
      "What the image is made from, as globs. When none of it changed, the newest image of the history is reused.",
    ),
  labels: z
    .record(
      z.string().regex(/^[a-z0-9]+([._-][a-z0-9]+)*$/, { error: "expected a label such as com.example.build.run" }),
      z.string(),
    )
    .default({})
    .describe(
      "Further labels. `{workflow}`, `{run}`, `{branch}`, `{version}`, `{commit}` and `{created}` stand for the build's own; a branch as it stands in tags.",
    ),
  scan: z
    .union([z.literal(false), scan])
    .prefault({})
    .describe("Vulnerability scan of every image, pull requests included."),
  sbom: z
    .boolean()
    .default(true)
    .describe("Attach a software bill of materials to main, integration, nightly and release images."),
  provenance: z
    .union([z.literal(false), z.enum(["min", "max"])])
    .default("max")
    .describe("Attach a provenance attestation to the same images."),
  attest: z
    .boolean()
    .default(false)
    .describe("Also sign a provenance attestation with GitHub. Private repositories need a paid feature for it."),
  sign: z.boolean().default(false).describe("Sign the same images with cosign, as this workflow, without a key."),
  maxSize: size.optional().describe("The most that one platform of the image may take, compressed."),
  fallback: z
    .union([z.literal(false), z.literal("artifact")])
    .default("artifact")
    .describe("Also save an artifact that consumers take when the registry fails."),
};

export const imageBuild = z.strictObject({
  kind: z.literal("image").describe("Made by `image({\u2026})`."),
  image: imageName.optional().describe("The image's name inside the registry's namespace. The build's key by default."),
  dockerfile: relativePath.default("Dockerfile").describe("The Dockerfile, from the repository's root."),
  context: relativePath.default(".").describe("The folder that the Dockerfile copies from."),
  target: z.string().min(1).optional().describe("The stage to build; the last one by default."),
  args,
  ...imageSettings,
});

/** A target of a bake file: an image of its own, which consumers name by its key. */
export const bakeTarget = z.strictObject({
  image: imageName
    .optional()
    .describe("The image's name inside the registry's namespace. The target's key by default."),
  target: z.string().min(1).optional().describe("The target's name in the bake file. Its key by default."),
  dockerfile: relativePath
    .default("Dockerfile")
    .describe("The Dockerfile that the target builds from, so that its inputs can be compared with the config's."),
  context: relativePath.default(".").describe("The folder that the Dockerfile copies from."),
  args,
  on: z.array(z.enum(EVENT_CLASSES)).min(1).optional().describe("The events that build this target. All by default."),
  scan: z
    .union([z.literal(false), scan])
    .optional()
    .describe("Another scan than the group's."),
  maxSize: size.optional().describe("Another limit than the group's."),
});

export const bakeBuild = z.strictObject({
  kind: z.literal("bake").describe("Made by `bake({\u2026})`."),
  file: relativePath
    .default("docker-bake.hcl")
    .describe(
      "The bake file, from the repository's root. Its tags, outputs and platforms give way to the config's; caches belong in the config.",
    ),
  targets: z.record(key, bakeTarget).describe("The targets that are built together, each an image of its own."),
  ...imageSettings,
});

export const filesBuild = z.strictObject({
  kind: z.literal("files").describe("Made by `files({\u2026})`."),
  setup: setup.optional().describe("Tools to install before the commands run."),
  caches: z.array(key).default([]).describe("The caches that the commands read, by their key in `caches`."),
  prepare: commands.optional().describe("Commands that fetch what is needed. What fails for a moment is tried again."),
  run: commands.describe("Commands that make the files. VERSION holds the version."),
  env: environment.default({}).describe("Environment variables of the commands."),
  paths: globs.describe("The files that consumers take."),
  inputs: globs
    .optional()
    .describe(
      "What the files are made from, as globs. What did not change since the last publication is not published again.",
    ),
  maxSizes: z
    .record(z.string().regex(/^[^\n\t\\]+$/, { error: "expected a glob without backslashes" }), size)
    .default({})
    .describe("The most that a file may take, by glob."),
  attest: z
    .boolean()
    .default(false)
    .describe("Sign a provenance attestation of the files with GitHub, on main and for releases."),
  timeout: duration.default("15m").describe("The build job's limit."),
  budget: budget.optional(),
  keep: duration.default("7d").describe("How long the artifact is kept; at most 90 days."),
});

export const build = z.discriminatedUnion("kind", [imageBuild, bakeBuild, filesBuild]);
