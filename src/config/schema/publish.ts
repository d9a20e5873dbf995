/** What is published once everything has passed: copies of images, packages, releases, deployments. */
import * as z from "zod";
import { healthCheck } from "./consumers.ts";
import { registryCopy } from "./registries.ts";
import { commands, duration, environment, environmentRef, key, secretName, setup } from "./values.ts";

const PUBLISHED_EVENTS = ["main", "integration", "nightly", "release"] as const;
export type PublishedEvent = (typeof PUBLISHED_EVENTS)[number];

const common = {
  on: z.array(z.enum(PUBLISHED_EVENTS)).min(1).default(["main"]).describe("The events after which it is published."),
  after: z.array(key).default([]).describe("Targets that must have succeeded before this one starts."),
  environment: environmentRef.optional().describe("The GitHub environment, for its reviewers and secrets."),
  timeout: duration.default("20m").describe("The job's limit."),
};

export const imagesTarget = z.strictObject({
  kind: z.literal("images").describe("Made by `publishImages({\u2026})`."),
  to: registryCopy.omit({ of: true }).describe("The registry that receives the tested digests."),
  images: z.union([key, z.array(key).min(1)]).describe("The builds whose images are published."),
  names: z.record(key, z.string()).default({}).describe("Other names there, by build."),
  tags: z
    .array(z.string().min(1))
    .min(1)
    .default(["{version}", "{channel}"])
    .describe(
      "The tags there. `{version}`, `{commit}` and `{channel}` (latest, or next for prereleases) stand for the run's own.",
    ),
  sign: z.boolean().default(false).describe("Sign them with cosign, as this workflow, without a key."),
  attest: z.boolean().default(false).describe("Attest their provenance there."),
  ...common,
});

export const npmTarget = z.strictObject({
  kind: z.literal("npm").describe("Made by `npmPackage({\u2026})`."),
  from: key.describe("The files build that holds the package's tarball."),
  access: z.enum(["public", "restricted"]).default("public").describe("Who may install it."),
  token: secretName
    .optional()
    .describe("The secret with a token. Without it the registry trusts this workflow (trusted publishing)."),
  registry: z
    .string()
    .regex(/^https:\/\/[^\s/]\S*$/, { error: "expected an address such as https://npm.pkg.github.com" })
    .optional()
    .describe("Another registry than npm's own."),
  ...common,
});

export const mavenTarget = z.strictObject({
  kind: z.literal("maven").describe("Made by `mavenPackage({\u2026})`."),
  from: key.describe("The files build that holds the artifacts in the layout of a Maven repository."),
  username: secretName.describe("The secret with the user name of Maven Central's portal."),
  password: secretName.describe("The secret with its password."),
  signingKey: secretName.describe("The secret with the armoured private key that signs."),
  signingPassword: secretName.optional().describe("The secret with the key's password."),
  ...common,
});

export const releaseTarget = z.strictObject({
  kind: z.literal("githubRelease").describe("Made by `githubRelease({\u2026})`."),
  files: z.array(key).default([]).describe("The files builds whose files are attached."),
  sboms: z.array(key).default([]).describe("The images whose bills of materials are attached."),
  notes: z
    .enum(["conventional", "none"])
    .default("conventional")
    .describe("Notes from the conventional commits since the last release, or none."),
  checksums: z.boolean().default(true).describe("Attach checksums.txt with the SHA-256 of each file."),
  ...common,
  on: z.array(z.literal("release")).min(1).default(["release"]).describe("Releases alone have a tag to hang on."),
});

export const deployTarget = z.strictObject({
  kind: z.literal("deploy").describe("Made by `deploy({\u2026})`."),
  images: z
    .union([key, z.array(key).min(1)])
    .describe("The builds whose tested images are deployed. IMAGE_<BUILD> names each with its digest, TAG its tag."),
  setup: setup.optional().describe("Tools to install first."),
  secrets: z.array(secretName).default([]).describe("Secrets of the commands."),
  env: environment.default({}).describe("Environment variables of the commands."),
  canary: z
    .strictObject({
      run: commands.describe("Commands that deploy to a part of it."),
      verify: commands.describe("Commands that must succeed before the rest follows."),
    })
    .optional()
    .describe("A part that goes first."),
  run: commands.describe("Commands that deploy. They may run twice: what fails is tried again."),
  health: healthCheck.optional().describe("Wait for an answer afterwards."),
  attempts: z.int().min(1).max(10).default(3).describe("How often to try."),
  delay: duration.default("30s").describe("The pause after the first attempt; it grows with each."),
  ...common,
});

export const publishTarget = z.discriminatedUnion("kind", [
  imagesTarget,
  npmTarget,
  mavenTarget,
  releaseTarget,
  deployTarget,
]);
