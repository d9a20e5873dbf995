/** A fixed number of machines, handed out in the order of asking. */
export interface Runners {
  /** Waits for a machine; returns what gives it back. A caller that is cancelled while waiting gets none, at once. */
  take(cancelled: AbortSignal): Promise<() => void>;
}

export function createRunners(count: number): Runners {
  let free = count;
  const waiting: (() => void)[] = [];
  const giveBack = (): (() => void) => {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    };
  };
  return {
    take(cancelled) {
      if (cancelled.aborted) return Promise.resolve(() => undefined);
      if (free > 0) {
        free -= 1;
        return Promise.resolve(giveBack());
      }
      return new Promise((resolve) => {
        const start = (): void => resolve(giveBack());
        waiting.push(start);
        cancelled.addEventListener("abort", () => {
          const index = waiting.indexOf(start);
          if (index === -1) return;
          waiting.splice(index, 1);
          resolve(() => undefined);
        });
      });
    },
  };
}
