import type { Job } from "../../../../workflow/document/document.ts";
import { expressionsOf } from "../../../../workflow/document/expression-sites.ts";
import { isAction } from "../../../../workflow/document/uses.ts";
import { referencesIn } from "../../../../workflow/expressions/expression.ts";
import { fixOf, insertKey } from "../../../edits.ts";
import { hasStatusFunction, holds, occasionsOf } from "../../../runs/occasions.ts";
import { scriptsByStep } from "../../../runs/lasting.ts";
import { jobNamed, obstacleOf } from "../../../runs/reach.ts";
import { type RuleContext, rule } from "../../../rule.ts";
import { checkNames } from "../../../runs/check-names.ts";
import { commandsIn } from "../../../scripts.ts";

export const gateMissesJob = rule({
  id: "gate-misses-job",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A gate job always runs, and reads the result of every job that it stands for.",
  why: "GitHub counts a skipped required check as passed, and a job is skipped when one that it needs fails. A gate without `if: always()` is therefore green exactly when something failed, and one that runs always has to read `needs.*.result` itself.",
  bad: [
    `on: pull_request
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: make lint
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
  all-checks-passed:
    needs: [lint, test]
    runs-on: ubuntu-latest
    steps:
      - env:
          RESULTS: \${{ join(needs.*.result, ' ') }}
        run: test "$RESULTS" = "success success"
`,
    `on: pull_request
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: make lint
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
  gate:
    needs: [lint, test]
    if: always()
    runs-on: ubuntu-latest
    steps:
      - run: test "\${{ needs.test.result }}" = success
`,
  ],
  good: `on: pull_request
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: make lint
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
  gate:
    needs: [lint, test]
    if: always()
    runs-on: ubuntu-latest
    steps:
      - env:
          RESULTS: \${{ join(needs.*.result, ' ') }}
        run: test "$RESULTS" = "success success"
`,
  fixable: true,
  workflow(workflow, context) {
    for (const job of workflow.jobs) if (isGate(job, context)) judge(job, context);
  },
});

/** What people call a job that stands for others as a required check. */
const GATE_NAME =
  /^(?:all[-_ ]?(?:checks?|jobs|tests|green|good|passed|done|required.*)(?:[-_ ].*)?|(?:ci|build|tests?|checks?|required|pr|merge)[-_ ](?:ok|gate|success(?:ful)?|passed|status|pass|complete[d]?|result|conclusion|required|summary)|(?:required|status)[-_ ]checks?|checks?[-_ ]passed|(?:quality|merge|ci|pr|required)?[-_ ]?gate|alls?[-_ ]green|conclusion|success|ready[-_ ]to[-_ ]merge|everything|ok[-_ ]to[-_ ]merge|final[-_ ]check)$/i;

