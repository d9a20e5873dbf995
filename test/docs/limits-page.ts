/** The page of GitHub's limits: the table of `src/workflow/limits.ts`, and who says what of each. */
import { inDigits, type Limit, type LimitName, LIMITS, nearOf } from "../../src/workflow/limits.ts";

const PLAN = "`generate` and `check`, at its place in the config";
const TEXT = "`generate` and `check`, naming the file";

/** By commands, and by rules of `lint`; nobody where only a run can tell, or nothing that a repository writes decides. */
export const SAID_BY: Readonly<Record<LimitName, { commands?: string; rules?: readonly string[] }>> = {
  workflowFile: { commands: TEXT, rules: ["workflow-limits"] },
  expression: { commands: TEXT, rules: ["workflow-limits", "expression-syntax"] },
  expressionDepth: { rules: ["expression-syntax"] },
  dispatchInputs: { commands: PLAN, rules: ["dispatch-inputs", "workflow-limits"] },
  dispatchPayload: {},
  matrixJobs: { commands: PLAN, rules: ["matrix-values", "workflow-limits"] },
  calledWorkflows: { commands: PLAN, rules: ["called-workflow-limits"] },
  callLevels: { rules: ["called-workflow-limits"] },
  compositeLevels: {},
  idLength: { commands: PLAN, rules: ["identifier"] },
  concurrencyGroup: { commands: PLAN, rules: ["workflow-limits"] },
  concurrencyQueue: {},
  workflowRunLevels: { commands: PLAN, rules: ["dangling-workflow-run"] },
  scheduleInterval: { rules: ["schedule-interval"] },
  jobMinutes: { commands: PLAN, rules: ["number-range"] },
  selfHostedJobMinutes: { rules: ["number-range"] },
  queueHours: {},
  runDays: {},
  approvalDays: {},
  reruns: {},
  triggerEvents: {},
  queuedRuns: {},
  tagsInPush: {},
  checkRuns: {},
  jobOutputs: {},
  runOutputs: {},
  stepSummary: {},
  stepSummaries: {},
  artifactDays: { commands: PLAN },
  privateArtifactDays: { rules: ["workflow-limits"] },
  artifacts: {},
  cacheSize: {},
  cacheDays: {},
  cacheKey: { rules: ["workflow-limits"] },
  apiRequests: { commands: "`explain-config`, and `generate` as a warning" },
};

const all: readonly (Limit & { key: LimitName })[] = (Object.keys(LIMITS) as LimitName[]).map((key) => ({
  key,
  ...LIMITS[key],
}));

export function limitsPage(): string {
  const said = all.filter(({ key }) => isSaid(key));
  const unsaid = all.filter(({ key }) => !isSaid(key));
  return [
    "# GitHub's limits",
    "",
    "What GitHub refuses, cuts off or ends, with where that is said. Pages are named by their titles in GitHub's documentation; GitHub may change them, and Enterprise Server has lower ones. Pipewright knows them in one place, `src/workflow/limits.ts`, from which this page is made (`UPDATE_DOCS=1 npx vitest run test/docs`).",
    "",
    "## What is said before GitHub says it",
    "",
    "Beyond a limit it is an error. What grows with a project is a warning from 80 % on: the third column says from which value. What somebody writes once, such as a timeout, is right or wrong, and never nearly too much.",
    "",
    "| What | Limit | Warned from | GitHub otherwise | Said by | Source |",
    "|---|---|---|---|---|---|",
    ...said.map(
      (limit) =>
        `| ${limit.name} | ${amountOf(limit)} | ${limit.grows ? inDigits(nearOf(limit)) : ""} | ${limit.beyond} | ${sayersOf(limit.key)} | ${limit.source} |`,
    ),
    "",
    "An artifact's name holds no double quote, colon, `<`, `>`, `|`, `*`, `?`, slash, backslash or line break (`@actions/artifact`, path-and-artifact-name-validation.ts): the config refuses one, and so does the rule `workflow-limits`.",
    "",
    "## What nothing here judges",
    "",
    "Most of these only a run can tell.",
    "",
    "| What | Limit | GitHub otherwise | Source |",
    "|---|---|---|---|",
    ...unsaid.map((limit) => `| ${limit.name} | ${amountOf(limit)} | ${limit.beyond} | ${limit.source} |`),
    "",
  ].join("\n");
}

const isSaid = (key: LimitName): boolean => Object.keys(SAID_BY[key]).length > 0;

const amountOf = ({ value, unit, per }: Limit): string => `${inDigits(value)} ${unit} ${per}`;

function sayersOf(key: LimitName): string {
  const { commands, rules = [] } = SAID_BY[key];
  const ofLint = rules.map((id) => `\`${id}\``).join(", ");
  return [commands, ofLint && `\`lint\`: ${ofLint}`].filter(Boolean).join("; ");
}
