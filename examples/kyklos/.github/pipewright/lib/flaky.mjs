// Which tests are flaky: those that failed and passed on one and the same code. Pure.

/** Of these events a run's `head_sha` is the code that it tested, so that runs of one commit can be held together. */
const BY_COMMIT = new Set(["push", "schedule", "merge_group"]);

/**
 * Runs that tested the same code, newest first. Every attempt of one run has the same code. Two runs on a pull request
 * have not: each merges the base as it then is; and a dispatch or a workflow_run may test something else than its head.
 */
export function groupRuns(runs) {
  const groups = new Map();
  for (const run of runs) {
    const key = BY_COMMIT.has(run.event) ? `commit ${run.head_sha}` : `run ${run.id}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups].map(([key, members]) => ({ key, runs: members }));
}

/**
 * What artifacts of one matrix job have in common: the name without the part that tells its attempts apart. Where a test
 * fails on one system and passes on another it is not flaky.
 */
export const variantOf = (artifact, prefix) =>
  artifact
    .slice(prefix.length)
    .replace(/-attempt-\d+$/, "")
    .replace(/^[-_.]+/, "");

/** One artifact's outcomes by test, where a test may stand in it several times: a failure counts before a pass. */
export function outcomesOf(cases, variant) {
  const outcomes = new Map();
  for (const { test, outcome, flaky } of cases) {
    const key = variant === "" ? test : `[${variant}] ${test}`;
    const known = outcomes.get(key) ?? { outcome: "skipped", flaky: false };
    const failed = known.outcome === "failed" || outcome === "failed";
    const ran = known.outcome !== "skipped" || outcome !== "skipped";
    outcomes.set(key, { outcome: failed ? "failed" : ran ? "passed" : "skipped", flaky: known.flaky || flaky });
  }
  return outcomes;
}

/** What the artifacts of runs of the same code say together: `observed` is a list of `{ variant, outcomes }`. */
export function judgeGroup(observed) {
  const perTest = new Map();
  const attempts = new Map();
  for (const { variant, outcomes } of observed) {
    attempts.set(variant, (attempts.get(variant) ?? 0) + 1);
    for (const [test, { outcome, flaky }] of outcomes) {
      const counts = perTest.get(test) ?? { passed: 0, failed: 0, flaky: 0 };
      if (outcome !== "skipped") counts[outcome] += 1;
      if (flaky) counts.flaky += 1;
      perTest.set(test, counts);
    }
  }
  const tests = [...perTest];
  const numbers = (count) =>
    Object.fromEntries(tests.map(([test, counts]) => [test, count(counts)]).filter(([, number]) => number > 0));
  return {
    attempts: Math.max(0, ...attempts.values()),
    executions: sum(tests.map(([, { passed, failed }]) => passed + failed)),
    failures: numbers(({ failed }) => failed),
    flaky: numbers(({ flaky, passed, failed }) => flaky + (passed > 0 ? failed : 0)),
  };
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const rounded = (number) => Math.round(number * 10_000) / 10_000;

/** A rate over executions of tests, in percent, held against its budget. A budget of 0 tolerates none. */
export function rateOf(groups, budgetPercent) {
  const executions = sum(groups.map((group) => group.executions));
  const flakyFailures = sum(groups.flatMap((group) => Object.values(group.flaky)));
  const rate = executions > 0 ? (100 * flakyFailures) / executions : null;
  // Fractions such as 0.1 are not exact: what lies on the budget is within.
  const overBudget = typeof budgetPercent === "number" && rate !== null && rate - budgetPercent > 1e-9;
  return {
    attempts: sum(groups.map((group) => group.attempts)),
    executions,
    flakyFailures,
    ratePercent: rate === null ? null : rounded(rate),
    budgetPercent: budgetPercent ?? null,
    overBudget,
  };
}

/** The flaky tests of one suite, worst first. */
export function flakyTests(suite, groups, quarantineAfter) {
  const attempts = sum(groups.map((group) => group.attempts));
  const tests = [...new Set(groups.flatMap((group) => Object.keys(group.flaky)))].map((test) => {
    const concerned = groups.filter((group) => Object.hasOwn(group.flaky, test));
    const flakyFailures = sum(concerned.map((group) => group.flaky[test]));
    const failures = sum(groups.map((group) => (Object.hasOwn(group.failures, test) ? group.failures[test] : 0)));
    return {
      suite,
      test,
      flakyFailures,
      failures,
      failuresPer100Runs: rounded((100 * Math.max(failures, flakyFailures)) / Math.max(attempts, 1)),
      lastSeen: concerned
        .map((group) => group.seen)
        .sort()
        .at(-1),
      runs: concerned.flatMap((group) => group.runs.map((run) => Number(run.split("@")[0]))).slice(0, 10),
      quarantine: flakyFailures >= quarantineAfter,
    };
  });
  return tests.sort((a, b) => b.flakyFailures - a.flakyFailures || (a.test < b.test ? -1 : 1));
}
