/** Who tests what was built. */
import * as z from "zod";
import { deployment } from "./deployment.ts";
import { coverage, diagnostics, results } from "./quality.ts";
import {
  budget,
  commands,
  count,
  duration,
  environment,
  environmentRef,
  eventClass,
  globs,
  key,
  relativePath,
  secretName,
  setup,
} from "./values.ts";

export const matrixValue = z.union([z.string(), z.number(), z.boolean()]);
export const matrix = z
  .record(
    z.string().regex(/^[a-z_][a-z0-9_]*$/i, { error: "expected a matrix key of letters, digits and `_`" }),
    z.array(matrixValue).min(1),
  )
  .describe("One job a combination. The commands read the values from MATRIX_<KEY>.");

export const port = z.union([
  z.int().min(1).max(65_535),
  z.string().regex(/^\d+:\d+$/, { error: 'expected a port such as 8080 or "8080:80"' }),
]);

export const healthCheck = z.strictObject({
  url: z
    .string()
    .regex(/^https?:\/\/[^\s/]\S*$/, { error: "expected an address such as http://localhost:8080/health" })
    .describe("An address that answers with success once the container is ready."),
  timeout: duration.default("60s").describe("How long to wait for it."),
  interval: duration.default("2s").describe("How often to ask."),
});

export const container = z.strictObject({
  build: key.optional().describe("Whose image runs. The first of `needs` by default."),
  name: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/, { error: "expected a container name" })
    .optional()
    .describe("The container's name; made of the project and the consumer by default."),
  ports: z.array(port).default([]).describe("Ports to publish on the runner."),
  env: environment.default({}).describe("Environment variables inside the container."),
  args: z.array(z.string()).default([]).describe("Arguments of the image's entry point."),
  health: healthCheck.optional().describe("Wait for an answer before the tests begin."),
});

export const service = z.strictObject({
  image: z.string().min(1).describe("The image of the service, best by digest."),
  ports: z.array(port).default([]).describe("Ports to publish on the runner."),
  env: environment.default({}).describe("Environment variables of the service."),
  options: z.string().optional().describe("Options of docker create, such as a health command."),
});

