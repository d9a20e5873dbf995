/** What is built: images, and artifacts of files. */
import * as z from "zod";
import { duration, environment, environmentName, EVENT_CLASSES, type EventClass, globs, imageName, platform, relativePath, setup } from "./values.ts";

export const platforms = z.union([
  z.array(platform).min(1),
  z.strictObject({ default: z.array(platform).min(1) }).extend(
    Object.fromEntries(EVENT_CLASSES.map((name) => [name, z.array(platform).min(1).optional()])) as Record<EventClass, z.ZodOptional<z.ZodArray<typeof platform>>>,
  ),
]);

export const scan = z.strictObject({
  severities: z.array(z.enum(["UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL"])).min(1).default(["CRITICAL", "HIGH"]).describe("Findings of these severities fail the build."),
  ignoreUnfixed: z.boolean().default(false).describe("Pass over findings that have no fix yet."),
  ignoreFile: relativePath.optional().describe("A .trivyignore file with accepted findings."),
  block: z.boolean().default(true).describe("Whether findings fail the build, or are only reported."),
  sarif: z.boolean().default(true).describe("Upload the findings to code scanning. Private repositories need a paid feature for it."),
  timeout: duration.default("10m").describe("The scan's limit."),
});

export const imageBuild = z.strictObject({
  kind: z.literal("image").describe("Made by `image({\u2026})`."),
  image: imageName.optional().describe("The image's name inside the registry's namespace. The build's key by default."),
  dockerfile: relativePath.default("Dockerfile").describe("The Dockerfile, from the repository's root."),
  context: relativePath.default(".").describe("The folder that the Dockerfile copies from."),
  target: z.string().min(1).optional().describe("The stage to build; the last one by default."),
  args: z.record(environmentName, z.union([z.string(), z.number(), z.boolean()])).default({}).describe("Build arguments. `{version}`, `{commit}` and `{created}` stand for the build's own."),
  platforms: platforms.default(["linux/amd64"]).describe("What is built, by event."),
  multiPlatform: z.enum(["native", "emulated"]).default("native").describe("One job a platform on native runners, merged by digest; or one job that emulates."),
  cache: z.union([z.literal(false), z.enum(["gha", "registry"])]).default("gha").describe("Where layers are kept between builds: GitHub's cache, a tag beside the image, or nowhere."),
  timeout: duration.default("30m").describe("The build job's limit."),
  inputs: globs.optional().describe("What the image is made from, as globs. When none of it changed, the newest image of the history is reused."),
  scan: z.union([z.literal(false), scan]).prefault({}).describe("Vulnerability scan of every image, pull requests included."),
  sbom: z.boolean().default(true).describe("Attach a software bill of materials to main, integration, nightly and release images."),
  provenance: z.union([z.literal(false), z.enum(["min", "max"])]).default("max").describe("Attach a provenance attestation to the same images."),
  attest: z.boolean().default(false).describe("Also sign a provenance attestation with GitHub. Private repositories need a paid feature for it."),
  fallback: z.union([z.literal(false), z.literal("artifact")]).default("artifact").describe("Also save an artifact that consumers take when the registry fails."),
});

export const filesBuild = z.strictObject({
  kind: z.literal("files").describe("Made by `files({\u2026})`."),
  setup: setup.optional().describe("Tools to install before the commands run."),
  run: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).describe("Commands that make the files."),
  env: environment.default({}).describe("Environment variables of the commands."),
  paths: globs.describe("The files that consumers take."),
  timeout: duration.default("15m").describe("The build job's limit."),
  keep: duration.default("7d").describe("How long the artifact is kept; at most 90 days."),
});

export const build = z.discriminatedUnion("kind", [imageBuild, filesBuild]);
