/**
 * Environments: their reviewers, their secrets, and the deployments that jobs make to them (docs.github.com, "Deployments
 * and environments").
 */
import type { Json } from "./json.ts";
import type { JobRun, Run } from "./runs.ts";

export interface Environment {
  /** Whether somebody must approve before a job that names it starts. */
  readonly reviewers?: boolean;
  /** The branches that may deploy to it; without them every one may. */
  readonly branches?: readonly string[];
  /** Only jobs that name the environment get them. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
}

/** A job that waits for an environment's reviewers. */
export interface PendingReview {
  readonly run: Run;
  readonly job: JobRun;
  readonly environment: string;
}

export interface Deployment {
  readonly id: number;
  readonly environment: string;
  /** The run's id, and the job's name. */
  readonly run: number;
  readonly job: string;
  readonly sha: string;
  readonly ref: string;
  readonly createdAt: Date;
  /** `environment.url` after the job's last step; empty without one. */
  url: string;
  state: "waiting" | "in_progress" | "success" | "failure" | "cancelled";
}

export type Verdict = "approved" | "rejected";

export interface Reviews {
  readonly pending: readonly PendingReview[];
  readonly deployments: readonly Deployment[];
  /** Records a deployment. A job that names an environment makes one. */
  deploy(deployment: Omit<Deployment, "id" | "url" | "state">): Deployment;
  /** Waits for somebody's verdict; a job that is cancelled meanwhile gets none. */
  ask(review: PendingReview, cancelled: AbortSignal): Promise<Verdict | "cancelled">;
  /** Judges every job that waits for the environment, in one run or in all. Throws when none does. */
  judge(environment: string, verdict: Verdict, run?: Run): void;
  /** The next job that waits for the environment, or one that does already. */
  waiting(environment: string): Promise<PendingReview>;
}

export function createReviews(): Reviews {
  const pending: (PendingReview & { resolve(verdict: Verdict | "cancelled"): void })[] = [];
  const deployments: Deployment[] = [];
  const watchers: { environment: string; resolve(review: PendingReview): void }[] = [];
  return {
    pending,
    deployments,
    deploy(deployment) {
      const made: Deployment = { ...deployment, id: deployments.length + 1, url: "", state: "in_progress" };
      deployments.push(made);
      return made;
    },
    ask(review, cancelled) {
      if (cancelled.aborted) return Promise.resolve("cancelled");
      return new Promise((resolve) => {
        const entry = {
          ...review,
          resolve(verdict: Verdict | "cancelled") {
            pending.splice(pending.indexOf(entry), 1);
            resolve(verdict);
          },
        };
        pending.push(entry);
        cancelled.addEventListener("abort", () => {
          if (pending.includes(entry)) entry.resolve("cancelled");
        });
        for (const watcher of watchers.filter((each) => each.environment === review.environment)) {
          watchers.splice(watchers.indexOf(watcher), 1);
          watcher.resolve(review);
        }
      });
    },
    judge(environment, verdict, run) {
      const judged = pending.filter(
        (review) => review.environment === environment && (run === undefined || review.run === run),
      );
      if (judged.length === 0) throw new Error(`No job waits for the reviewers of ${environment}.`);
      for (const review of judged) review.resolve(verdict);
    },
    waiting(environment) {
      const found = pending.find((review) => review.environment === environment);
      return found ? Promise.resolve(found) : new Promise((resolve) => watchers.push({ environment, resolve }));
    },
  };
}

/** The name that `environment:` means, and the text of its url. */
export function environmentOf(evaluated: Json): { name: string; url: Json } | undefined {
  const mapping =
    typeof evaluated === "object" && evaluated !== null && !Array.isArray(evaluated) ? evaluated : { name: evaluated };
  const name = typeof mapping["name"] === "string" ? mapping["name"] : "";
  return name === "" ? undefined : { name, url: mapping["url"] ?? "" };
}