export const artifact = z.strictObject({
  name: z
    .string()
    .regex(/^[^"<>|*?:\r\n\\/]+$/, { error: "expected an artifact name without slashes or wildcards" })
    .describe("The artifact's name; the matrix is added to it."),
  path: z.union([relativePath, globs]).describe("What to upload."),
  when: z.enum(["always", "failure", "success"]).default("always").describe("After which results it is uploaded."),
  keep: z
    .union([
      duration,
      z.strictObject({
        success: duration.describe("After tests that passed."),
        failure: duration.describe("After tests that failed."),
      }),
    ])
    .default("7d")
    .describe("How long it is kept, or how long by result; at most 90 days."),
});

export const commandStep = z.strictObject({
  name: z.string().min(1).describe("The step's name in the log."),
  run: z.string().min(1).describe("A script for bash, without `${{ }}`."),
  env: environment.default({}).describe("Environment variables of the step."),
  timeout: duration.optional().describe("The step's limit; the consumer's `testTimeout` by default."),
  workingDirectory: relativePath.optional().describe("Where it runs; the repository's root by default."),
  when: z
    .enum(["success", "always", "failure"])
    .default("success")
    .describe("After which results of the steps before."),
});

export const actionStep = z.strictObject({
  name: z.string().min(1).describe("The step's name in the log."),
  uses: z
    .string()
    .min(1)
    .describe("An action of the catalogue or of `actions`, without a version: the pin lives there."),
  with: z.record(z.string(), matrixValue).default({}).describe("Inputs of the action."),
  env: environment.default({}).describe("Environment variables of the step."),
  timeout: duration.optional().describe("The step's limit; the consumer's `testTimeout` by default."),
  when: z
    .enum(["success", "always", "failure"])
    .default("success")
    .describe("After which results of the steps before."),
});

export const consumer = z.strictObject({
  name: z
    .string()
    .min(1)
    .optional()
    .describe("The workflow's name, and the context of the commit status that a branch rule can require."),
  group: key
    .optional()
    .describe(
      'Consumers of one group share a workflow, which finds the image and reports once; each keeps its own status. With `topology: "workflow_run"`.',
    ),
  needs: z
    .union([key, z.array(key)])
    .default([])
    .describe("The builds that are tested. Without any, the consumer checks the code itself."),
  after: z
    .array(key)
    .default([])
    .describe('Consumers that must have passed before this one starts; with `topology: "workflow_call"`.'),
  failure: z
    .enum(["fast", "slow", "soft"])
    .default("slow")
    .describe(
      "What a failure means: `fast` ends the rest of the matrix at once, `slow` lets it finish, `soft` is a warning that stops nothing.",
    ),
  run: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe("The commands that test. IMAGE and IMAGE_<BUILD> name the images, FILES_<BUILD> the folders."),
  steps: z
    .array(z.union([commandStep, actionStep]))
    .min(1)
    .optional()
    .describe("Named steps instead of `run`."),
  setup: setup.optional().describe("Tools to install before the tests."),
  caches: z.array(key).default([]).describe("The caches that the tests read, by their key in `caches`."),
  prepare: commands
    .optional()
    .describe("Commands that fetch what the tests need. What fails for a moment is tried again; tests never are."),
  env: environment.default({}).describe("Environment variables of every step."),
  matrix: matrix.optional(),
  maxParallel: z.int().min(1).optional().describe("How many jobs of the matrix run at once."),
  services: z.record(key, service).default({}).describe("Containers that the tests need beside the image."),
  container: container
    .optional()
    .describe("Run the image under test before the commands, wait until it is healthy, and show its logs on failure."),
  deployment: deployment
    .optional()
    .describe("Deploy the image under test to a place of its own before the commands, and take it away afterwards."),
  coverage: coverage.optional(),
  results: results.optional(),
  diagnostics: z
    .union([z.boolean(), diagnostics])
    .default(false)
    .describe("What to keep when the tests fail, beside their logs."),
  budget: budget.optional(),
  environment: environmentRef
    .optional()
    .describe("The GitHub environment of the test job, for its secrets and reviewers."),
  localTag: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._/-]*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$/, {
      error: "expected a local image name such as charon:local",
    })
    .optional()
    .describe("The name under which the pulled image is tagged on the runner, for scripts that expect one."),
  artifacts: z.array(artifact).default([]).describe("What the tests leave for people."),
  timeout: duration.default("15m").describe("The job's limit."),
  testTimeout: duration.optional().describe("The limit of each test step; two minutes less than the job's by default."),
  pull: z
    .strictObject({
      attempts: z.int().min(1).max(10).default(3).describe("How often to try."),
      delay: duration.default("10s").describe("The pause after the first attempt; it grows with each."),
    })
    .prefault({})
    .describe("Retries around the pull. Tests are never retried."),
  dispatch: z
    .boolean()
    .optional()
    .describe(
      'Offer a manual run with an image tag, for which the tests are a workflow of their own. By default where they follow the build as one, and where a manual run can `choose`. Where the build calls it, one that takes files must be able to build them, too: `fallback: "build"`.',
    ),
  choose: z
    .array(z.string().min(1))
    .default([])
    .describe("Keys of the matrix of which a manual run can pick one value."),
  fallback: z
    .enum(["build", "fail"])
    .optional()
    .describe(
      'What happens when the image cannot be had: build it from the sources for this test alone, or fail. `build` with `topology: "workflow_call"`, `fail` otherwise.',
    ),
  secrets: z
    .union([
      z.array(secretName),
      z.strictObject({
        names: z.array(secretName).min(1).describe("The secrets."),
        grant: z
          .enum(["trusted", "always"])
          .default("trusted")
          .describe("`always` hands them to pull requests of forks as well, where those are tested: an error."),
      }),
    ])
    .default([])
    .describe("Secrets for the commands, granted to events of this repository only."),
  forks: z.boolean().default(true).describe("Whether pull requests from forks are tested."),
  on: z
    .array(eventClass)
    .min(1)
    .optional()
    .describe("The events that are tested. All by default, releases through their commit."),
  required: z.boolean().default(true).describe("Whether moving tags and releases wait for this consumer."),
  enabled: z.boolean().default(true).describe("Without it, the consumer has no workflow."),
  source: z
    .enum(["registry", "build"])
    .default("registry")
    .describe("`build` turns the consumer back into a workflow that builds for itself."),
  runner: z.string().min(1).optional().describe("The label of the runner."),
  checkout: z
    .strictObject({
      depth: count.default(1).describe("How many commits; 0 for the whole history."),
      submodules: z.boolean().default(false).describe("Check submodules out as well."),
      lfs: z.boolean().default(false).describe("Fetch files of Git LFS."),
    })
    .prefault({})
    .describe("How the commit under test is checked out."),
  file: z.string().min(1).optional().describe("The workflow's file name without .yml. The key by default."),
});

export const consumerGroup = z.strictObject({
  name: z.string().min(1).optional().describe("The name of the group's workflow. The key by default."),
  file: z.string().min(1).optional().describe("The workflow's file name without .yml. The key by default."),
});
