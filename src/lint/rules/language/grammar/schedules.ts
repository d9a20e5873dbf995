import type { WorkflowDocument } from "../../../../workflow/document/document.ts";
import { type ScalarNode, scalarOf, valueOf } from "../../../../workflow/yaml/node.ts";

export interface Schedule {
  cron: ScalarNode | undefined;
  timezone: ScalarNode | undefined;
}

/** The entries of `on.schedule`. */
export function schedulesOf({ triggers }: WorkflowDocument): Schedule[] {
  return triggers.flatMap(({ event, config }) =>
    event === "schedule" && config?.kind === "sequence"
      ? config.items.map((item) => ({
          cron: scalarOf(valueOf(item, "cron")),
          timezone: scalarOf(valueOf(item, "timezone")),
        }))
      : [],
  );
}
