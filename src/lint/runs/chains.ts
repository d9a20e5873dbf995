/** Workflows that start after other workflows, through `workflow_run`. */
import { nameOfWorkflow, type Trigger, triggerOf, type WorkflowDocument } from "../../workflow/document/document.ts";
import { isPlainName, matchesPattern } from "../../workflow/filters.ts";
import { LIMITS } from "../../workflow/limits.ts";
import { type ScalarNode, scalarsOf, valueOf } from "../../workflow/yaml/node.ts";
import { type Repository, workflowsOf } from "../repository.ts";

export interface Consumer {
  workflow: WorkflowDocument;
  trigger: Trigger;
  /** The names under `workflows:`. */
  names: ScalarNode[];
}

export function consumersIn(repository: Repository): Consumer[] {
  return workflowsOf(repository).flatMap((workflow) => {
    const trigger = triggerOf(workflow, "workflow_run");
    return trigger ? [{ workflow, trigger, names: scalarsOf(valueOf(trigger.config, "workflows")) }] : [];
  });
}

/** Workflows by name; GitHub starts the consumer after each of those that share one. */
export function workflowsByName(repository: Repository): Map<string, WorkflowDocument[]> {
  const named = new Map<string, WorkflowDocument[]>();
  for (const workflow of workflowsOf(repository)) {
    const name = nameOfWorkflow(workflow);
    const others = named.get(name);
    if (others) others.push(workflow);
    else named.set(name, [workflow]);
  }
  return named;
}

/**
 * The workflows that an entry under `workflows:` means. Entries are patterns, as those of branches are (a maintainer in
 * actions/runner#854; actions/runner#3763): a name with a `+` or brackets is written with backslashes.
 */
export function producersOf(
  entry: string,
  named: ReadonlyMap<string, readonly WorkflowDocument[]>,
): readonly WorkflowDocument[] {
  if (isPlainName(entry)) return named.get(entry) ?? [];
  return [...named].flatMap(([name, workflows]) => (matchesPattern(entry, name) ? workflows : []));
}

/** After the first workflow at most three more levels follow. */
export const MOST_LEVELS = LIMITS.workflowRunLevels.value;

/** How many workflows must have run before, by the shortest way; Infinity for one that waits for itself alone. */
export function levelsOf(repository: Repository): Map<WorkflowDocument, number> {
  const named = workflowsByName(repository);
  const consumers = consumersIn(repository);
  const levels = new Map<WorkflowDocument, number>();
  for (const workflow of workflowsOf(repository)) {
    const startsItself = workflow.triggers.some(({ event }) => event !== "workflow_run" && event !== "workflow_call");
    levels.set(workflow, startsItself ? 0 : Number.POSITIVE_INFINITY);
  }
  for (let changed = true; changed;) {
    changed = false;
    for (const { workflow, names } of consumers) {
      for (const producer of names.flatMap(({ value }) => producersOf(value, named))) {
        const level = (levels.get(producer) ?? Number.POSITIVE_INFINITY) + 1;
        if (level >= (levels.get(workflow) ?? 0)) continue;
        levels.set(workflow, level);
        changed = true;
      }
    }
  }
  return levels;
}
