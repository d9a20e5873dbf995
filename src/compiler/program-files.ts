/**
 * What lies beside the workflows: the programs that they use, each once and byte for byte, the plan that these read, and
 * what tells git that the folder is generated.
 */
import { planFile, PLAN_FILE, printPlanFile } from "../pipeline/plan-file.ts";
import type { Pipeline } from "../pipeline/types.ts";
import {
  digestOfProgramFile,
  filesOfPrograms,
  programFile,
  type ProgramName,
  PROGRAMS_FOLDER,
} from "../programs/programs.ts";
import { callsWorkflow, type Workflow } from "../workflow/model.ts";
import { programOf } from "./steps/program.ts";

/** A file whose text is made when it is asked for. */
export interface EmittedFile {
  /** Relative to the repository's root, with forward slashes. */
  path: string;
  body: () => string;
}

/** The programs that these workflows use. */
export const programsUsedBy = (workflows: readonly Workflow[]): Set<ProgramName> =>
  new Set(
    workflows.flatMap(({ jobs }) =>
      Object.values(jobs).flatMap((job) =>
        callsWorkflow(job) ? [] : job.steps.flatMap((step) => programOf(step) ?? []),
      ),
    ),
  );

/** Nothing where no workflow uses a program. */
export function programFiles(pipelines: readonly Pipeline[], workflows: readonly Workflow[]): EmittedFile[] {
  const paths = filesOfPrograms(programsUsedBy(workflows));
  if (paths.length === 0) return [];
  const digests = Object.fromEntries(paths.map((path) => [path, digestOfProgramFile(path)]));
  return [
    { path: `${PROGRAMS_FOLDER}/.gitattributes`, body: () => attributes(pipelines) },
    { path: PLAN_FILE, body: () => printPlanFile(planFile(pipelines, digests)) },
    ...paths.map((path) => ({ path: `${PROGRAMS_FOLDER}/${path}`, body: () => programFile(path) })),
  ];
}

/**
 * `text eol=lf`, because a program with other line endings does not run. Folded, unless one of the pipelines wants to see
 * it: the folder is everybody's, and of all places where git looks this one counts most.
 */
const attributes = (pipelines: readonly Pipeline[]): string =>
  `* ${pipelines.every(({ foldsPrograms }) => foldsPrograms) ? "linguist-generated " : ""}text eol=lf\n`;
