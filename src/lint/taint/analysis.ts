/** The analysis of one document: what reaches an expression, through variables, outputs and scripts. */
import { type Beyond, inputTaints } from "./inputs.ts";
import type { ActionDocument, Document, EnvBlock, Job, Step } from "../../workflow/document/document.ts";
import { expressionsOf } from "../../workflow/document/expression-sites.ts";
import { isAction } from "../../workflow/document/uses.ts";
import { type EmbeddedExpression, embeddedExpressions, spanInFile } from "../../workflow/expressions/embedded.ts";
import { type Expression, pathOf } from "../../workflow/expressions/expression.ts";
import { nodesOf, type ScalarNode, scalarOf, type Span, valueOf, type YamlNode } from "../../workflow/yaml/node.ts";
import { scriptOf } from "../scripts.ts";
import { echoedBy, readsFile } from "./action-outputs.ts";
import { earlierSteps } from "./earlier-steps.ts";
import { eventsReaching, guardAt } from "./guards.ts";
import { refsAreOpen } from "./open-refs.ts";
import { javaScriptFlow, type JavaScriptFlow } from "./javascript-flow.ts";
import { shellFlow } from "./shell-flow.ts";
import { reaching } from "./reaching.ts";
import { PRIVILEGED_EVENTS, sourceAt, type SourceMatch } from "./sources.ts";
import type { Place, ShellFlow, Taint, TaintAnalysis, TaintedReference, TaintKind } from "./model.ts";
import { through, worst } from "./way.ts";

const NO_FLOW: ShellFlow = {
  outputs: new Map(),
  anyOutput: undefined,
  env: new Map(),
  anyEnv: undefined,
  path: undefined,
  expansions: [],
  writes: [],
};

/** How far up `env` is looked for. */
type EnvLevel = "step" | "job" | "workflow" | "none";
interface Spot extends Place {
  level: EnvLevel;
}

