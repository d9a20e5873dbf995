import type { Pipeline } from "../../pipeline/types.ts";
import type { GeneratedFile } from "../compile.ts";
import { ciCdDocument } from "./ci-cd.ts";
import { pagePath } from "./pages.ts";
import { troubleshootingDocument } from "./troubleshooting.ts";

/** The pages that describe this pipeline. Pure, like the workflows, and compared by `check` like them. */
export function compileDocs(pipeline: Pipeline): GeneratedFile[] {
  return [
    { path: pagePath(pipeline, "ci-cd"), body: ciCdDocument(pipeline) },
    { path: pagePath(pipeline, "troubleshooting-ci"), body: troubleshootingDocument(pipeline) },
  ];
}
