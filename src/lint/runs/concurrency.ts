/** Concurrency groups: which runs share one, and whether a newer run cancels an older one. */
import { commitOf } from "../model/github-values.ts";
import type { Known, Run } from "../model/model.ts";
import { symbolsIn, type Template, textOf } from "../model/value.ts";
import type { Concurrency, Job, WorkflowDocument } from "../../workflow/document/document.ts";
import { valueIn } from "./occasions.ts";

export interface Group {
  concurrency: Concurrency;
  /** The job that it is written in; nothing for the whole workflow's. */
  job: Job | undefined;
  workflow: WorkflowDocument;
}

export function groupsOf(workflow: WorkflowDocument): Group[] {
  const groups: Group[] = workflow.concurrency ? [{ concurrency: workflow.concurrency, job: undefined, workflow }] : [];
  for (const job of workflow.jobs) if (job.concurrency) groups.push({ concurrency: job.concurrency, job, workflow });
  return groups;
}

/** Whether a newer run of the group cancels an older one on this occasion. */
export function cancels({ cancelInProgress }: Concurrency, run: Run): Known {
  if (!cancelInProgress) return false;
  const text = textOf(valueIn(cancelInProgress, run));
  return text === "true" ? true : text === "false" ? false : undefined;
}

/** All texts that the group's name may be on this occasion. */
export const namesOf = ({ group }: Concurrency, run: Run): readonly Template[] => (group ? valueIn(group, run) : []);

const OF_ONE_RUN = /^github\.(?:run_id|run_number|event\.workflow_run\.(?:id|run_number))$/;
const OF_ONE_COMMIT =
  /^github\.(?:event\.workflow_run\.head_(?:sha|commit\.id)|event\.pull_request\.head\.sha|event\.merge_group\.head_sha|event\.after|event\.head_commit\.id|event\.check_(?:suite|run)\.head_sha)$/;

/** The symbol that makes the name another one for every run or commit. */
export function uniqueSymbol(template: Template, run: Run): string | undefined {
  return symbolsIn(template).find((symbol) => {
    const name = symbol.split("@", 1)[0] ?? symbol;
    if (OF_ONE_RUN.test(name) || OF_ONE_COMMIT.test(name)) return true;
    return name === "github.sha" && commitOf(name, run) !== "default" && run.event !== "schedule";
  });
}
