/**
 * What GitHub refuses, cuts off or ends, in one place and each with where it is said. Who asks: the plan's invariants
 * (before anything is written), the check of emitted texts, and lint rules. `docs/limits.md` is made from this table.
 *
 * Pages are named by their titles in GitHub's documentation; files are those of the repository that is named.
 */

export interface Limit {
  /** What is limited, as a heading: "Size of a workflow file". */
  name: string;
  /** The largest value that GitHub still accepts; the smallest for a limit from below. */
  value: number;
  unit: string;
  /** What one value is counted for: "a file", "a matrix", "a run". */
  per: string;
  /** What GitHub does with more. */
  beyond: string;
  source: string;
  /**
   * Whether it is approached bit by bit, as a project grows, so that a warning comes in time (`nearOf`). What somebody
   * writes down once, such as a retention of 90 days, is right or wrong and never "nearly too much".
   */
  grows?: true;
}

const LIMITS_PAGE = '"Actions limits"';
const EVENTS_PAGE = '"Events that trigger workflows"';
const REUSE_PAGE = '"Reusing workflow configurations"';
const CACHE_PAGE = '"Dependency caching reference"';
const UPLOAD = "README of actions/upload-artifact";

export const LIMITS = {
  /**
   * The page says 500 KB, and not of which thousand: a file of 510,313 bytes ran and one of 513,306 did not
   * (github/gh-aw#32082), so a KB is 1,024 bytes here.
   */
  workflowFile: {
    name: "Size of a workflow file",
    value: 512_000,
    unit: "bytes",
    per: "a file",
    beyond: "starts no run, and reports nothing",
    source: `${LIMITS_PAGE}, "Workflow file size" (500 KB); reports of 510,313 bytes that ran and 513,306 that did not`,
    grows: true,
  },
  /**
   * A string with `${{ }}` in it becomes one call of `format('…{0}…', …)` before it is measured, so a `run:` of 21,000
   * characters with one expression is too long as well.
   */
  expression: {
    name: "Length of an expression, or of a text that holds one",
    value: 21_000,
    unit: "characters",
    per: "a value",
    beyond: "refuses the whole file: “Exceeded max expression length 21000”",
    source: "actions/runner, ExpressionConstants.cs (`MaxLength`)",
    grows: true,
  },
  expressionDepth: {
    name: "Depth of an expression",
    value: 50,
    unit: "levels",
    per: "an expression",
    beyond: "refuses the file: “Exceeded max expression depth 50”",
    source: "actions/runner, ExpressionConstants.cs (`MaxDepth`)",
  },
  dispatchInputs: {
    name: "Inputs of `workflow_dispatch`",
    value: 25,
    unit: "inputs",
    per: "a workflow",
    beyond: "refuses the file",
    source: `${EVENTS_PAGE}, \`workflow_dispatch\``,
    grows: true,
  },
  dispatchPayload: {
    name: "Values of the inputs of `workflow_dispatch`",
    value: 65_535,
    unit: "characters",
    per: "a dispatch",
    beyond: "refuses the dispatch",
    source: `${EVENTS_PAGE}, \`workflow_dispatch\``,
  },
  matrixJobs: {
    name: "Jobs of a matrix",
    value: 256,
    unit: "jobs",
    per: "a matrix",
    beyond: "fails the run",
    source: `${LIMITS_PAGE}, "Job Matrix"`,
    grows: true,
  },
  calledWorkflows: {
    name: "Different workflows that a run calls",
    value: 50,
    unit: "workflows",
    per: "a run",
    beyond: "refuses the file",
    source: `${REUSE_PAGE}, "Limitations of reusable workflows"; actions/runner, ParseOptions.cs (\`MaxFiles\`)`,
    grows: true,
  },
  callLevels: {
    name: "Levels of workflows that call each other, the first included",
    value: 10,
    unit: "levels",
    per: "a run",
    beyond: "refuses the file",
    source: '"Reuse workflows", "Nesting reusable workflows" (four on Enterprise Server)',
    grows: true,
  },
  compositeLevels: {
    name: "Levels of composite actions",
    value: 10,
    unit: "levels",
    per: "a step",
    beyond: "fails the job",
    source: `${REUSE_PAGE}; actions/runner, Constants.cs (\`CompositeActionsMaxDepth\`)`,
  },
  idLength: {
    name: "Length of a job's or step's id",
    value: 99,
    unit: "characters",
    per: "an id",
    beyond: "refuses the file: “must be less than 100 characters”",
    source: "actions/runner, IdBuilder.cs (`MaxLength` 100, not reached)",
  },
  concurrencyGroup: {
    name: "Length of a concurrency group",
    value: 400,
    unit: "characters",
    per: "a group",
    beyond: "fails the run: “Concurrency group name must be less than 400 characters”",
    source: "actions/runner, WorkflowTemplateConverter.cs",
    grows: true,
  },
  concurrencyQueue: {
    name: "Runs or jobs that wait in one concurrency group (`queue: max`)",
    value: 100,
    unit: "runs",
    per: "a group",
    beyond: "cancels the one that comes then",
    source: "Changelog of 2026-05-07, “concurrency groups now allow larger queues”",
  },
  workflowRunLevels: {
    name: "Levels of `workflow_run` after the first workflow",
    value: 3,
    unit: "levels",
    per: "a chain",
    beyond: "starts nothing",
    source: `${EVENTS_PAGE}, \`workflow_run\``,
  },
  scheduleInterval: {
    name: "Time between two runs of a schedule, at least",
    value: 5,
    unit: "minutes",
    per: "a schedule",
    beyond: "starts fewer runs than the schedule asks for",
    source: `${EVENTS_PAGE}, \`schedule\``,
  },
  jobMinutes: {
    name: "Time of a job on GitHub's runners",
    value: 360,
    unit: "minutes",
    per: "a job",
    beyond: "ends the job, which fails",
    source: `${LIMITS_PAGE}, "Job execution time"`,
  },
  selfHostedJobMinutes: {
    name: "Time of a job on one's own runners",
    value: 5 * 24 * 60,
    unit: "minutes",
    per: "a job",
    beyond: "ends the job, which fails",
    source: `${LIMITS_PAGE}, "Job execution time" (5 days)`,
  },
  queueHours: {
    name: "Time that a job waits for one's own runner",
    value: 24,
    unit: "hours",
    per: "a job",
    beyond: "cancels the job",
    source: `${LIMITS_PAGE}, "Job queue time"`,
  },
  runDays: {
    name: "Time of a run, its waiting included",
    value: 35,
    unit: "days",
    per: "a run",
    beyond: "cancels the run",
    source: `${LIMITS_PAGE}, "Workflow run time"`,
  },
  approvalDays: {
    name: "Time that a run waits for an environment's approval",
    value: 30,
    unit: "days",
    per: "a job",
    beyond: "ends the run",
    source: `${LIMITS_PAGE}, "Gate approval time"`,
  },
  reruns: {
    name: "Re-runs of a run",
    value: 50,
    unit: "re-runs",
    per: "a run",
    beyond: "fails the re-run",
    source: `${LIMITS_PAGE}, "Re-run"`,
  },
  triggerEvents: {
    name: "Events that start runs",
    value: 1500,
    unit: "events",
    per: "a repository and ten seconds",
    beyond: "starts no runs for the rest",
    source: `${LIMITS_PAGE}, "Workflow trigger event rate limit"`,
  },
  queuedRuns: {
    name: "Runs that are queued at once",
    value: 500,
    unit: "runs",
    per: "ten seconds",
    beyond: "does not queue the rest",
    source: `${LIMITS_PAGE}, "Workflow run queued"`,
  },
  tagsInPush: {
    name: "Tags in one push",
    value: 3,
    unit: "tags",
    per: "a push",
    beyond: "starts no run",
    source: `${EVENTS_PAGE}, \`push\``,
  },
  checkRuns: {
    name: "Check runs of a commit's check suite",
    value: 50_000,
    unit: "check runs",
    per: "a check suite",
    beyond: "creates no more of them",
    source: `${LIMITS_PAGE}, "Check runs per check suite"`,
  },
  jobOutputs: {
    name: "Size of a job's outputs",
    value: 1024 * 1024,
    unit: "bytes",
    per: "a job",
    beyond: "fails the job",
    source: '"Passing information between jobs" (1 MB, as UTF-16)',
  },
  runOutputs: {
    name: "Size of all outputs of a run",
    value: 50 * 1024 * 1024,
    unit: "bytes",
    per: "a run",
    beyond: "fails the run",
    source: '"Passing information between jobs" (50 MB, as UTF-16)',
  },
  stepSummary: {
    name: "Size of a step's summary",
    value: 1024 * 1024,
    unit: "bytes",
    per: "a step",
    beyond: "shows nothing of it, and an error",
    source: '"Workflow commands for GitHub Actions"; actions/runner, FileCommandManager.cs (`AttachmentSizeLimit`)',
  },
  stepSummaries: {
    name: "Step summaries that a job shows",
    value: 20,
    unit: "summaries",
    per: "a job",
    beyond: "shows the first ones alone",
    source: '"Workflow commands for GitHub Actions"',
  },
  artifactDays: {
    name: "Retention of artifacts and logs in a public repository",
    value: 90,
    unit: "days",
    per: "an artifact",
    beyond: "keeps it for what the repository allows",
    source: `${UPLOAD} (\`retention-days\`)`,
  },
  privateArtifactDays: {
    name: "Retention of artifacts and logs in a private repository",
    value: 400,
    unit: "days",
    per: "an artifact",
    beyond: "keeps it for what the repository allows",
    source: '"Managing GitHub Actions settings for a repository"',
  },
  artifacts: {
    name: "Artifacts of a job",
    value: 500,
    unit: "artifacts",
    per: "a job",
    beyond: "fails the upload",
    source: UPLOAD,
  },
  cacheSize: {
    name: "Size of all caches, where nobody raised it",
    value: 10,
    unit: "GB",
    per: "a repository",
    beyond: "deletes those that were not read for longest",
    source: CACHE_PAGE,
  },
  cacheDays: {
    name: "Life of a cache that nobody reads",
    value: 7,
    unit: "days",
    per: "a cache",
    beyond: "deletes it",
    source: CACHE_PAGE,
  },
  cacheKey: {
    name: "Length of a cache's key",
    value: 512,
    unit: "characters",
    per: "a key",
    beyond: "fails the step",
    source: CACHE_PAGE,
  },
  apiRequests: {
    name: "API requests with `GITHUB_TOKEN`",
    value: 1000,
    unit: "requests",
    per: "a repository and hour (15,000 in an Enterprise Cloud account)",
    beyond: "answers 403 until the hour is over",
    source: '"Rate limits for the REST API"',
    grows: true,
  },
} as const satisfies Readonly<Record<string, Limit>>;

