/** Caches, budgets, retries, flaky tests, failures, retention, gates, metrics and alerts of the plan. */
import type { Json } from "../../../player/json.ts";
import { type Emission, valueAt } from "../../support/emission.ts";
import { holdsValue, matchesAny, onOf, same, script } from "../../support/questions.ts";
import { always, beyond, broken, deleted, fromConfig, type Requirement, set } from "../../support/requirement.ts";
import {
  budget,
  BUILDS,
  CI,
  condition,
  FILES,
  flakes,
  METRICS,
  metrics,
  needs,
  planned,
  PLAYED,
  RELEASE,
  restored,
} from "../kyklos-files.ts";

const CACHES = [
  ["modules", "dependencies, by go.sum, for 7 days", "hashFiles('go.sum')", 168, "1"],
  ["build", "compiled code, by the sources and the commit, for 3 days", "hashFiles('**/*.go', 'go.sum')", 72, "2"],
  ["tools", "tools, by hack/tools.go, for 30 days", "hashFiles('hack/tools.go')", 720, "3"],
  ["fixtures", "test data, by the fixtures, for 30 days", "hashFiles('test/fixtures/**')", 720, "5"],
] as const;

/** The plan's table: stage, target, maximum, and the timeout of the job. */
const BUDGETS = [
  ["Lint", "consumers.lint", "lint", "test", 1, 2, 5],
  ["Unit tests", "consumers.unit", "unit", "test", 2, 3, 10],
  ["Envtest", "consumers.envtest", "envtest", "test", 3, 5, 15],
  ["Build binaries", "builds.binaries", FILES, "build-binaries", 3, 5, 10],
  ["Verify", "consumers.verify", "verify", "test", 1, 2, 5],
  ["Kind smoke test", "consumers.smoke", "smoke", "test", 5, 8, 15],
  ["Build controller", "builds.controller", BUILDS, "build-controller", 4, 6, 15],
  ["E2E", "consumers.e2e", "e2e", "test", 8, 12, 30],
] as const;

/** After how many hours the cleanup deletes images of a class. */
function hoursOf(files: Emission, name: string): Json | undefined {
  const classes = files.plan("retention.classes");
  const found = Array.isArray(classes) ? classes.find((one) => valueAt(one, "class") === name) : undefined;
  return valueAt(found, "hours");
}

/** Whether a channel hears of all these alerts. */
const hears = (files: Emission, channel: string, ...events: readonly string[]): boolean =>
  events.every((event) => holdsValue(files.plan(`channels.${channel}.events`), event));

const figure = (section: string, requirement: string, name: string, value: number, lower = false): Requirement =>
  fromConfig(section, requirement, {
    line: lower ? set(`metrics.thresholds.${name}`, value * 2) : deleted(`metrics.thresholds.${name}`),
    output: `plan.json: \`metrics.thresholds.${name}\``,
    holds: (files) => same(metrics(files, `thresholds.${name}`), value),
    proof: "test/execution/pipeline/metrics.test.ts",
  });

