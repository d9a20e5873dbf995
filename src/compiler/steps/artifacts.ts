import type { Pipeline } from "../../pipeline/types.ts";
import type { Scalar, Step } from "../../workflow/model.ts";
import { TOKEN } from "../expressions.ts";
import { useAction } from "./action.ts";

export interface Upload {
  title: string;
  name: string;
  paths: readonly string[];
  /** Days, or an expression for them. */
  keepDays: Scalar;
  if?: string | undefined;
  /** What to do when there is nothing to upload. */
  missing?: "error" | "warn" | "ignore";
  /** Replace an artifact of the same name, which a re-run of the job finds. */
  overwrite?: boolean;
  /** Already compressed, or too large to be worth it. */
  uncompressed?: boolean;
}

export function uploadArtifact(pipeline: Pipeline, upload: Upload): Step {
  return useAction(pipeline, "actions/upload-artifact", {
    name: upload.title,
    if: upload.if,
    with: {
      name: upload.name,
      path: upload.paths.length === 1 ? (upload.paths[0] ?? "") : `${upload.paths.join("\n")}\n`,
      "if-no-files-found": upload.missing ?? "error",
      "retention-days": upload.keepDays,
      "compression-level": upload.uncompressed ? 0 : undefined,
      overwrite: upload.overwrite ? true : undefined,
    },
  });
}

export interface Download {
  title: string;
  name: string;
  path: string;
  /** An expression for another run's id. Its artifacts need a token besides: without one the id is silently ignored. */
  runId?: string;
  id?: string;
  if?: string | undefined;
  /** Or an expression for it. */
  continueOnError?: boolean | string;
}

export function downloadArtifact(pipeline: Pipeline, download: Download): Step {
  return useAction(pipeline, "actions/download-artifact", {
    name: download.title,
    if: download.if,
    ...(download.id && { id: download.id }),
    ...(download.continueOnError !== undefined && { continueOnError: download.continueOnError }),
    with: {
      name: download.name,
      path: download.path,
      "run-id": download.runId,
      "github-token": download.runId ? TOKEN : undefined,
    },
  });
}
