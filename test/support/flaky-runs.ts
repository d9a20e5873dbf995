/** Runs with JUnit results as artifacts, on a GitHub of the test's own, and the report of flaky tests about them. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PipelinePart } from "../../src/pipeline/plan-file/schema.ts";
import { type GithubApi, startGithubApi } from "./github-api/server.ts";
import type { Artifact, Run } from "./github-api/state.ts";
import { type ProgramResult, runNodeProgram } from "./node-program.ts";
import { type ZipEntry, zip } from "./zip.ts";

const REPOSITORY = "o/r";
export const UNIT = { name: "unit", workflow: "CI", artifact: "unit-results", budgetPercent: 0 };

type FlakesPart = NonNullable<PipelinePart["flakes"]>;

const PLANNED: FlakesPart = {
  artifact: "flakes",
  issues: false,
  overallBudgetPercent: 100,
  quarantineAfter: 2,
  runs: 100,
  suites: [UNIT],
};

export type Outcomes = Readonly<Record<string, "passed" | "failed" | "skipped" | "flaky">>;

export interface Report {
  readonly suites: readonly {
    name: string;
    executions: number;
    ratePercent: number | null;
    overBudget: boolean;
    unread: number;
  }[];
  readonly overall: { ratePercent: number | null; overBudget: boolean };
  readonly flaky: readonly {
    suite: string;
    test: string;
    flakyFailures: number;
    failures: number;
    failuresPer100Runs: number;
    quarantine: boolean;
    runs: number[];
  }[];
}

export interface FlakyRuns {
  readonly api: GithubApi;
  /** Leaves a report behind that an earlier run has kept: the last one, unless another text is given. */
  keep(text?: string): void;
  /** How many artifacts with results were downloaded. */
  downloads(): number;
  /** A completed run of the workflow CI on a commit of one repeated letter; every run is a day younger than the last. */
  run(commit: string, artifacts: Artifact[], values?: Partial<Run>): Run;
  archive(name: string, entries: readonly ZipEntry[] | Buffer, expired?: boolean): Artifact;
  results(name: string, outcomes: Outcomes): Artifact;
  /** Lets the days pass without a run. */
  wait(days: number): void;
  find(settings?: Partial<FlakesPart>): Promise<ProgramResult & { report: Report }>;
  stop(): Promise<void>;
}

/** The time of the run with this number. */
export const day = (number: number): string =>
  new Date(Date.parse("2026-05-01T10:00:00Z") + number * 86_400_000).toISOString();

const escape = (text: string): string =>
  text.replace(/[&<>"\n\r\u001b]/g, (sign) => (sign === "\u001b" ? "" : `&#${sign.codePointAt(0)};`));
const INSIDE = { passed: "", failed: "<failure/>", skipped: "<skipped/>", flaky: "<flakyFailure/>" };
const junit = (outcomes: Outcomes): string =>
  `<testsuite name="s">${Object.entries(outcomes)
    .map(([name, outcome]) => `<testcase classname="c" name="${escape(name)}">${INSIDE[outcome]}</testcase>`)
    .join("")}</testsuite>`;

/** "test: flaky failures of all failures" of each flaky test. */
export const found = ({ report }: { report: Report }): string[] =>
  report.flaky.map(({ test, flakyFailures, failures }) => `${test}: ${flakyFailures} of ${failures}`);

export async function startFlakyRuns(): Promise<FlakyRuns> {
  const api = await startGithubApi({ repository: REPOSITORY });
  const folder = mkdtempSync(join(tmpdir(), "pipewright-flakes-"));
  const output = join(folder, "flakes.json");
  const kept = new Set<number>();
  let nextId = 1;
  const archive = (name: string, entries: readonly ZipEntry[] | Buffer, expired = false): Artifact => ({
    id: nextId++,
    name,
    created_at: day(0),
    expired,
    zip: Buffer.isBuffer(entries) ? entries : zip(entries),
  });
  return {
    api,
    keep(text = readFileSync(output, "utf8")) {
      const id = 1_000_000 + kept.size;
      kept.add(id);
      api.state.runs.push({
        id,
        name: "Flaky tests",
        event: "schedule",
        status: "completed",
        conclusion: "success",
        head_branch: "main",
        head_sha: "f".repeat(40),
        created_at: day(0),
        updated_at: day(0),
        artifacts: [
          {
            id,
            name: "flakes",
            created_at: day(kept.size),
            expired: false,
            zip: zip([{ name: "flakes.json", content: text }]),
          },
        ],
      });
    },
    downloads: () =>
      api.requests.filter(({ path }) => {
        const [, id] = /artifacts\/(\d+)\/zip$/.exec(path) ?? [];
        return id !== undefined && !kept.has(Number(id));
      }).length,
    archive,
    results: (name, outcomes) => archive(name, [{ name: "junit.xml", content: junit(outcomes) }]),
    wait(days) {
      nextId += days;
    },
    run(commit, artifacts, values = {}) {
      const id = nextId++;
      const made: Run = {
        id,
        workflow_id: 10,
        name: "CI",
        path: ".github/workflows/ci.yml",
        event: "push",
        status: "completed",
        conclusion: "success",
        head_branch: "main",
        head_sha: commit.repeat(40),
        head_repository: { full_name: REPOSITORY },
        created_at: day(id),
        updated_at: day(id),
        run_attempt: 1,
        artifacts,
        ...values,
      };
      api.state.runs.push(made);
      return made;
    },
    async find(settings = {}) {
      const result = await runNodeProgram(
        "flakes",
        { GITHUB_API_URL: api.url, GITHUB_REPOSITORY: REPOSITORY, GH_TOKEN: "token", RUNNER_TEMP: folder },
        { plan: { flakes: { ...PLANNED, ...settings } } },
      );
      return { ...result, report: JSON.parse(readFileSync(output, "utf8")) };
    },
    async stop() {
      await api.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
