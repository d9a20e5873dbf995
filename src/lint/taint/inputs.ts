/** What the inputs of a dispatched or called workflow, or of an action, hold. */
import type { ActionDocument, Document, Job, Step } from "../../workflow/document/document.ts";
import { scalarOf, type Span, valueOf, type YamlNode } from "../../workflow/yaml/node.ts";
import type { SourceMatch } from "./sources.ts";
import type { Place, Taint, TaintKind } from "./model.ts";
import { through, worst } from "./way.ts";

/** What is known beyond the document. */
export interface Beyond {
  /** The events of a called workflow's or an action's callers; nothing where no caller is known. */
  events: readonly string[] | undefined;
  /** What a caller passes as an input of a called workflow or an action. */
  ofInput(name: string, kind: TaintKind): Taint | undefined;
  /** An output of an action of the same repository. */
  ofActionOutput(step: Step, name: string, kind: TaintKind): Taint | undefined;
  /** An output of a workflow that a job calls. */
  ofCalledOutput(job: Job, name: string, kind: TaintKind): Taint | undefined;
}

export interface InputSurroundings {
  document: Document;
  beyond: Beyond;
  sourced(match: SourceMatch, place: Place, at: Span): Taint;
}

export function inputTaints({
  document,
  beyond,
  sourced,
}: InputSurroundings): (name: string, written: string, at: Span, place: Place, kind: TaintKind) => Taint | undefined {
  const workflow = document.kind === "workflow" ? document : undefined;
  const declaredOn = (event: string, name: string): YamlNode | undefined =>
    valueOf(valueOf(workflow?.triggers.find((trigger) => trigger.event === event)?.config, "inputs"), name);
  const isCalled = !workflow || workflow.triggers.some(({ event }) => event === "workflow_call");
  /** Numbers and the choices of a list are harmless. */
  const isText = (declared: YamlNode | undefined): boolean =>
    declared !== undefined && (scalarOf(valueOf(declared, "type"))?.value ?? "string") === "string";

  /** Where no caller is known, whoever calls says what a text is. */
  const ofUnknownCaller = (name: string, written: string, at: Span, kind: TaintKind): Taint | undefined => {
    const declared = workflow
      ? declaredOn("workflow_call", name)
      : (document as ActionDocument).inputs.get(name)?.value;
    if (!isCalled || beyond.events || kind !== "text" || !isText(declared)) return undefined;
    return {
      trust: "contributor",
      source: written,
      events: [workflow ? "workflow_call" : "any"],
      way: [{ in: document, at, message: "Whoever calls sets it." }],
    };
  };

  return (name, written, at, place, kind) => {
    const passed = isCalled ? beyond.ofInput(name, kind) : undefined;
    const own = isText(declaredOn("workflow_dispatch", name))
      ? sourced({ name: written, trust: "contributor", events: ["workflow_dispatch"] }, place, at)
      : undefined;
    return worst([
      passed && through(passed, { in: document, at, message: `The input \`${name}\` holds it.` }),
      own,
      passed ? undefined : ofUnknownCaller(name, written, at, kind),
    ]);
  };
}
