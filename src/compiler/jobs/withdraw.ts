import type { Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";

export function withdrawJob(_pipeline: Pipeline, _needs: readonly string[], _verdicts: readonly string[]): Job {
  throw new Error("withdraw is not compiled yet.");
}
