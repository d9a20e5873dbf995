/** The job of each target that is published once everything has passed. One file a kind, one line here. */
import type { Pipeline, PublishTarget } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";

/** Where the job stands in its run. */
export interface Delivery {
  needs: readonly string[];
  if: string;
}

export function deliverJob(_pipeline: Pipeline, target: PublishTarget, _delivery: Delivery): Job {
  throw new Error(`${target.kind} is not compiled yet.`);
}