export function analyse(document: Document, beyond: Beyond): TaintAnalysis {
  const workflow = document.kind === "workflow" ? document : undefined;
  const ownEvents = workflow ? workflow.triggers.map(({ event }) => event) : ["any"];
  const called = !workflow || ownEvents.includes("workflow_call");
  const events: readonly string[] =
    called && beyond.events
      ? [...new Set([...ownEvents.filter((event) => event !== "workflow_call" && event !== "any"), ...beyond.events])]
      : ownEvents;
  const isUnknown = (event: string): boolean => event === "workflow_call" || event === "any";

  const running = new Set<string>();
  /** What runs in a circle gives nothing new. */
  const once = <Result>(
    key: string,
    cache: Map<string, Result | undefined>,
    compute: () => Result | undefined,
  ): Result | undefined => {
    if (cache.has(key)) return cache.get(key);
    if (running.has(key)) return undefined;
    running.add(key);
    const result = compute();
    running.delete(key);
    cache.set(key, result);
    return result;
  };
  const outputs = new Map<string, Taint | undefined>();
  const flows = new Map<string, ShellFlow | undefined>();
  const scriptFlows = new Map<string, JavaScriptFlow | undefined>();
  const variables = new Map<string, ReadonlyMap<string, Taint> | undefined>();
  const stepKey = (step: Step): string =>
    `${step.owner.kind === "job" ? step.owner.key.start : "action"}/${step.index}`;
  const placeOf = (step: Step): Place => ({ job: step.owner.kind === "job" ? step.owner : undefined, step });
  let sites: Map<ScalarNode, EmbeddedExpression[]> | undefined;
  const expressionsIn = (node: ScalarNode): readonly EmbeddedExpression[] => {
    if (!sites) {
      sites = new Map();
      for (const site of expressionsOf(document)) {
        const together = sites.get(site.node);
        if (together) together.push(site);
        else sites.set(site.node, [site]);
      }
    }
    return sites.get(node) ?? (node.value.includes("${{") ? embeddedExpressions(node) : []);
  };

  /** A source as it is at a place: on which events it is set, and by whom. */
  const sourced = ({ name, trust, events: on }: SourceMatch, place: Place, at: Span): Taint => {
    const here = eventsReaching(events, place);
    const live = here.filter((event) => isUnknown(event) || on.includes(event));
    const guarded = trust === "anyone" && guardAt(place).ownRepository;
    const who = guarded || trust === "contributor" ? "Whoever may write to this repository sets it" : "Anybody sets it";
    const when = live.filter((event) => !isUnknown(event));
    return {
      trust: guarded ? "contributor" : trust,
      source: name,
      events: live,
      way: [{ in: document, at, message: when.length > 0 ? `${who} on ${listed(when)}.` : `${who}.` }],
    };
  };

  const ofInput = inputTaints({ document, beyond, sourced });

  const within = (embedded: EmbeddedExpression, place: Place, kind: TaintKind = "text"): TaintedReference[] =>
    reach(embedded, { ...place, level: levelOf(place) }, kind);
  const levelOf = ({ job, step }: Place): EnvLevel => (step ? "step" : job ? "job" : "workflow");

  const reach = (embedded: EmbeddedExpression, spot: Spot, kind: TaintKind): TaintedReference[] => {
    const { expression } = embedded;
    if (!expression) return [];
    const found: TaintedReference[] = [];
    try {
      for (const { reference, whole } of reaching(expression, false)) {
        const taint = ofReference(reference, whole, embedded, spot, kind);
        if (taint) found.push({ reference, taint });
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    return found;
  };
  const ofEmbedded = (embedded: EmbeddedExpression, spot: Spot, kind: TaintKind): Taint | undefined =>
    worst(reach(embedded, spot, kind).map(({ taint }) => taint));
  const ofNode = (node: YamlNode, spot: Spot, kind: TaintKind): Taint | undefined =>
    node.kind === "scalar"
      ? worst(expressionsIn(node).map((embedded) => ofEmbedded(embedded, spot, kind)))
      : worst([...nodesOf(node)].flatMap((inner) => (inner.kind === "scalar" ? [ofNode(inner, spot, kind)] : [])));

  const ofReference = (
    reference: Expression,
    whole: boolean,
    embedded: EmbeddedExpression,
    spot: Spot,
    kind: TaintKind,
  ): Taint | undefined => {
    const path = pathOf(reference);
    if (!path) return undefined;
    const at = spanInFile(document.file.text, embedded, reference);
    const [context, ...rest] = path;
    const written = embedded.text.slice(reference.start, reference.end);
    const here = (taint: Taint | undefined): Taint | undefined =>
      taint && through(taint, { in: document, at, message: `\`${written}\` holds it.` });
    switch (context) {
      case "github": {
        if (rest[0] === "event" && rest[1] === "inputs" && rest[2] !== undefined)
          return ofInput(rest[2], written, at, spot, kind);
        const match = sourceAt(rest, kind, whole);
        if (!match || ((rest[0] === "ref" || rest[0] === "ref_name") && !refsAreOpen(workflow))) return undefined;
        return sourced({ ...match, name: written }, spot, at);
      }
      case "inputs":
        return rest[0] === undefined ? undefined : ofInput(rest[0], written, at, spot, kind);
      case "env":
        return rest[0] === undefined || rest[0] === "*"
          ? undefined
          : here(ofEnv(writtenName(reference) ?? rest[0], spot, kind));
      case "steps": {
        const step = rest[0] === undefined ? undefined : stepNamed(spot, rest[0]);
        return step && rest[1] === "outputs" && rest[2] !== undefined
          ? here(ofStepOutput(step, writtenName(reference) ?? rest[2], kind))
          : undefined;
      }
      case "needs":
      case "jobs": {
        const job = workflow?.jobs.find(({ id }) => id.toLowerCase() === rest[0]);
        if (!job) return undefined;
        if (rest[1] === "outputs" && rest[2] !== undefined)
          return here(ofJobOutput(job, writtenName(reference) ?? rest[2], kind));
        return whole ? here(worst([...job.outputs.keys()].map((name) => ofJobOutput(job, name, kind)))) : undefined;
      }
      case "matrix":
        return here(ofMatrix(spot.job, rest[0], kind));
      default:
        return undefined;
    }
  };

  const ofEnv = (name: string, { job, step, level }: Spot, kind: TaintKind): Taint | undefined => {
    const fromBlock = (block: EnvBlock | undefined, inner: EnvLevel): Taint | undefined | null => {
      const pair = block?.variables.get(name);
      if (!pair) return null;
      const taint = ofNode(pair.value, { job, step, level: inner }, kind);
      return (
        taint &&
        through(taint, { in: document, at: pair.key, message: `The environment variable \`${name}\` takes it.` })
      );
    };
    if (level === "step" && step) {
      const own = fromBlock(step.env, "job");
      if (own !== null) return own;
    }
    if (step && kind === "text" && level !== "workflow" && level !== "none") {
      const written = earlier.variable(step, name);
      if (written) return written;
    }
    if (level === "step" || level === "job") {
      const ofJob = fromBlock(job?.env, "workflow");
      if (ofJob !== null) return ofJob;
    }
    return level === "none" ? undefined : (fromBlock(workflow?.env, "none") ?? undefined);
  };

  const variablesOf = (step: Step): ReadonlyMap<string, Taint> =>
    once(`variables ${stepKey(step)}`, variables, () => {
      const found = new Map<string, Taint>();
      const { job } = placeOf(step);
      const names = new Set<string>();
      for (const block of [workflow?.env, job?.env, step.env])
        for (const name of block?.variables.keys() ?? []) names.add(name);
      for (const name of earlier.namesBefore(step)) names.add(name);
      for (const name of names) {
        const taint = ofEnv(name, { job, step, level: "step" }, "text");
        if (taint) found.set(name, taint);
      }
      // The runner sets them as they are.
      for (const [name, field] of [
        ["GITHUB_HEAD_REF", "head_ref"],
        ["GITHUB_REF_NAME", "ref_name"],
        ["GITHUB_REF", "ref"],
      ] as const) {
        const match =
          names.has(name) || !step.run || (field !== "head_ref" && !refsAreOpen(workflow))
            ? undefined
            : sourceAt([field], "text", false);
        const taint = match && sourced({ ...match, name: `$${name}` }, placeOf(step), step.run ?? step.node);
        if (taint && taint.events.length > 0) found.set(name, taint);
      }
      return found;
    }) ?? new Map<string, Taint>();

  const flowOf = (step: Step): ShellFlow | undefined =>
    once(`flow ${stepKey(step)}`, flows, () => {
      const script = scriptOf(step);
      const place = placeOf(step);
      if (!script) return undefined;
      const given = variablesOf(step);
      const unpacked = earlier.files(step);
      // Most scripts are told nothing by anybody.
      if (
        given.size === 0 &&
        !unpacked &&
        !/\b(?:git|gh)\s/.test(script.text) &&
        script.expressions.every((embedded) => within(embedded, place).length === 0)
      )
        return NO_FLOW;
      return shellFlow({
        script,
        variables: given,
        ofExpression: (embedded) => worst(within(embedded, place).map(({ taint }) => taint)),
        files: unpacked,
        ofSource: ({ what, trust, events: on }, at) =>
          live(sourced({ name: what, trust, events: on ?? [...PRIVILEGED_EVENTS, "pull_request"] }, place, at)),
      });
    });
  const live = (taint: Taint): Taint | undefined => (taint.events.length > 0 ? taint : undefined);

  const javaScriptOf = (step: Step): JavaScriptFlow | undefined =>
    once(`javascript ${stepKey(step)}`, scriptFlows, () => {
      const code = isAction(step.uses, "actions/github-script") ? scalarOf(step.with.get("script")?.value) : undefined;
      const place = placeOf(step);
      return (
        code &&
        javaScriptFlow({
          document,
          code,
          expressions: expressionsIn(code),
          variables: variablesOf(step),
          ofExpression: (embedded) => worst(within(embedded, place).map(({ taint }) => taint)),
          ofPath: (path, at) => {
            const match = sourceAt(path, "text", false);
            return match && live(sourced(match, place, at));
          },
          ofSource: (match, at) =>
            live(sourced({ ...match, events: [...PRIVILEGED_EVENTS, "pull_request"] }, place, at)),
        })
      );
    });

  const ofStepOutput = (step: Step, name: string, kind: TaintKind = "text"): Taint | undefined =>
    once(`output ${kind} ${stepKey(step)} ${name}`, outputs, () => {
      const { uses } = step;
      if (!uses) {
        const flow = kind === "text" ? flowOf(step) : undefined;
        return flow?.outputs.get(name) ?? flow?.anyOutput;
      }
      if (uses.kind === "local") return beyond.ofActionOutput(step, name, kind);
      const code = kind === "text" ? javaScriptOf(step) : undefined;
      if (code) return code.outputs.get(name);
      const echoed = echoedBy(step, uses, name, kind);
      if (echoed)
        return sourced({ name: echoed.what, trust: echoed.trust, events: echoed.events }, placeOf(step), uses.node);
      return kind === "text" && readsFile(uses, name) ? earlier.files(step) : undefined;
    });

  const ofJobOutput = (job: Job, name: string, kind: TaintKind = "text"): Taint | undefined =>
    once(`job ${kind} ${job.key.start} ${name}`, outputs, () => {
      if (job.uses) return beyond.ofCalledOutput(job, name, kind);
      const pair = job.outputs.get(name);
      const taint = pair && ofNode(pair.value, { job, step: afterLast(job), level: "job" }, kind);
      return taint && through(taint, { in: document, at: pair.key, message: `The job's output \`${name}\` takes it.` });
    });
  /** Outputs are read when every step is done. */
  const afterLast = (job: Job): Step | undefined => {
    const last = job.steps.at(-1);
    return last && { ...last, index: last.index + 1 };
  };

  const ofMatrix = (job: Job | undefined, name: string | undefined, kind: TaintKind): Taint | undefined => {
    const matrix = job?.matrix;
    if (!matrix || job === undefined) return undefined;
    return once(`matrix ${kind} ${job.key.start} ${name ?? ""}`, outputs, () => {
      const spot: Spot = { job: undefined, step: undefined, level: "workflow" };
      const nodes: YamlNode[] = [];
      if (matrix.computed)
        nodes.push(
          ...(matrix.pair.value.kind === "scalar"
            ? [matrix.pair.value]
            : [valueOf(matrix.pair.value, "include")].filter((node) => node !== undefined)),
        );
      const dimension = name === undefined ? undefined : matrix.dimensions.get(name);
      if (dimension) nodes.push(dimension.value);
      for (const include of matrix.include)
        for (const { key, value } of include.pairs) if (name === undefined || key.value === name) nodes.push(value);
      const taint = worst(nodes.map((node) => ofNode(node, spot, kind)));
      return taint && through(taint, { in: document, at: matrix.pair.key, message: "The matrix is built from it." });
    });
  };

  const stepNamed = ({ job, step }: Spot, id: string): Step | undefined => {
    const steps = step ? step.owner.steps : (job?.steps ?? (document as ActionDocument).steps ?? []);
    return steps.find((candidate) => candidate.id?.value.toLowerCase() === id);
  };

  const earlier = earlierSteps({
    document,
    eventsAt: (place) => eventsReaching(events, place),
    analysis: () => analysis,
    writesOf: (step) => {
      const flow = flowOf(step);
      return { named: [...(flow?.env ?? []), ...(javaScriptOf(step)?.env ?? [])], any: flow?.anyEnv };
    },
  });

  const analysis: TaintAnalysis = {
    within,
    ofExpression: (embedded, place, kind) => worst(within(embedded, place, kind).map(({ taint }) => taint)),
    ofScalar: (node, place, kind = "text") => ofNode(node, { ...place, level: levelOf(place) }, kind),
    variablesOf,
    ofVariable: (step, name) => variablesOf(step).get(name),
    flowOf,
    ofStepOutput,
    ofJobOutput,
    filesBefore: (step) => earlier.files(step),
    eventsAt: (place) => eventsReaching(events, place),
  };
  return analysis;
}

const listed = (words: readonly string[]): string =>
  words.map((word) => `\`${word}\``).join(words.length === 2 ? " and " : ", ");

/** A property's name with the case in which it is written: variables and outputs are told apart by it. */
const writtenName = (reference: Expression): string | undefined =>
  reference.kind === "access" ? reference.property : undefined;
