/** The contexts of every place of a document. Each is built when it is first asked for. */
import { didYouMean } from "../../../nearest.ts";
import { contextsAt } from "../../grammar/contexts.ts";
import { type Document, type Job, type Step, triggerOf, type WorkflowDocument } from "../../document/document.ts";
import type { ExpressionSite } from "../../document/expression-sites.ts";
import { valueOf } from "../../yaml/node.ts";
import { eventsWith, payloadOf } from "./events.ts";
import { ANY_GITHUB, githubContext, JOB, RESULT, RUNNER, STRATEGY } from "./fixed-contexts.ts";
import { dispatchPayloadInputs, inputsType } from "./inputs-type.ts";
import { matrixType } from "./matrix-type.ts";
import type { Scope } from "./scope.ts";
import { ANY, mapOf, objectOf, type ObjectType, oneOf, STRING, type Type } from "./type.ts";

/** What a step gives, where somebody knows it: the names of its outputs. */
export type OutputsOfStep = (step: Step) => { names: readonly string[]; source: string } | undefined;

export type ScopeAt = (site: ExpressionSite) => Scope;

export function scopesOf(document: Document, outputsOf: OutputsOfStep): ScopeAt {
  const once = lazily(document, outputsOf);
  const shared = sharedSpans(document);
  return (site) => ({
    availability: contextsAt(document, site.path),
    contextType: (name) => {
      // What stands behind an anchor is read in several places, each with its own jobs, steps and matrix.
      if (
        shared.some(({ start, end }) => site.node.start >= start && site.node.end <= end) &&
        ["steps", "needs", "matrix", "job", "strategy"].includes(name)
      )
        return ANY;
      switch (name) {
        case "github":
          return once.github();
        case "env":
        case "vars":
          return mapOf(STRING);
        case "runner":
          return RUNNER;
        case "strategy":
          return STRATEGY;
        case "job":
          return JOB;
        case "secrets":
          return once.secrets();
        case "inputs":
          return once.inputs();
        case "matrix":
          return site.job ? once.matrix(site.job) : ANY;
        case "needs":
          return site.job ? once.needs(site.job) : ANY;
        case "jobs":
          return document.kind === "workflow" ? once.jobs(document) : ANY;
        case "steps":
          return once.steps(site);
        default:
          return undefined;
      }
    },
  });
}

function sharedSpans({ file }: Document): { start: number; end: number }[] {
  return file.yaml.aliases.flatMap(({ target }) => (target ? [target] : []));
}

function lazily(document: Document, outputsOf: OutputsOfStep) {
  return {
    github: memo(() => (document.kind === "workflow" ? githubOf(document) : ANY_GITHUB)),
    secrets: memo(() => secretsType(document)),
    inputs: memo(() => inputsType(document)),
    matrix: memoBy((job: Job) => matrixType(job)),
    needs: memoBy((job: Job) => needsType(job)),
    jobs: memoBy((workflow: WorkflowDocument) => jobsType(workflow)),
    steps: stepsBefore(document, outputsOf),
  };
}

/** One type for all expressions of a step, and one for what is read after all of them. */
function stepsBefore(document: Document, outputsOf: OutputsOfStep): (site: ExpressionSite) => Type {
  const made = new Map<Step | Job | undefined, Type>();
  return (site) => {
    const place = site.step ?? site.job;
    let type = made.get(place);
    if (!type) {
      type = stepsType(document, site, outputsOf);
      made.set(place, type);
    }
    return type;
  };
}

function memo<Value>(make: () => Value): () => Value {
  let value: { is: Value } | undefined;
  return () => (value ??= { is: make() }).is;
}

function memoBy<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    let value = made.get(key);
    if (value === undefined) {
      value = make(key);
      made.set(key, value);
    }
    return value;
  };
}

/** A called workflow sees its caller's event. */
function githubOf(workflow: WorkflowDocument): ObjectType {
  const events = workflow.triggers.map(({ event }) => event);
  const payload = events.length === 0 || events.includes("workflow_call") ? undefined : payloadOf(events);
  if (!payload) return ANY_GITHUB;
  if (payload.has("inputs")) payload.set("inputs", dispatchPayloadInputs(workflow));
  const event = objectOf(payload, undefined, {
    code: "unknown-event-property",
    say: (name) => {
      const givers = eventsWith(name);
      const ours =
        events.length === 1 ? `the event \`${events[0] ?? ""}\`` : `the events of this workflow (${events.join(", ")})`;
      const advice =
        givers.length > 0
          ? `Events that have it: ${givers.join(", ")}.`
          : (didYouMean(
              name,
              [...payload.keys()].filter((key) => key !== "act"),
            ) ?? "");
      return `\`github.event.${name}\` is always empty: ${ours} ${events.length === 1 ? "does" : "do"} not send it. ${advice}`.trim();
    },
  });
  return githubContext(oneOf(...events), event);
}

/** The secrets of a repository are not known here; those of a workflow that is only called are, where it declares some. */
function secretsType(document: Document): ObjectType {
  if (document.kind !== "workflow" || document.triggers.length !== 1) return mapOf(STRING);
  const declared = valueOf(triggerOf(document, "workflow_call")?.config, "secrets");
  if (declared?.kind !== "mapping" || declared.pairs.length === 0) return mapOf(STRING);
  const names = [...declared.pairs.map(({ key }) => key.value), "GITHUB_TOKEN"];
  return objectOf(
    names.map((name) => [name, STRING] as const),
    undefined,
    {
      code: "secrets-reference",
      say: (name) =>
        `\`workflow_call\` declares no secret \`${name}\`, so a caller can pass it only with \`secrets: inherit\`. ${didYouMean(name, names) ?? ""} Declare it under \`on.workflow_call.secrets\`.`.replace(
          "  ",
          " ",
        ),
    },
  );
}

