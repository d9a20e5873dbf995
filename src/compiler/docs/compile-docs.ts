import type { Pipeline } from "../../pipeline/types.ts";
import type { GeneratedFile } from "../compile.ts";
import { ciCdDocument } from "./ci-cd.ts";
import { troubleshootingDocument } from "./troubleshooting.ts";

/** The pages that describe this pipeline. Pure, like the workflows, and compared by `check` like them. */
export function compileDocs(pipeline: Pipeline): GeneratedFile[] {
  return [
    { path: "docs/ci-cd.md", body: ciCdDocument(pipeline) },
    { path: "docs/troubleshooting-ci.md", body: troubleshootingDocument(pipeline) },
  ];
}
