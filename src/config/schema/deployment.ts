/** An image under test that must run somewhere else than on the runner: a place of its own for each job, taken away afterwards. */
import * as z from "zod";
import { commands, duration, environment, secretName } from "./values.ts";

export const deployment = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/, { error: "expected at most 30 lower-case letters, digits and dashes" })
    .optional()
    .describe("What the unique names begin with; the project and the consumer by default."),
  tools: z
    .array(
      z.strictObject({
        uses: z.string().min(1).describe("An action of the catalogue or of `actions`, without a version."),
        with: z
          .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
          .default({})
          .describe("Inputs of the action."),
      }),
    )
    .default([])
    .describe("Actions that install what the commands call."),
  env: environment.default({}).describe("Environment variables of the commands."),
  secrets: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "expected the name of an environment variable" }),
      secretName,
    )
    .default({})
    .describe("Secrets of the commands, by the environment variable that they read."),
  create: commands.optional().describe("Makes the place. APP is its name."),
  deploy: commands.describe("Deploys the image. IMAGE_REF names it with its digest."),
  fromSource: commands.optional().describe("Deploys from the sources, where there is no image."),
  healthy: commands.describe("Succeeds once what was deployed answers; repeated until then."),
  logs: commands.optional().describe("Shows the logs, after a failure."),
  destroy: commands.describe("Takes the place away. Runs whatever happened, unless a manual run asks to keep it."),
  attempts: z.int().min(1).max(10).default(3).describe("How often to try to deploy."),
  delay: duration.default("30s").describe("The pause after the first attempt; it grows with each."),
  timeout: duration.default("5m").describe("How long one attempt may take, and how long to wait for an answer."),
});
