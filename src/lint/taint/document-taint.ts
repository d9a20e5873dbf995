/** The analysis of a document by itself: what callers pass is not known, and is taken to be harmless. */
import type { Document } from "../../workflow/document/document.ts";
import { analyse } from "./analysis.ts";
import type { Beyond } from "./inputs.ts";
import type { TaintAnalysis } from "./model.ts";

const known = new WeakMap<Document, TaintAnalysis>();
const NOTHING: Beyond = {
  events: undefined,
  ofInput: () => undefined,
  ofActionOutput: () => undefined,
  ofCalledOutput: () => undefined,
};

/** For rules on single documents. */
export function taintOf(document: Document): TaintAnalysis {
  let analysis = known.get(document);
  if (!analysis) {
    analysis = analyse(document, NOTHING);
    known.set(document, analysis);
  }
  return analysis;
}
