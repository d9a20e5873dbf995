/** Base images that are built ahead of time, and whose digests the Dockerfiles pin. */
import * as z from "zod";
import { scan } from "./builds.ts";
import { cron, duration, environmentName, imageName, platform, relativePath, secretName } from "./values.ts";

export const base = z.strictObject({
  image: imageName.optional().describe("The image's name inside the registry's namespace. The base's key by default."),
  dockerfile: relativePath.describe("Its Dockerfile."),
  context: relativePath.default(".").describe("The folder that the Dockerfile copies from."),
  args: z
    .record(environmentName, z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe("Build arguments."),
  platforms: z.array(platform).min(1).default(["linux/amd64"]).describe("What it is built for."),
  schedule: cron.default("0 3 * * 1").describe("When it is built afresh (UTC)."),
  pins: z
    .array(relativePath)
    .min(1)
    .describe("The files that name it with its digest, such as Dockerfiles. A pull request proposes each new digest."),
  token: secretName
    .optional()
    .describe(
      "The secret with a token that opens the pull request. What the workflow's own token opens starts no checks.",
    ),
  scan: z
    .union([z.literal(false), scan.omit({ apart: true })])
    .prefault({})
    .describe("Vulnerability scan; an image that does not pass is not proposed."),
  timeout: duration.default("30m").describe("The job's limit."),
});
