/** The small values that configs are made of, each with the sentence that says what was expected. */
import * as z from "zod";
import { type Duration, DURATION_PATTERN } from "../durations.ts";

export const duration = z
  .custom<Duration>((value) => typeof value === "string" && DURATION_PATTERN.test(value), {
    error: 'expected a duration such as minutes(15) or "15m"',
  })
  .meta({ type: "string", pattern: DURATION_PATTERN.source, examples: ["90s", "15m", "24h", "7d"] });

export const key = z.string().regex(/^[a-z]([a-z0-9-]*[a-z0-9])?$/, {
  error: "expected lower-case letters, digits and dashes, beginning with a letter",
});

export const imageName = z
  .string()
  .regex(/^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/, {
    error: "expected a lower-case image name such as wikid82/charon",
  });

export const tagName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, {
  error: "expected a Docker tag: letters, digits, `_`, `.` and `-`, at most 128 characters",
});

/** Minute, hour, day of the month, month, day of the week: the smallest and largest number of each, and its names. */
const CRON_FIELDS: readonly { from: number; to: number; names?: string }[] = [
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31 },
  { from: 1, to: 12, names: "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC" },
  { from: 0, to: 6, names: "SUN|MON|TUE|WED|THU|FRI|SAT" },
];

function isCronField(field: string, index: number): boolean {
  const { from, to, names } = CRON_FIELDS[index] ?? { from: 0, to: 0 };
  return field.split(",").every((part) => {
    const match = /^(\*|[^-/]+(?:-[^-/]+)?)(?:\/([1-9]\d*))?$/.exec(part);
    const bounds = match?.[1] === "*" ? [] : (match?.[1]?.split("-") ?? [""]);
    return bounds.every((bound) =>
      /^\d+$/.test(bound)
        ? Number(bound) >= from && Number(bound) <= to
        : names !== undefined && new RegExp(`^(${names})$`, "i").test(bound),
    );
  });
}

const CRON = { error: 'expected a cron expression with five fields, such as "0 3 * * *"' };
export const cron = z
  .string()
  .regex(/^(\S+ ){4}\S+$/, CRON)
  .refine((text) => text.split(" ").every(isCronField), CRON);
/** GitHub refuses secrets that begin with GITHUB_; only its own token does (docs: "Using secrets in GitHub Actions"). */
export const secretName = z.string().regex(/^(?!GITHUB_(?!TOKEN$))[A-Za-z_][A-Za-z0-9_]*$/, {
  error: "expected the name of a secret, such as DOCKERHUB_TOKEN, not beginning with GITHUB_",
});
export const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "expected the name of an environment variable" });
export const platform = z
  .string()
  .regex(/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/, { error: "expected a platform such as linux/amd64" });
export const relativePath = z.string().min(1);
export const globs = z.array(z.string().min(1)).min(1);
export const count = z.int().min(0);
/** A size in bytes, as people write it: decimal, as registries and runners count. */
export const size = z.string().regex(/^\d+(\.\d+)?\s?(KB|MB|GB)$/, { error: 'expected a size such as "50MB"' });
export const commands = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
export const budget = z
  .strictObject({
    target: duration.describe("How long it should take."),
    maximum: duration.describe("How long it may take at most."),
  })
  .describe("The time that is planned; the metrics report what takes longer.");
/** A GitHub environment: its reviewers approve, its secrets are handed to that job alone. */
export const environmentRef = z.union([
  z.string().min(1),
  z.strictObject({
    name: z.string().min(1).describe("The environment's name in the repository's settings."),
    url: z.string().min(1).optional().describe("Where what was deployed can be seen."),
    when: z
      .enum(["always", "major"])
      .default("always")
      .describe("`major` asks for the environment only where a release is X.0.0; every other one goes on without."),
    secrets: z
      .enum(["environment", "repository"])
      .default("environment")
      .describe(
        "Where the job's secrets are kept: in the environment, which only its own jobs see, or in the repository, where a missing one is named before anything is built.",
      ),
  }),
]);
export const environment = z.record(environmentName, z.union([z.string(), z.number(), z.boolean()]));

/** The moments at which something is built. `main`, `integration` and `feature` are pushes to those branch groups. */
export const EVENT_CLASSES = [
  "pullRequest",
  "feature",
  "integration",
  "main",
  "queue",
  "nightly",
  "manual",
  "release",
] as const;
export type EventClass = (typeof EVENT_CLASSES)[number];
export const eventClass = z.enum(EVENT_CLASSES);

/** 3.10 as a number is 3.1: a version with a dot must be a text. */
const toolVersion = z.union([
  z.string().min(1),
  z
    .number()
    .multipleOf(1, { error: 'expected a version in quotes, such as "3.10"; as a number it loses its last zero' }),
]);

export const setup = z
  .strictObject({
    node: toolVersion.optional().describe("The version of Node.js."),
    python: toolVersion.optional().describe("The version of Python."),
    go: toolVersion.optional().describe("The version of Go."),
    java: toolVersion.optional().describe("The version of Java (Temurin)."),
    cache: z
      .union([z.literal(false), z.enum(["npm", "pip", "go", "maven"])])
      .optional()
      .describe("Restore the tool's download cache. Only pushes to main save it."),
  })
  .describe("Tools to install before the commands run.");