export type LimitName = keyof typeof LIMITS;

/** From this part of a limit on, somebody should hear of it. */
const NEAR = 0.8;

/** The smallest value that is near a limit. Only limits that `grow` are asked. */
export const nearOf = ({ value }: Limit): number => Math.ceil(value * NEAR);

/** "1,234": GitHub's own way of writing such numbers. */
export const inDigits = (value: number): string => value.toLocaleString("en-US");

/**
 * What no artifact's name may hold (`@actions/artifact`, path-and-artifact-name-validation.ts: names become files on
 * every system), each with how a message calls it.
 */
const FORBIDDEN_IN_ARTIFACT_NAME: ReadonlyMap<string, string> = new Map([
  ['"', "a double quote"],
  [":", "a colon"],
  ["<", "`<`"],
  [">", "`>`"],
  ["|", "`|`"],
  ["*", "`*`"],
  ["?", "`?`"],
  ["\r", "a carriage return"],
  ["\n", "a line break"],
  ["\\", "a backslash"],
  ["/", "a slash"],
]);

/** The first character that no artifact's name may hold, in words. */
export function forbiddenInArtifactName(name: string): string | undefined {
  for (const character of name) {
    const found = FORBIDDEN_IN_ARTIFACT_NAME.get(character);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * How long GitHub's parser takes a text with `${{ }}` to be: it becomes the arguments of one `format`, with quotes and
 * braces doubled, unless it is one expression and nothing else. Expressions are given as their places in the text,
 * braces included.
 */
export function lengthAsExpression(text: string, expressions: readonly { start: number; end: number }[]): number {
  const [first] = expressions;
  if (!first) return 0;
  const inside = ({ start, end }: { start: number; end: number }): number =>
    text.slice(start + "${{".length, end - "}}".length).trim().length;
  if (expressions.length === 1 && first.start === 0 && first.end === text.length) return inside(first);
  let length = "format('')".length;
  let from = 0;
  for (const [index, expression] of expressions.entries()) {
    length += escapedLength(text.slice(from, expression.start)) + `{${index}}`.length + ", ".length;
    length += inside(expression);
    from = expression.end;
  }
  return length + escapedLength(text.slice(from));
}

function escapedLength(text: string): number {
  let length = text.length;
  for (const character of text) if (character === "'" || character === "{" || character === "}") length++;
  return length;
}
