import type { Pipeline } from "../../pipeline/types.ts";
import type { Workflow } from "../../workflow/model.ts";

export function flakesWorkflow(_pipeline: Pipeline, name: string): Workflow {
  throw new Error(`${name} is not compiled yet.`);
}