export const careRows: Requirement[] = [
  ...CACHES.map(([name, what, key, , level]) =>
    fromConfig(`Caching, Level ${level}`, `A cache of ${what}.`, {
      line: set(`caches.${name}.files`, ["x"]),
      output: "unit.yml: step `Restore the cache …`",
      holds: (files) => String(restored(files, "unit", name)).includes(key),
    }),
  ),
  ...CACHES.map(([name, , , hours, level]) =>
    fromConfig(`Caching, Level ${level}`, `${name} that nobody has read for ${hours / 24} days is deleted.`, {
      line: set(`caches.${name}.keep`, "1d"),
      output: "plan.json: `caches.keys`",
      holds: (files) => {
        const keys = files.plan("caches.keys");
        return (
          Array.isArray(keys) &&
          keys.some((one) => valueAt(one, "beginning") === `${name}--` && valueAt(one, "keepHours") === hours)
        );
      },
      proof: "test/templates/prune-caches.test.ts",
    }),
  ),
  fromConfig("Caching, Level 2", "The nearest commit's compiled code is taken where the exact one is missing.", {
    line: deleted("caches.build.perCommit"),
    output: "unit.yml: step `Restore the cache build`, `key` with the commit and `restore-keys` without",
    holds: (files) =>
      String(restored(files, "unit", "build")).includes("inputs.head-sha") &&
      String(files.step("unit", "test", "Restore the cache build")?.with["restore-keys"]).split("\n").length > 1,
  }),
  fromConfig("Caching, Level 4", "Docker layers that no build has read for 7 days are deleted from the registry.", {
    line: set("retention.caches.after", "14d"),
    output: "plan.json: `retention.classes`, `cache`",
    holds: (files) => hoursOf(files, "cache") === 168,
  }),
  beyond(
    "Caching, Level 4",
    "The key of the layers is the Dockerfile's hash.",
    "BuildKit keys each layer by its own instruction and inputs, which is finer: a changed line of the Dockerfile keeps the layers before it.",
  ),
  fromConfig("Warm-up, Triggers", "Caches are filled at 02:00 every day.", {
    line: set("warmUp.schedule", "0 5 * * *"),
    output: "cache-warm.yml: `on.schedule`",
    holds: (files) => same(onOf(files, "cache-warm", "schedule.0.cron"), "0 2 * * *"),
  }),
  ...(["modules", "build", "tools", "kind", "fixtures"] as const).map((name) =>
    fromConfig("Warm-up", `The warm-up fills ${name === "kind" ? "kind's node image" : name}.`, {
      line: deleted(`caches.${name}.fill`),
      output: `cache-warm.yml: job \`fill-${name}\``,
      holds: (files) => files.job("cache-warm", `fill-${name}`) !== undefined,
    }),
  ),
  always(
    "Caching",
    "Only main and the schedule save what others read; a pull request's runs cannot change main's caches.",
    {
      output: "unit.yml: steps `Save the cache …`, `if`",
      holds: (files) =>
        files.step("unit", "test", "Save the cache modules")?.if?.includes("inputs.class || 'manual') == 'main'") ===
          true || files.step("unit", "test", "Save the cache modules")?.if?.includes("== 'main'") === true,
      breaks: broken("unit", /== 'main'/, "!= ''"),
      proof: PLAYED,
    },
  ),
  figure(
    "Monitoring, Goals",
    "The goal of the caches is a hit rate of 85 %; the alert at 70 % comes with it, earlier.",
    "cacheHitPercent",
    85,
  ),
  figure("Monitoring", "More than 2 GB of caches are told.", "cacheGigabytes", 2),
  fromConfig("Monitoring", "The warm-up warns of the same size when it prunes.", {
    line: set("warmUp.maxGigabytes", 5),
    output: "plan.json: `caches.maxGigabytes`",
    holds: (files) => same(files.plan("caches.maxGigabytes"), 2),
  }),
  figure("Monitoring", "A restore of more than a minute is told.", "cacheRestoreSeconds", 60),
  ...BUDGETS.map(([name, path, , , target, maximum]) =>
    fromConfig("Budgets", `${name} should take ${target} min, and at most ${maximum}.`, {
      line: deleted(`${path}.budget`),
      output: "plan.json: `metrics.stages`",
      holds: (files) => same(budget(files, name), [target, maximum]),
      proof: "test/execution/pipeline/metrics.test.ts",
    }),
  ),
  ...BUDGETS.map(([name, path, file, job, , , limit]) =>
    fromConfig("Budgets", `${name} is stopped after ${limit} min.`, {
      line: set(`${path}.timeout`, "44m"),
      output:
        file === BUILDS
          ? "builds.yml: job `build-controller`, step `Build`; its job scans too, for ten minutes more"
          : `${file}.yml: job \`${job}\`, \`timeout-minutes\``,
      holds: (files) =>
        file === BUILDS
          ? files.step(file, job, "Build")?.timeoutMinutes === limit &&
            files.job(file, job)?.timeoutMinutes === limit + 10
          : same(files.job(file, job)?.timeoutMinutes ?? null, limit),
    }),
  ),
  fromConfig("Budgets", "The scan is stopped after 10 min.", {
    line: set("builds.controller.scan.timeout", "20m"),
    output: "builds.yml: every scan, `timeout-minutes`",
    holds: (files) =>
      ["build-controller", "publish-controller"].every((job) => {
        const scans = (files.job(BUILDS, job)?.steps ?? []).filter(({ name }) => name?.startsWith("Scan "));
        return scans.length > 0 && scans.every(({ timeoutMinutes }) => timeoutMinutes === 10);
      }),
  }),
  fromConfig("Budgets", "Publishing is stopped after 10 min.", {
    line: set("publish.release.timeout", "20m"),
    output: "release.yml: job `deliver-release`",
    holds: (files) => same(files.job(RELEASE, "deliver-release")?.timeoutMinutes ?? null, 10),
  }),
  always("Budgets", "The checkout is stopped after 5 min, the restore of a cache as well.", {
    output: "every file: `timeout-minutes` of each step",
    holds: (files) =>
      same(files.step("unit", "test", "Check out the code")?.timeoutMinutes ?? null, 5) &&
      same(files.step("unit", "test", "Restore the cache modules")?.timeoutMinutes ?? null, 5),
    breaks: broken("unit", "timeout-minutes: 5", "timeout-minutes: 50"),
  }),
  beyond(
    "Budgets, Resources",
    "CPU-minutes, hours a month, gigabytes over the network; CPU and memory of each job's runner.",
    "Actions tells none of them of a job on its own runners. The metrics count runs, minutes, caches and images; a runner of another size is `runner` of the consumer, and what it costs is GitHub's bill.",
  ),
  fromConfig("Retries", "What fails for a moment is tried three times.", {
    line: set("retry.attempts", 5),
    output: "plan.json: `retry.attempts`, which every program that tries again reads",
    holds: (files) =>
      files.plan("retry.attempts") === 3 &&
      files.text("lib/retry.sh").includes('attempts="${RETRY_ATTEMPTS:-${planned_attempts:-$1}}"') &&
      files.text("lib/retry.mjs").includes("...planned };"),
    proof: PLAYED,
  }),
  fromConfig("Retries", "The pauses are 2, 4 and 8 seconds.", {
    line: set("retry.delay", "10s"),
    output: "plan.json: `retry.delaySeconds`",
    holds: (files) => files.plan("retry.delaySeconds") === 2,
    proof: "test/execution/run-with-retries.test.ts",
  }),
  fromConfig("Retries", "They double.", {
    line: set("retry.growth", "linear"),
    output: "plan.json: `retry.growth`",
    holds: (files) =>
      files.plan("retry.growth") === "exponential" &&
      files.text("lib/retry.mjs").includes("delaySeconds * 2 ** (attempt - 1)"),
    proof: "test/templates/retry.test.ts",
  }),
  fromConfig("Retries", "They differ by up to 20 %.", {
    line: set("retry.jitter", 0),
    output: "plan.json: `retry.jitter`",
    holds: (files) =>
      files.plan("retry.jitter") === 20 &&
      files.text("lib/retry.mjs").includes("(1 + (jitter / 100) * (2 * random - 1))"),
    proof: "test/templates/retry.test.ts",
  }),
  fromConfig("Retries", "Downloads of dependencies are tried again.", {
    line: deleted("consumers.unit.prepare"),
    output: "unit.yml: step `Fetch what is needed`",
    holds: (files) => script(files, "unit", "test", "Fetch what is needed").includes("attempt"),
    proof: PLAYED,
  }),
  always("Retries, Flakes", "Tests are never tried again.", {
    output: "unit.yml, smoke.yml, e2e.yml: the test's own step",
    holds: (files) =>
      ["unit", "smoke", "e2e"].every((file) =>
        (files.job(file, "test")?.steps ?? [])
          .filter(({ run }) => run?.includes("retry ") === true)
          .every(({ name }) => name === "Fetch what is needed" || /image|registry/i.test(name ?? "")),
      ),
    breaks: broken("unit", "./bin/gotestsum --junitfile", "retry 3 ./bin/gotestsum --junitfile"),
  }),
  fromConfig("Flakes", "What failed and passed on one commit is found, over 100 runs.", {
    line: set("flakes.runs", 50),
    output: "plan.json: `flakes.runs`",
    holds: (files) => same(flakes(files, "runs"), 100),
    proof: "test/templates/flakes.test.ts",
  }),
  ...(
    [
      ["Unit tests", "unit", 0, 0],
      ["Envtest", "envtest", 0.05, 1],
      ["E2E", "e2e", 0.5, 3],
    ] as const
  ).map(([name, key, percent, index]) =>
    fromConfig("Flakes", `${name} may be flaky in ${percent} % of their executions.`, {
      line: set(`consumers.${key}.results.flakeBudget`, 7),
      output: "plan.json: `flakes.suites`",
      holds: (files) =>
        same(flakes(files, `suites.${index}.name`), name) &&
        same(flakes(files, `suites.${index}.budgetPercent`), percent),
    }),
  ),
  fromConfig("Flakes, Goals", "All suites together may be flaky in 0.1 %.", {
    line: set("flakes.budget", 1),
    output: "plan.json: `flakes.overallBudgetPercent`",
    holds: (files) => same(flakes(files, "overallBudgetPercent"), 0.1),
  }),
  fromConfig("Flakes", "Two flaky failures put a test up for quarantine.", {
    line: set("flakes.quarantineAfter", 3),
    output: "plan.json: `flakes.quarantineAfter`",
    holds: (files) => same(flakes(files, "quarantineAfter"), 2),
    proof: "test/templates/flakes.test.ts",
  }),
  fromConfig("Flakes", "Each has an issue.", {
    line: deleted("flakes.issues"),
    output: "flaky-tests.yml: job `look`, `issues: write`",
    holds: (files) =>
      same(flakes(files, "issues"), true) &&
      JSON.stringify(files.job("flaky-tests", "look")?.permissions).includes('"issues":"write"'),
    proof: "test/templates/flaky-issues.test.ts",
  }),
  beyond(
    "Flakes",
    "The test is marked `[Flaky]` in the code, left out of required checks, and mended within two sprints.",
    "The issue names the test and what to do; a robot that changes tests would hide what they say. The mark is one commit of people's, and the test runner's `-skip` reads it.",
  ),
  beyond(
    "Flakes",
    "A person confirms before a failed build is run again.",
    "A re-run is a person's click. Nothing here re-runs tests by itself, and each attempt's results are kept apart.",
  ),
  ...(["lint", "unit", "secrets"] as const).map((key) =>
    fromConfig(
      "Failures",
      `A failure of ${key} is a fast one: the rest of its matrix, where it has one, ends with it.`,
      {
        line: deleted(`consumers.${key}.failure`),
        given: set(`consumers.${key}.matrix`, { go: ["1.21", "1.22"] }),
        output: `${key}.yml: job \`test\`, \`strategy.fail-fast\``,
        holds: (files) => /fail-fast: true/.test(files.text(key)),
      },
    ),
  ),
  ...(["lint", "unit", "envtest", "secrets", "smoke", "e2e"] as const).map((key) =>
    fromConfig(
      "Diagnostics",
      `When ${key} fails, its logs, the environment without its values, the state of git and how to repeat it are kept for 90 days.`,
      {
        line: deleted(`consumers.${key}.diagnostics`),
        output: `${key}.yml: steps \`Collect the state of the runner\`, \`Keep what explains the failure\``,
        holds: (files) =>
          files.step(key, "test", "Collect the state")?.if === "failure()" &&
          same(files.step(key, "test", "Keep what explains")?.with["retention-days"], 90),
        proof: key === "lint" ? PLAYED : "test/execution/diagnostics.test.ts",
      },
    ),
  ),
  ...(
    [
      ["unit", "unit-reports"],
      ["envtest", "envtest-logs"],
      ["smoke", "smoke-results"],
      ["e2e", "e2e-results"],
    ] as const
  ).map(([key, name]) =>
    fromConfig("Retention", `What ${key} leaves is kept 7 days after a success, 90 after a failure.`, {
      line: deleted(`consumers.${key}.artifacts.0.keep`),
      output: `${key}.yml: step \`Upload ${name}\`, \`retention-days\``,
      holds: (files) =>
        same(
          files.step(key, "test", `Upload ${name}`)?.with["retention-days"],
          "${{ job.status == 'success' && 7 || 90 }}",
        ),
    }),
  ),
  fromConfig("Retention", "Images of pull requests are kept 7 days.", {
    line: set("retention.pullRequest", "24h"),
    output: "plan.json: `retention.classes`, `pullRequest`",
    holds: (files) => hoursOf(files, "pullRequest") === 168,
  }),
  always("Retention", "Images of releases are kept for ever.", {
    output: "plan.json: `packages.released`; .github/pipewright/lib/decide.mjs, `keepForever`",
    holds: (files) =>
      ["v1.2.3", "1.2"].every((tag) => matchesAny(files.plan("packages.released"), tag)) &&
      script(files, "container-prune", "cleanup", "Delete expired").includes(
        "keepForever: [...(packages?.released ?? [])",
      ),
    breaks: broken("plan", /^( +)"v\[0-9\]\+.*",$/, '$1"none",'),
    proof: "test/templates/cleanup-decision.test.ts",
  }),
  figure("Goals, Metrics", "99.5 % of the builds succeed.", "buildSuccessPercent", 99.5),
  figure(
    "Goals, Metrics",
    "The smoke test of a pull request has ended within 10 minutes of the commit.",
    "totalMinutes",
    10,
    true,
  ),
  figure("Goals", "All tests of a commit have ended within 15 minutes.", "pipelineMinutes", 15),
  figure("Goals, Metrics", "Fewer than 0.1 % of test executions are flaky.", "flakePercent", 0.1),
  figure("Alerts", "More than five runs that wait are shown.", "queueDepth", 5),
  figure("Job 7, Metrics", "The image's size is measured against 50 MB.", "imageMegabytes", 50),
  fromConfig("Alerts", "A job whose median takes half as long again as planned is told.", {
    line: set("metrics.budgets.overTargetPercent", 100),
    output: "plan.json: `metrics.budgets`",
    holds: (files) => same(metrics(files, "budgets.overTargetPercent"), 50),
    proof: "test/templates/metrics-measures.test.ts",
  }),
  fromConfig(
    "Alerts",
    "Critical alerts page whoever is on call: a failed build of main, a failed release, a release that the scan stops.",
    {
      line: deleted("notify.0"),
      output: "ci.yml, release.yml: job `notify`",
      holds: (files) =>
        [CI, RELEASE].every(
          (file) =>
            files
              .job(file, "notify")
              ?.steps.some(({ with: inputs }) => inputs["webhook-url"] === "${{ secrets.PAGER_WEBHOOK }}") === true,
        ) && hears(files, "PAGER_WEBHOOK", "build", "release"),
      proof: "test/execution/notify.test.ts",
    },
  ),
  fromConfig("Alerts", "Warnings go to Slack: budgets, caches, flaky tests.", {
    line: deleted("notify.1"),
    output: "ci-metrics.yml: step `Tell people about the alerts`",
    holds: (files) =>
      (files.job(METRICS, "measure")?.steps ?? []).some(
        ({ with: inputs }) => inputs["webhook-url"] === "${{ secrets.SLACK_WEBHOOK }}",
      ) && hears(files, "SLACK_WEBHOOK", "budget", "cache", "flakes"),
  }),
  fromConfig("Alerts", "Coverage of main that fell by 5 points or more goes to Slack.", {
    line: deleted("notify.1"),
    output: "ci.yml: job `tell-coverage`; plan.json: `consumers.unit.coverage.maxDrop`",
    holds: (files) =>
      condition(files, CI, "tell-coverage").includes("coverage-alert == 'true'") &&
      planned(files, "unit", "coverage.maxDrop") === 5,
    proof: PLAYED,
  }),
  fromConfig("Alerts", "Information stays on the dashboard: queue, storage, a warm-up that failed.", {
    line: set("notify.1.tier", "info"),
    output: "plan.json: `channels`; the summary shows all",
    holds: (files) =>
      ["PAGER_WEBHOOK", "SLACK_WEBHOOK"].every(
        (channel) => files.plan(`channels.${channel}`) !== undefined && !hears(files, channel, "queue", "storage"),
      ) && files.job("cache-warm", "notify") === undefined,
  }),
  beyond(
    "Alerts",
    "Page when the infrastructure is down for more than 5 minutes.",
    "A pipeline cannot report that it does not run. GitHub's status page sends such pages; the daily metrics show the gap afterwards.",
  ),
  beyond(
    "Alerts",
    "Cache corruption is detected.",
    "The cache action checks an archive as it unpacks it, and a job goes on without. What is wrong inside shows in a failed build, which is an alert; the runbook deletes the cache.",
  ),
  fromConfig(
    "Dashboards",
    "Success rate, times and their trend, flaky tests, caches: measured daily, shown in the run's summary, kept for 90 days.",
    {
      line: deleted("metrics"),
      output: "ci-metrics.yml",
      holds: (files) => files.job(METRICS, "measure") !== undefined,
      proof: "test/execution/pipeline/metrics.test.ts",
    },
  ),
  beyond(
    "Dashboards, Metrics",
    "CPU, memory, disk and network of each job; how busy runners are.",
    "GitHub's runners tell none of it. Waiting times are measured; a team with runners of its own has its own monitoring of them.",
  ),
  ...(["lint", "unit", "envtest", "secrets", "smoke"] as const).map((key) =>
    fromConfig("Gates", `The page for branch rules lists the gate of ${key}.`, {
      line: set(`consumers.${key}.required`, false),
      output: `docs/ci-cd.md: \`All checks\`, which fails unless ${key} has passed; plan.json: \`consumers.${key}.required\``,
      holds: (files) =>
        /^\| `All checks` +\| `CI` +\| check \|$/m.test(
          files.text("ci-cd.md").split("## What a branch rule can require")[1] ?? "",
        ) &&
        needs(files, CI, "gate", `test-${key}`) &&
        planned(files, key, "required") === true,
      proof: "test/execution/gates.test.ts",
    }),
  ),
  beyond(
    "Gates",
    "One approving review, resolved comments, signed commits.",
    "The repository's branch rules; `docs/ci-cd.md` lists the checks that belong beside them.",
  ),
  always("Security", "Each job holds the least permissions, with a reason for each.", {
    output: "every file: `permissions: {}` at the top",
    holds: (files) => files.workflows().every(({ permissions }) => same(permissions, {})),
    breaks: broken(CI, /^permissions: \{\}$/, "permissions: write-all"),
  }),
  always("Security", "The job that runs the code of a commit holds no secret and no token that writes.", {
    output: "unit.yml, envtest.yml, smoke.yml: job `test`",
    holds: (files) =>
      ["lint", "unit", "envtest", "secrets", "verify"].every((file) =>
        same(files.job(file, "test")?.permissions ?? null, { contents: "read" }),
      ),
    breaks: broken("unit", "contents: read", "contents: write"),
    proof: PLAYED,
  }),
  beyond(
    "Security",
    "GHCR_TOKEN.",
    "The job's own token logs in to ghcr.io, and lives as long as the job; COSIGN_KEY is not needed either, since the workflow's identity signs.",
  ),
  beyond(
    "Security",
    "Secrets are rotated quarterly; Dependabot updates dependencies; audits.",
    "People and GitHub's settings. `docs/ci-cd.md` names no secret that a machine could do without: the mirror's login and two webhooks.",
  ),
  beyond(
    "Security",
    "Distroless base, user 65532, read-only file system, Pod Security, NetworkPolicy, RBAC.",
    "The Dockerfile and the bundle, beside the config; the scan and the limit of 50 MB see a base that is not what it should be.",
  ),
  beyond(
    "Recovery",
    "Actions is down: local builds, another CI.",
    "The Makefile, which every job calls; the programs of .github/pipewright need bash, jq and Node.js, and run on any machine. The page `docs/troubleshooting-ci.md` says what to do for each part.",
  ),
  fromConfig("Recovery", "A cache that is broken is emptied.", {
    line: deleted("warmUp"),
    output: "cache-warm.yml fills and prunes; `gh cache delete --all` empties",
    holds: (files) => files.job("cache-warm", "prune") !== undefined,
  }),
  beyond(
    "Recovery",
    "Fall back to minikube or k3d; a static cluster; skip E2E with a manual gate.",
    "`consumers.e2e.enabled: false` is that line of the config for a day; another cluster is another command in `steps`.",
  ),
  beyond(
    "Optimisations",
    "Pre-warmed clusters.",
    "A hosted runner begins empty, so no cluster can wait on it. Nearest: kind's node image is cached and filled every night.",
  ),
  beyond(
    "Phases",
    "Phases 2 to 4: several versions of Kubernetes, benchmarks, Helm, chaos, soak tests, previews, canaries.",
    "Later. A matrix of versions is `matrix` of the smoke test; a soak test of 24 hours does not fit GitHub's six, and needs a runner of its own.",
  ),
  beyond(
    "Runbook",
    "What to do when builds are slow, flaky, uncached or blocked by the scan.",
    "`docs/troubleshooting-ci.md`, made from the config, with its own names; the summary of the metrics names the slow stage and the cache that misses.",
  ),
  beyond(
    "Tools",
    "Versions of Go, golangci-lint, controller-gen, envtest, kind, cosign and syft.",
    "Go's stands in the config; the others in `hack/tools.go`, whose hash keys their cache. Trivy and cosign come with pinned actions; BuildKit makes the bill of materials.",
  ),
  always("Syntax", "Actions are pinned to commits that still work, unlike the plan's `@v3`.", {
    output: "every file",
    holds: (files) =>
      [...files.texts].filter(([file]) => !file.endsWith(".md")).every(([, text]) => !/uses: [^.\s]\S+@v\d/.test(text)),
    breaks: broken(CI, /@[0-9a-f]{40} # (v\S+)/, "@$1"),
  }),
  beyond("Related", "Five other documents of the project.", "They are the project's own."),
];
