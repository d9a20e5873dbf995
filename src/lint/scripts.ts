/** The `run:` blocks of a document as scripts. */
import type { Document, Step } from "../workflow/document/document.ts";
import { stepsOf } from "../workflow/document/document.ts";
import type { ScalarNode } from "../workflow/yaml/node.ts";

export interface Script {
  step: Step;
  /** The `run:` scalar. */
  node: ScalarNode;
  /** As it stands in the file, expressions and all. */
  text: string;
}

/** Scripts in bash or sh; those of other shells are nobody's business here. */
export function scriptsOf(document: Document): Script[] {
  return stepsOf(document).flatMap((step) => (step.run ? [{ step, node: step.run, text: step.run.value }] : []));
}
