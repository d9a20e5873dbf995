/** What `env`, `inputs`, `matrix`, `needs` and `steps` hold in a job, in its steps and in the composite actions that they run. */
import { type Job, triggerOf } from "../../workflow/document/document.ts";
import { isAction } from "../../workflow/document/uses.ts";
import { type Pair, scalarOf, valueOf } from "../../workflow/yaml/node.ts";
import { type Repository, workflowAt } from "../repository.ts";
import { valueOfScalar } from "./evaluate.ts";
import { githubValue } from "./github-values.ts";
import { metadataOutput } from "./metadata-action.ts";
import type { JobRun, Scope, StepRun } from "./model.ts";
import { scriptRunOf } from "./step-scripts.ts";
import { either, HOLE, isUnknown, literal, symbol, type Value } from "./value.ts";

/** Names that stand for names that stand for names: more than people write, fewer than the stack holds. */
const MOST_LOOKUPS = 200;
let lookups = 0;

/** A scope's answers, each worked out once; what asks for itself, or for too many others, is not known. */
function answers(find: (path: readonly string[]) => Value | undefined): Scope["lookup"] {
  const known = new Map<string, Value | undefined>();
  return (path) => {
    const key = path.join(".");
    if (known.has(key)) return known.get(key);
    if (lookups > MOST_LOOKUPS) return HOLE;
    known.set(key, HOLE);
    lookups++;
    try {
      const found = find(path);
      known.set(key, found);
      return found;
    } finally {
      lookups--;
    }
  };
}

/** What a step that runs a composite action holds inside. */
export const insides = new WeakMap<
  StepRun,
  { siblings: Map<string, StepRun>; scope: Scope; outputs: Map<string, Pair> }
>();

const keyed = (map: ReadonlyMap<string, Pair> | undefined, name: string): Pair | undefined => {
  if (!map) return undefined;
  const exact = map.get(name);
  if (exact) return exact;
  for (const [key, pair] of map) if (key.toLowerCase() === name) return pair;
  return undefined;
};

const valueAt = (pair: Pair | undefined, scope: Scope): Value | undefined => {
  const node = scalarOf(pair?.value);
  return pair && (node ? valueOfScalar(node, scope) : HOLE);
};

export function scopeOfJob(job: JobRun, repository: Repository): Scope {
  const place = `${job.job.workflow.file.path}#${job.path}`;
  const scope: Scope = {
    run: job.run,
    place,
    jobPlace: place,
    stepNamed: () => undefined,
    lookup: answers((path) => find(path)),
  };
  const find = (path: readonly string[]): Value | undefined => {
    const [root, name = "", part, output = ""] = path;
    switch (root) {
      case "github":
        return path[1] === "event" && path[2] === "inputs" && path[3] !== undefined
          ? find(["inputs", path[3]])
          : githubValue(path, job.run);
      case "env": {
        const own = keyed(job.job.env?.variables, name);
        return own ? valueAt(own, scope) : valueAt(keyed(job.job.workflow.env?.variables, name), scope);
      }
      case "inputs":
        return inputOf(job, name, scope);
      case "matrix":
        return matrixValue(job.job, path.slice(1));
      case "needs":
        return needsValue(job, name, part, output, repository);
      default:
        return undefined;
    }
  };
  return scope;
}

function inputOf(job: JobRun, name: string, scope: Scope): Value | undefined {
  const { caller, run } = job;
  if (caller) {
    const passed = keyed(caller.job.with, name);
    if (passed) return valueAt(passed, caller.scope);
    const declared = keyed(pairs(valueOf(triggerOf(job.job.workflow, "workflow_call")?.config, "inputs")), name);
    const fallback = scalarOf(valueOf(declared?.value, "default"));
    return fallback
      ? valueOfScalar(fallback, scope)
      : literal(scalarOf(valueOf(declared?.value, "type"))?.value === "boolean" ? "false" : "");
  }
  if (run.event === "workflow_call") return undefined;
  if (run.event === "workflow_dispatch") return symbol(`inputs.${name}@${job.job.workflow.file.path}`);
  return literal("");
}

const pairs = (node: ReturnType<typeof valueOf>): Map<string, Pair> =>
  new Map(node?.kind === "mapping" ? node.pairs.map((pair) => [pair.key.value, pair]) : []);

function matrixValue({ matrix }: Job, path: readonly string[]): Value | undefined {
  const [name = "", ...inner] = path;
  if (!matrix || matrix.computed || inner.length > 0) return undefined;
  const dimension = keyed(matrix.dimensions, name)?.value;
  if (
    dimension?.kind !== "sequence" ||
    dimension.items.length !== 1 ||
    matrix.include.some((item) => valueOf(item, name))
  )
    return undefined;
  const only = scalarOf(dimension.items[0]);
  return only && !only.value.includes("${{") ? literal(only.value) : undefined;
}

function needsValue(
  job: JobRun,
  id: string,
  part: string | undefined,
  output: string,
  repository: Repository,
): Value | undefined {
  const need = job.needs.find((candidate) => candidate.job.id.toLowerCase() === id);
  if (!need) return undefined;
  if (part === "result")
    return need.happens === undefined
      ? either([literal("success"), literal("skipped")])
      : literal(need.happens ? "success" : "skipped");
  if (part !== "outputs") return undefined;
  const value = outputOfJob(need, output, repository);
  if (!value) return symbol(`needs.${id}.outputs.${output}@${need.job.workflow.file.path}#${need.path}`);
  return need.happens === false ? literal("") : need.happens === true ? value : either([value, literal("")]);
}

