/** A GitHub and a registry of the test's own, and what the metrics measure of them. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PipelinePart } from "../../src/pipeline/plan-file/schema.ts";
import { type GithubApi, startGithubApi } from "./github-api/server.ts";
import type { Run } from "./github-api/state.ts";
import { type ProgramResult, runNodeProgram } from "./node-program.ts";
import type { PlannedPart } from "./program-folder.ts";
import { zip } from "./zip.ts";

type MetricsPart = NonNullable<PipelinePart["metrics"]>;
type Stage = MetricsPart["stages"][number];

/** A stage without a budget, unless it has one. */
export const stageOf = (
  stage: Pick<Stage, "name" | "kind" | "workflow" | "job">,
  budget: Partial<Stage> = {},
): Stage => ({ targetMinutes: null, maximumMinutes: null, ...stage, ...budget });

const TIERS = {
  metrics: "warning",
  maximum: "critical",
  budget: "warning",
  cache: "warning",
  flakes: "warning",
  threshold: "warning",
  queue: "info",
  storage: "info",
  warmUp: "info",
} as const;

/** As the compiler names them. */
const NAMES = {
  buildStep: "Build",
  cacheMissed: "Note that the cache {cache} missed",
  deployStep: "Deploy the image",
  fallbackStep: "Note that the registry did not give the image",
  plan: "Plan",
  published: "Published",
  pullStep: "Take the image",
  ready: "Build ready",
  restoreCache: "Restore the cache ",
};

export interface Measured {
  readonly api: GithubApi;
  /** digest -> the manifest that the registry has. */
  readonly manifests: Record<string, object>;
  /** @param change what the plan says of the metrics; `other` are further parts of the plan */
  measure(change?: Partial<MetricsPart>, other?: PlannedPart): Promise<ProgramResult>;
  /** Leaves an artifact behind that an earlier run has kept. */
  keep(artifact: string, file: string, text: string): void;
  readonly written: () => Record<string, unknown>;
  readonly alerts: () => { tier: string; event: string; text: string }[];
  readonly report: () => string | undefined;
  stop(): Promise<void>;
}

/** @param basis what the plan says of the metrics in every test of a file */
export async function startMetrics(basis: Partial<MetricsPart>, basisOfPlan: PlannedPart = {}): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "pipewright-metrics-"));
  const manifests: Record<string, object> = {};
  const api = await startGithubApi({ users: { o: "User" }, packages: [{ owner: "o", name: "app", versions: [] }] });
  const registry = createServer((request, answer) => {
    const found = manifests[request.url?.split("/").at(-1) ?? ""];
    answer.writeHead(found ? 200 : 404).end(JSON.stringify(found ?? { errors: [] }));
  });
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
  let kept = 0;
  const textOf = (file: string): string => readFileSync(join(folder, file), "utf8");
  return {
    api,
    manifests,
    measure: (change = {}, other = {}) =>
      runNodeProgram(
        "metrics",
        { GITHUB_API_URL: api.url, GITHUB_REPOSITORY: "o/r", GH_TOKEN: "token", RUNNER_TEMP: folder },
        {
          plan: {
            builds: { app: { image: "ghcr.io/o/app" } },
            packages: { mode: "packages", ownerKind: null, released: [] },
            retention: { classes: [], protect: [] },
            tiers: TIERS,
            ...basisOfPlan,
            ...other,
            metrics: {
              artifact: "ci-metrics",
              baseline: null,
              budgets: { overTargetPercent: 50 },
              cleanup: null,
              flakes: null,
              imageLimits: null,
              imagesBefore: null,
              kpis: null,
              latest: null,
              names: NAMES,
              regressions: { buildTimePercent: 20, testFailurePoints: 3, pullFailurePercent: 100 },
              runs: 100,
              thresholds: {},
              verdicts: [],
              watched: {},
              ...basis,
              ...change,
            },
          },
          env: { REGISTRY_API_URL: `http://127.0.0.1:${(registry.address() as AddressInfo).port}` },
        },
      ),
    keep(artifact, file, text) {
      kept += 1;
      const run: Run = {
        id: 900_000 + kept,
        name: "Keeper",
        event: "schedule",
        status: "completed",
        conclusion: "success",
        head_branch: "main",
        head_sha: "e".repeat(40),
        created_at: "2026-01-01T00:00:00Z",
        updated_at: "2026-01-01T00:00:00Z",
        artifacts: [
          {
            id: 900_000 + kept,
            name: artifact,
            created_at: `2026-01-01T00:${String(kept).padStart(2, "0")}:00Z`,
            expired: false,
            zip: zip([{ name: file, content: text }]),
          },
        ],
      };
      api.state.runs.push(run);
    },
    written: () => JSON.parse(textOf("ci-metrics.json")),
    alerts: () => JSON.parse(textOf("ci-alerts.json")),
    report: () => (existsSync(join(folder, "ci-report.md")) ? textOf("ci-report.md") : undefined),
    async stop() {
      await api.stop();
      registry.close();
      registry.closeAllConnections();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
