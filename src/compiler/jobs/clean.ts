import type { Stage } from "../../pipeline/stages.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";

export function cleanJob(_pipeline: Pipeline, _needs: readonly string[], _stages: readonly Stage[]): Job {
  throw new Error("clean is not compiled yet.");
}
