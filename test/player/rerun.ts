/** "Re-run failed jobs": what of the last attempt stays, down into the workflows that were called. */
import type { CallRun, JobRun, Run } from "./runs.ts";
import type { JobDefinition, WorkflowFile } from "./workflow-file.ts";

/** What an attempt takes over from the one before it. */
export interface Kept {
  readonly jobs: readonly JobRun[];
  readonly calls: readonly CallRun[];
}

export const NOTHING: Kept = { jobs: [], calls: [] };

/** All but the jobs that failed or were cancelled and those that need one of them; a caller of such a job is called again. */
export function keptJobs(run: Run, workflow: WorkflowFile, files: readonly WorkflowFile[]): Kept {
  const jobs: JobRun[] = [];
  const calls: CallRun[] = [];
  const visit = (file: WorkflowFile, path: readonly string[]): void => {
    const below =
      (key: string) =>
      (each: CallRun | JobRun): boolean =>
        startsWith([...each.callers.map((caller) => caller.key), each.key], [...path, key]);
    const failed = (definition: JobDefinition): JobRun[] =>
      run.jobs.filter(below(definition.id)).filter((job) => job.result !== "success" && job.result !== "skipped");
    const again = new Map<string, boolean>();
    const needsAgain = (definition: JobDefinition): boolean => {
      const known = again.get(definition.id);
      if (known !== undefined) return known;
      const value = failed(definition).length > 0 || dependsOnAgain(definition);
      again.set(definition.id, value);
      return value;
    };
    const dependsOnAgain = (definition: JobDefinition): boolean =>
      definition.needs.some((need) => neededAgain(file.jobs.get(need), needsAgain));
    for (const definition of file.jobs.values()) {
      if (!needsAgain(definition)) {
        jobs.push(...run.jobs.filter(below(definition.id)));
        calls.push(...run.calls.filter(below(definition.id)));
        continue;
      }
      const called = definition.call && files.find((candidate) => candidate.path === definition.call?.path);
      if (called && !dependsOnAgain(definition)) visit(called, [...path, definition.id]);
    }
  };
  visit(workflow, []);
  return { jobs, calls };
}

const neededAgain = (
  definition: JobDefinition | undefined,
  needsAgain: (definition: JobDefinition) => boolean,
): boolean => definition !== undefined && needsAgain(definition);
const startsWith = (path: readonly string[], start: readonly string[]): boolean =>
  start.every((part, index) => path[index] === part);