function needsType(job: Job): ObjectType {
  const { workflow } = job;
  const byId = new Map(workflow.jobs.map((other) => [other.id.toLowerCase(), other]));
  const listed = job.needs.map(({ value }) => value);
  return objectOf(
    listed.map((id) => [id, jobType(byId.get(id.toLowerCase()), `The job \`${id}\``, "needs-reference")] as const),
    undefined,
    {
      code: "needs-reference",
      say: (id) =>
        byId.has(id.toLowerCase())
          ? `The job \`${id}\` is not in \`needs\` of the job \`${job.id}\`, so its result and outputs are empty here. Add it to \`needs\`.`
          : `\`needs\` of the job \`${job.id}\` lists no job \`${id}\`. ${listed.length === 0 ? "It needs no job at all." : (didYouMean(id, listed) ?? "")}`.trim(),
    },
  );
}

function jobsType(workflow: WorkflowDocument): ObjectType {
  const ids = workflow.jobs.map(({ id }) => id);
  return objectOf(
    workflow.jobs.map((job) => [job.id, jobType(job, `The job \`${job.id}\``, "jobs-reference")] as const),
    undefined,
    { code: "jobs-reference", say: (id) => `This workflow has no job \`${id}\`. ${didYouMean(id, ids) ?? ""}`.trim() },
  );
}

function jobType(job: Job | undefined, called: string, code: "needs-reference" | "jobs-reference"): Type {
  if (!job) return ANY;
  const names = [...job.outputs.keys()];
  // The outputs of a called workflow stand in its own file.
  const open =
    job.uses !== undefined ||
    job.node.pairs.some(({ key, value }) => key.value === "outputs" && value.kind !== "mapping");
  const outputs = objectOf(
    names.map((name) => [name, STRING] as const),
    open ? STRING : undefined,
    {
      code,
      say: (name) =>
        `${called} has no output \`${name}\`. ${names.length === 0 ? "It declares no `outputs`." : (didYouMean(name, names) ?? "")}`.trim(),
    },
  );
  return objectOf({ result: RESULT, outputs }, undefined, {
    code,
    say: (name) => `${called} has no \`${name}\`; it has \`result\` and \`outputs\`.`,
  });
}

/** Steps that have run when this place is evaluated: those before a step, all of them in a job's outputs and the like. */
function stepsType(document: Document, { step, job }: ExpressionSite, outputsOf: OutputsOfStep): Type {
  const owner = job ?? (document.kind === "action" ? document : undefined);
  if (!owner) return ANY;
  const before = step ? step.index : Infinity;
  const properties: [string, Type][] = [];
  for (const other of owner.steps)
    if (other.id && other.index < before) properties.push([other.id.value, stepType(other, other.id.value, outputsOf)]);
  // An id that is an expression can be anything.
  const open = properties.some(([id]) => id.includes("${{"));
  return objectOf(properties, open ? ANY : undefined, {
    code: "step-reference",
    say: (id) => missingStep(document, owner, step, id),
  });
}

function missingStep(
  document: Document,
  owner: Job | { kind: "action"; steps: Step[] },
  step: Step | undefined,
  id: string,
): string {
  const same = (other: Step): boolean => other.id?.value.toLowerCase() === id.toLowerCase();
  if (step && same(step))
    return `The step \`${id}\` is this step itself; it has no outcome or outputs until it has run.`;
  if (owner.steps.some(same)) return `The step \`${id}\` runs after this one, so it has no outcome or outputs yet.`;
  const elsewhere = document.kind === "workflow" ? document.jobs.find((job) => job.steps.some(same)) : undefined;
  if (elsewhere)
    return `The step \`${id}\` belongs to the job \`${elsewhere.id}\`. Other jobs read it through that job's \`outputs\`, as \`needs.${elsewhere.id}.outputs.<name>\`.`;
  const ids = owner.steps.flatMap((other) => (other.id && (!step || other.index < step.index) ? [other.id.value] : []));
  return `No step before this one has the id \`${id}\`. ${didYouMean(id, ids) ?? ""}`.trim();
}

function stepType(step: Step, id: string, outputsOf: OutputsOfStep): Type {
  return objectOf({ outcome: RESULT, conclusion: RESULT, outputs: outputsType(step, id, outputsOf) }, undefined, {
    code: "step-reference",
    say: (name) =>
      `A step has \`outputs\`, \`outcome\` and \`conclusion\`, but no \`${name}\`.${name === "result" || name === "status" ? " Did you mean `outcome`?" : ` Outputs are read as \`steps.${id}.outputs.${name}\`.`}`,
  });
}

function outputsType(step: Step, id: string, outputsOf: OutputsOfStep): Type {
  const known = outputsOf(step);
  if (!known) return mapOf(STRING);
  const { names, source } = known;
  return objectOf(
    names.map((name) => [name, STRING] as const),
    undefined,
    {
      code: "step-reference",
      say: (name) =>
        `The step \`${id}\` has no output \`${name}\`: ${source}. ${names.length === 0 ? "" : (didYouMean(name, names) ?? "")}`.trim(),
    },
  );
}
