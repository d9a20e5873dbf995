import type { Job } from "../../../workflow/document/document.ts";
import { scalarsOf } from "../../../workflow/yaml/node.ts";

/** Every label is one of GitHub's machines of these systems; what a runner of one's own has is nobody's to know. */
export function isHosted(job: Job, ...systems: readonly ("ubuntu" | "macos" | "windows")[]): boolean {
  const labels = scalarsOf(job.runsOn?.value);
  return labels.length > 0 && labels.every(({ value }) => systems.some((system) => value.startsWith(`${system}-`)));
}