/** A job of no work of its own that needs others and has a gate's name, or that branch rules ask for. */
function isGate(job: Job, { settings }: RuleContext): boolean {
  if (job.needs.length === 0 || job.uses) return false;
  const required = settings.requiredChecks?.some((check) => checkNames(job)?.includes(check)) === true;
  const named = [job.id, job.name?.value.trim() ?? ""].some(
    (name) => GATE_NAME.test(name) || GATE_NAME.test(name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-")),
  );
  return (
    (required || named || doesNothing(job)) &&
    job.steps.length <= 4 &&
    job.steps.length > 0 &&
    job.steps.every(({ uses }) => uses === undefined || isAction(uses, "re-actors/alls-green", "actions/github-script"))
  );
}

/** A job that others lead to and that only says so has no other purpose than to be a required check. */
function doesNothing(job: Job): boolean {
  const stands =
    job.needs.length > 1 || job.needs.some(({ value }) => jobNamed(job.workflow, value)?.matrix !== undefined);
  if (
    !stands ||
    job.outputs.size > 0 ||
    job.environment ||
    job.workflow.jobs.some(({ needs }) => needs.some(({ value }) => value === job.id))
  )
    return false;
  const scripts = scriptsByStep(job);
  return job.steps.every((step) => {
    const script = scripts.get(step);
    return (
      script !== undefined &&
      !/GITHUB_|\$\{\{/.test(script.text) &&
      commandsIn(script).every(
        ({ name, args, redirects }) =>
          redirects.length === 0 &&
          (name === "echo" || name === "true" || name === ":" || (name === "exit" && (args[0] ?? "0") === "0")),
      )
    );
  });
}

function judge(gate: Job, context: RuleContext): void {
  const { report } = context;
  if (!hasStatusFunction(gate.if)) {
    const [need] = gate.needs;
    if (gate.needs.length > 1 || gate.if === undefined)
      report(
        gate.key,
        `When one of its needs fails, \`${gate.id}\` is skipped, and GitHub counts a skipped required check as passed. Add \`if: always()\` and fail unless every \`needs.*.result\` is \`success\`.`,
        {
          related: need ? [{ at: need, message: "Its failure skips the gate." }] : [],
          // With results that a script reads already, running always is all that is missing.
          fix:
            gate.if === undefined && readsResults(gate).size > 0
              ? fixOf(
                  "Add `if: always()`",
                  insertKey(gate.workflow.file, gate.node, "if", "always()", {
                    after: ["needs", "name"],
                    before: ["runs-on"],
                  }),
                )
              : undefined,
        },
      );
    return;
  }
  const read = readsResults(gate);
  if (read.has("*")) return void jobsLeftOut(gate, context);
  if (read.size === 0) {
    if (holdsAlways(gate) && !gate.steps.some(({ uses }) => uses))
      report(
        gate.if ?? gate.key,
        `\`${gate.id}\` runs whatever its needs came to and reads none of their results, so it is always green. Fail unless every \`needs.*.result\` is \`success\`.`,
      );
    return;
  }
  for (const need of gate.needs) {
    const job = jobNamed(gate.workflow, need.value);
    if (!job || read.has(need.value.toLowerCase()) || readsOutputs(gate, need.value)) continue;
    // Its failure skips a job whose result is read.
    if ([...read].some((id) => isBehind(jobNamed(gate.workflow, id), job))) continue;
    report(
      need,
      `\`${gate.id}\` needs \`${need.value}\` and never reads \`needs.${need.value}.result\`, so its failure does not fail the gate. Read it too, or read \`needs.*.result\`.`,
    );
  }
  jobsLeftOut(gate, context);
}

/** Ids of needs whose results the gate reads, `*` for all; `toJSON(needs)` is all. */
function readsResults(gate: Job): Set<string> {
  const read = new Set<string>();
  for (const { expression, job } of expressionsOf(gate.workflow)) {
    if (job !== gate || !expression) continue;
    for (const { path } of referencesIn(expression)) {
      if (path[0] !== "needs") continue;
      if (path.length === 1 || path[1] === "*") read.add("*");
      else if (path.length === 2 || path[2] === "result" || path[2] === "*") read.add(path[1] ?? "");
    }
  }
  return read;
}

const readsOutputs = (gate: Job, id: string): boolean =>
  expressionsOf(gate.workflow).some(
    ({ expression, job }) =>
      job === gate &&
      expression !== undefined &&
      [...referencesIn(expression)].some(
        ({ path }) => path[0] === "needs" && path[1] === id.toLowerCase() && path[2] === "outputs",
      ),
  );

/** `if: always()` and nothing else: `failure()` runs only when the gate has something to say. */
const holdsAlways = ({ if: condition }: Job): boolean =>
  condition !== undefined &&
  /^(?:\$\{\{\s*)?(?:always\(\)|!\s*cancelled\(\))(?:\s*\}\})?$/.test(condition.value.trim());

/** Whether the job starts only after the other has succeeded. */
function isBehind(later: Job | undefined, earlier: Job): boolean {
  const seen = new Set<Job>();
  const open = later ? [later] : [];
  for (let job = open.pop(); job; job = open.pop()) {
    if (seen.has(job) || hasStatusFunction(job.if)) continue;
    seen.add(job);
    for (const need of needsOf(job)) {
      if (need === earlier) return true;
      open.push(need);
    }
  }
  return false;
}

const needsOf = ({ needs, workflow }: Job): Job[] => needs.flatMap(({ value }) => jobNamed(workflow, value) ?? []);

/** These jobs and all that they wait for. */
function waitedFor(first: Job): Set<Job> {
  const waited = new Set<Job>();
  const open = [first];
  for (let job = open.pop(); job; job = open.pop()) {
    if (waited.has(job)) continue;
    waited.add(job);
    open.push(...needsOf(job));
  }
  return waited;
}

/** Jobs that check something on the same events and that nothing of the gate waits for. */
function jobsLeftOut(gate: Job, { report }: RuleContext): void {
  const { workflow } = gate;
  const pulls = occasionsOf(workflow).filter(({ event }) => event === "pull_request" || event === "merge_group");
  if (pulls.length === 0) return;
  const waited = waitedFor(gate);
  const left = workflow.jobs.filter(
    (job) =>
      !waited.has(job) &&
      /(?:^|[-_ ])(?:tests?|lint|check|build|unit|e2e|integration|typecheck|format|fmt|clippy)(?:[-_ ]|$)/i.test(
        job.id,
      ) &&
      !/(?:report|upload|coverage|notify|comment|publish|deploy|release|clean|optional|experimental|nightly|bench|stat)/i.test(
        job.id,
      ) &&
      job.continueOnError === undefined &&
      !waitedFor(job).has(gate) &&
      pulls.some((run) => holds(job.if, run) !== false && !obstacleOf(job, run)),
  );
  const [first] = left;
  if (first && left.length <= 3)
    report(
      gate.needs[0] ?? gate.key,
      `\`${gate.id}\` does not wait for ${left.map(({ id }) => `\`${id}\``).join(", ")}, so a pull request can be merged while ${left.length === 1 ? "it fails" : "they fail"}. Add ${left.length === 1 ? "it" : "them"} to \`needs\`, unless ${left.length === 1 ? "it is" : "they are"} optional on purpose.`,
      { related: left.map((job) => ({ at: job.key, message: "Not waited for." })), level: "info" },
    );
}