function outputOfJob(job: JobRun, name: string, repository: Repository): Value | undefined {
  if (job.job.uses) {
    const called = job.job.uses.kind === "local" ? workflowAt(repository, job.job.uses.path) : undefined;
    const declared = scalarOf(
      valueOf(
        keyed(pairs(valueOf(called && triggerOf(called, "workflow_call")?.config, "outputs")), name)?.value,
        "value",
      ),
    );
    const inner = /^\s*\$\{\{\s*jobs\.([\w-]+)\.outputs\.([\w-]+)\s*\}\}\s*$/.exec(declared?.value ?? "");
    const producer =
      inner && job.run.jobs.find((candidate) => candidate.caller === job && candidate.job.id === inner[1]);
    return producer && inner[2] !== undefined ? outputOfJob(producer, inner[2].toLowerCase(), repository) : undefined;
  }
  const pair = keyed(job.job.outputs, name);
  const node = scalarOf(pair?.value);
  if (!node || job.matrix) return undefined;
  const last = job.steps.at(-1);
  const scope: Scope = {
    ...job.scope,
    stepNamed: (id) => stepOfJob(job, id),
    lookup: (path) =>
      path[0] === "steps"
        ? stepValue(stepOfJob(job, path[1] ?? ""), path)
        : path[0] === "env" && last
          ? last.scope.lookup(path)
          : job.scope.lookup(path),
  };
  return valueOfScalar(node, scope);
}

const stepOfJob = (job: JobRun, id: string): StepRun | undefined =>
  job.steps.find((step) => !step.action && step.step.id?.value.toLowerCase() === id);

export function actionScope(call: StepRun, inputs: ReadonlyMap<string, Pair>, siblings: Map<string, StepRun>): Scope {
  const place = `${call.scope.place}/${call.step.index}`;
  const scope: Scope = {
    ...call.scope,
    place,
    stepNamed: (id) => siblings.get(id),
    lookup: answers((path) => {
      const [root, name = ""] = path;
      if (root === "inputs") {
        const passed = keyed(call.step.with, name);
        if (passed) return valueAt(passed, call.scope);
        const fallback = scalarOf(valueOf(keyed(inputs, name)?.value, "default"));
        return fallback ? valueOfScalar(fallback, scope) : literal("");
      }
      return root === "steps" ? undefined : call.scope.lookup(path);
    }),
  };
  return scope;
}

/** A step sees its own `env`, what earlier steps wrote to `$GITHUB_ENV`, and their outputs. */
export function withStepEnv(
  step: StepRun,
  outer: Scope,
  writers: readonly StepRun[],
  siblings: ReadonlyMap<string, StepRun>,
): Scope {
  const count = writers.length;
  const scope: Scope = {
    ...outer,
    stepNamed: (id) => siblings.get(id),
    lookup: answers((path) => {
      const [root, name = ""] = path;
      if (root === "env") {
        const own = keyed(step.step.env?.variables, name);
        if (own) return valueAt(own, scope);
        const written = writtenEnv(writers, count, name);
        if (written === null) return HOLE;
        const fallback = outer.lookup(path);
        return written
          ? isUnknown(written.value) || written.surely
            ? written.value
            : either([written.value, fallback ?? literal("")])
          : fallback;
      }
      if (root === "steps") return stepValue(siblings.get(name), path);
      return outer.lookup(path);
    }),
  };
  return scope;
}

/** What steps before this one wrote to `$GITHUB_ENV` under that name; `null` where one of them did in a way that cannot be read. */
function writtenEnv(
  writers: readonly StepRun[],
  count: number,
  name: string,
): { value: Value; surely: boolean } | null | undefined {
  for (let index = count - 1; index >= 0; index--) {
    const step = writers[index];
    const run = step?.step.run?.value;
    if (!step || run === undefined || step.happens === false) continue;
    const script = scriptRunOf(step);
    for (const [key, value] of script?.env ?? [])
      if (key.toLowerCase() === name) return { value, surely: step.happens === true };
    if (run.toLowerCase().includes(name)) return null;
  }
  return undefined;
}

function stepValue(step: StepRun | undefined, path: readonly string[]): Value | undefined {
  const [, id = "", part, name = ""] = path;
  if (!step) return undefined;
  if (part === "outcome" || part === "conclusion")
    return step.happens === undefined
      ? either([literal("success"), literal("skipped")])
      : literal(step.happens ? "success" : "skipped");
  if (part !== "outputs") return undefined;
  const value = stepOutput(step, name);
  if (!value) return symbol(`steps.${id}.outputs.${name}@${step.scope.place}`);
  return step.happens === false ? literal("") : step.happens === true ? value : either([value, literal("")]);
}

function stepOutput(step: StepRun, name: string): Value | undefined {
  const inside = insides.get(step);
  if (inside) {
    const node = scalarOf(valueOf(keyed(inside.outputs, name)?.value, "value"));
    return (
      node &&
      valueOfScalar(node, {
        ...inside.scope,
        lookup: (path) =>
          path[0] === "steps" ? stepValue(inside.siblings.get(path[1] ?? ""), path) : inside.scope.lookup(path),
      })
    );
  }
  if (isAction(step.step.uses, "docker/metadata-action")) return metadataOutput(step, name);
  if (!step.step.run) return undefined;
  const outputs = scriptRunOf(step)?.outputs;
  for (const [key, value] of outputs ?? []) if (key.toLowerCase() === name) return value;
  return undefined;
}
