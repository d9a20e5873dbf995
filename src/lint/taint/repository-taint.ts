/** The analysis across files: inputs of called workflows and local actions hold what their callers pass, outputs come back. */
import {
  type ActionDocument,
  type Document,
  type Job,
  type Step,
  stepsOf,
  type WorkflowDocument,
} from "../../workflow/document/document.ts";
import { scalarOf, valueOf } from "../../workflow/yaml/node.ts";
import { actionIn, type Repository, workflowAt, workflowsOf } from "../repository.ts";
import { analyse } from "./analysis.ts";
import type { Taint, TaintAnalysis, TaintKind } from "./model.ts";
import { through, worst } from "./way.ts";

type Caller = { in: WorkflowDocument; job: Job } | { in: Document; step: Step };

const known = new WeakMap<Repository, (document: Document) => TaintAnalysis>();

/** For rules on the repository. */
export function taintIn(repository: Repository): (document: Document) => TaintAnalysis {
  let analysisOf = known.get(repository);
  if (!analysisOf) {
    analysisOf = analyses(repository);
    known.set(repository, analysisOf);
  }
  return analysisOf;
}

function analyses(repository: Repository): (document: Document) => TaintAnalysis {
  const callers = callersIn(repository);
  const done = new Map<Document, TaintAnalysis>();
  const events = new Map<Document, readonly string[]>();
  const inputs = new Map<string, Taint | undefined>();

  const eventsOf = (document: Document, seen: ReadonlySet<Document> = new Set()): readonly string[] | undefined => {
    const before = events.get(document);
    if (before) return before;
    const from = callers.get(document);
    if (!from || seen.has(document)) return undefined;
    const inside = new Set([...seen, document]);
    const found = new Set<string>();
    for (const caller of from) {
      const own = caller.in.kind === "workflow" ? caller.in.triggers.map(({ event }) => event) : ["any"];
      const above = own.includes("workflow_call") || own.includes("any") ? eventsOf(caller.in, inside) : undefined;
      for (const event of above ? [...own.filter((name) => name !== "workflow_call" && name !== "any"), ...above] : own)
        found.add(event);
    }
    if (seen.size === 0) events.set(document, [...found]);
    return [...found];
  };

  const ofInput = (document: Document, name: string, kind: TaintKind): Taint | undefined => {
    const key = `${document.file.path} ${kind} ${name}`;
    if (inputs.has(key)) return inputs.get(key);
    inputs.set(key, undefined);
    const passed = (callers.get(document) ?? []).map((caller) => {
      const subject = "job" in caller ? caller.job : caller.step;
      const pair = [...subject.with.values()].find(
        (candidate) => candidate.key.value.toLowerCase() === name.toLowerCase(),
      );
      const node = scalarOf(pair?.value);
      const place =
        "job" in caller
          ? { job: caller.job }
          : { job: caller.step.owner.kind === "job" ? caller.step.owner : undefined, step: caller.step };
      const taint = node && analysisOf(caller.in).ofScalar(node, place, kind);
      return (
        taint &&
        pair &&
        through(taint, { in: caller.in, at: pair.key, message: `It is passed as the input \`${name}\`.` })
      );
    });
    const taint = worst(passed);
    inputs.set(key, taint);
    return taint;
  };

  const analysisOf = (document: Document): TaintAnalysis => {
    const before = done.get(document);
    if (before) return before;
    const analysis = analyse(document, {
      events: eventsOf(document),
      ofInput: (name, kind) => ofInput(document, name, kind),
      ofActionOutput: (step, name, kind) => {
        const action = localAction(repository, step);
        return action && ofActionOutput(analysisOf(action), action, name, kind);
      },
      ofCalledOutput: (job, name, kind) => {
        const called = calledBy(repository, job);
        return called && ofWorkflowOutput(analysisOf(called), called, name, kind);
      },
    });
    done.set(document, analysis);
    return analysis;
  };
  return analysisOf;
}

function callersIn(repository: Repository): Map<Document, Caller[]> {
  const found = new Map<Document, Caller[]>();
  const add = (document: Document | undefined, caller: Caller): void => {
    if (!document || document === caller.in) return;
    const others = found.get(document);
    if (others) others.push(caller);
    else found.set(document, [caller]);
  };
  for (const workflow of workflowsOf(repository))
    for (const job of workflow.jobs) if (job.uses) add(calledBy(repository, job), { in: workflow, job });
  for (const document of repository.documents)
    for (const step of stepsOf(document))
      if (step.uses?.kind === "local") add(localAction(repository, step), { in: document, step });
  return found;
}

/** The file that a job calls, where it is one of this repository. */
export function calledBy(repository: Repository, { uses }: Job): WorkflowDocument | undefined {
  return uses?.kind === "local" ? workflowAt(repository, uses.path) : undefined;
}

export function localAction(repository: Repository, { uses }: Step): ActionDocument | undefined {
  return uses?.kind === "local" ? actionIn(repository, uses.path) : undefined;
}

function ofActionOutput(
  analysis: TaintAnalysis,
  action: ActionDocument,
  name: string,
  kind: TaintKind,
): Taint | undefined {
  const pair = action.outputs.get(name);
  const value = scalarOf(valueOf(pair?.value, "value"));
  const taint = value && analysis.ofScalar(value, {}, kind);
  return (
    taint && pair && through(taint, { in: action, at: pair.key, message: `The action's output \`${name}\` takes it.` })
  );
}

function ofWorkflowOutput(
  analysis: TaintAnalysis,
  workflow: WorkflowDocument,
  name: string,
  kind: TaintKind,
): Taint | undefined {
  const call = workflow.triggers.find(({ event }) => event === "workflow_call");
  const outputs = valueOf(call?.config, "outputs");
  const pair = outputs?.kind === "mapping" ? outputs.pairs.find(({ key }) => key.value === name) : undefined;
  const value = scalarOf(valueOf(pair?.value, "value"));
  const taint = value && analysis.ofScalar(value, {}, kind);
  return (
    taint &&
    pair &&
    through(taint, { in: workflow, at: pair.key, message: `The called workflow's output \`${name}\` takes it.` })
  );
}
