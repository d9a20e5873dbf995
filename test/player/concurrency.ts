/**
 * Concurrency groups (docs.github.com, "Control the concurrency of workflows and jobs"). A group holds one running and
 * one pending entry, and a newer one evicts the pending one; `queue: max` keeps up to 100 pending. Runs and jobs of one
 * repository share the groups' names, which are case-insensitive.
 */
export interface Entry {
  readonly run: number;
  /** Whether the run itself asks or one of its jobs: a job that waits for its own run's group would wait for ever. */
  readonly of: "run" | "job";
  /** What holds a group while this one asks: the calls that led to it. */
  readonly inside?: readonly Entry[];
  readonly group: string;
  readonly cancelInProgress: boolean;
  readonly queueMax: boolean;
  /** Called when a newer entry of the group takes this one's place while it runs. */
  cancel(): void;
}

export type Admission = { kind: "running"; release(): void } | { kind: "evicted" } | { kind: "deadlock" };

export interface ConcurrencyGroups {
  request(entry: Entry, abandon?: AbortSignal): Promise<Admission>;
  /** What happened, in order, for assertions: `run 3 evicted from build-1`. */
  readonly log: readonly string[];
}

interface Waiting {
  readonly entry: Entry;
  resolve(admission: Admission): void;
}

const LONGEST_QUEUE = 100;

export function concurrencyGroups(): ConcurrencyGroups {
  const running = new Map<string, Entry>();
  const pending = new Map<string, Waiting[]>();
  const log: string[] = [];

  const start = (entry: Entry): Admission => {
    const key = entry.group.toLowerCase();
    running.set(key, entry);
    log.push(`run ${entry.run} running in ${entry.group}`);
    return {
      kind: "running",
      release() {
        if (running.get(key) !== entry) return;
        running.delete(key);
        const next = pending.get(key)?.shift();
        if (next) next.resolve(start(next.entry));
      },
    };
  };

  const evict = (waiting: Waiting): void => {
    log.push(`run ${waiting.entry.run} evicted from ${waiting.entry.group}`);
    waiting.resolve({ kind: "evicted" });
  };

  return {
    log,
    request(entry, abandon) {
      const key = entry.group.toLowerCase();
      const holder = running.get(key);
      if (!holder) return Promise.resolve(start(entry));
      if ((holder.run === entry.run && holder.of === "run") || entry.inside?.includes(holder)) {
        // "this will cause the workflow that's already running to be cancelled" (docs.github.com, "Supported keywords for
        // jobs that call a reusable workflow"): a called workflow that replaces its own caller.
        if (!entry.cancelInProgress) return Promise.resolve({ kind: "deadlock" });
        log.push(`run ${holder.run} cancelled in ${entry.group}`);
        holder.cancel();
        return Promise.resolve({ kind: "evicted" });
      }
      const queue = pending.get(key) ?? [];
      pending.set(key, queue);
      const limit = entry.queueMax && !entry.cancelInProgress ? LONGEST_QUEUE : 1;
      for (const old of queue.splice(0, Math.max(0, queue.length - limit + 1))) evict(old);
      log.push(`run ${entry.run} pending in ${entry.group}`);
      const admission = new Promise<Admission>((resolve) => {
        const waiting: Waiting = { entry, resolve };
        queue.push(waiting);
        abandon?.addEventListener("abort", () => {
          const index = queue.indexOf(waiting);
          if (index === -1) return;
          queue.splice(index, 1);
          evict(waiting);
        });
      });
      if (entry.cancelInProgress) {
        log.push(`run ${holder.run} cancelled in ${entry.group}`);
        holder.cancel();
      }
      return admission;
    },
  };
}
