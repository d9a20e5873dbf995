/** The scripts of steps, run by reading, once for all runs in which they do the same. */
import type { Step } from "../../workflow/document/document.ts";
import { isAction } from "../../workflow/document/uses.ts";
import { parseShell } from "../../shell/parse.ts";
import { embeddedExpressions } from "../../workflow/expressions/embedded.ts";
import { scalarOf } from "../../workflow/yaml/node.ts";
import { type Script, scriptOf as writtenScriptOf, withoutExpressions } from "../scripts.ts";
import { valueOfScalar } from "./evaluate.ts";
import type { Run, Scope, StepRun } from "./model.ts";
import { folderOf } from "./effects/recipe.ts";
import type { RunScript } from "./shell-frame.ts";
import { runScript } from "./shell-run.ts";
import { HOLE, keyOf, symbol, type Value } from "./value.ts";

/** Longer ones are programs whose functions, loops and traps say nothing certain; UTF-16 code units. */
const LONGEST_SCRIPT = 6_000;

const retriedScripts = new WeakMap<Step, Script | undefined>();
const runs = new WeakMap<StepRun, RunScript>();

/** The step's own script, or the one that an action tries again. */
export function scriptOf({ document, step }: StepRun): Script | undefined {
  const found = writtenScriptOf(step);
  if (found || !step.uses) return found;
  if (!retriedScripts.has(step)) retriedScripts.set(step, retriedScript(step, document));
  return retriedScripts.get(step);
}

/** The command that an action runs again until it succeeds. */
function retriedScript(step: Step, document: StepRun["document"]): Script | undefined {
  const node = isAction(step.uses, "nick-fields/retry", "nick-invision/retry", "wandalen/wretry.action")
    ? scalarOf(step.with.get("command")?.value)
    : undefined;
  if (!node) return undefined;
  const expressions = embeddedExpressions(node);
  const source = withoutExpressions(node.value, expressions);
  const start: Script["start"] = { shell: "bash", errexit: false, pipefail: false, nounset: false, xtrace: false };
  return {
    document,
    step,
    node,
    shell: "bash",
    shellFrom: "unknown",
    start,
    text: node.value,
    source,
    ast: parseShell(source),
    expressions,
    pipefail: false,
    errexit: false,
    reading: {},
  };
}

/** The step's script, run by reading. */
export function scriptRunOf(step: StepRun): RunScript | undefined {
  const before = runs.get(step);
  if (before) return before;
  const script = scriptOf(step);
  if (!script || script.text.length > LONGEST_SCRIPT) return undefined;
  // A script that asks for its own outputs would never end.
  runs.set(step, { commands: [], outputs: new Map(), env: new Map(), cuts: [] });
  const result = remembered(script, step);
  runs.set(step, result);
  return result;
}

/** A script does the same wherever everything that it asks for has the same value, which many runs of a job share. */
interface Memory {
  place: string;
  trigger: object;
  ref: Run["ref"];
  asked: { path: readonly string[]; answer: string }[];
  head: string;
  result: RunScript;
}

const memories = new WeakMap<Script, Memory[]>();
const keyOfValue = (value: Value | undefined): string => (value ? value.map(keyOf).join("\u0003") : "\u0004");

function remembered(script: Script, step: StepRun): RunScript {
  const { scope } = step;
  const { trigger, ref } = scope.run;
  const head = checkedOut(step);
  const all = memories.get(script) ?? [];
  const same = all.find(
    (memory) =>
      memory.place === scope.place &&
      memory.trigger === trigger &&
      memory.ref === ref &&
      memory.head === keyOfValue(head) &&
      memory.asked.every(({ path, answer }) => keyOfValue(scope.lookup(path)) === answer),
  );
  if (same) return same.result;
  const asked = new Map<string, Memory["asked"][number]>();
  const recording: Scope = {
    ...scope,
    lookup(path) {
      const found = scope.lookup(path);
      asked.set(path.join("."), { path, answer: keyOfValue(found) });
      return found;
    },
  };
  const result = runScript({
    script,
    scope: recording,
    variables: new Map(),
    exported: new Set(),
    folder: folderOf(step),
    head,
    perhaps: false,
    cuts: [],
  });
  memories.set(script, [
    ...all,
    { place: scope.place, trigger, ref, asked: [...asked.values()], head: keyOfValue(head), result },
  ]);
  return result;
}

/** The checkouts of a job, and how many of them come before each of its steps. */
const checkouts = new WeakMap<readonly StepRun[], { all: StepRun[]; before: Map<StepRun, number> }>();

function checkoutsBefore(step: StepRun): StepRun[] {
  const { steps } = step.job;
  let known = checkouts.get(steps);
  if (!known) {
    known = { all: [], before: new Map() };
    for (const one of steps) {
      known.before.set(one, known.all.length);
      if (isAction(one.step.uses, "actions/checkout") && !one.step.with.has("path")) known.all.push(one);
    }
    checkouts.set(steps, known);
  }
  return known.all.slice(0, known.before.get(step) ?? 0);
}

/** Whether this repository's files are in the workspace, at its root. */
export function hasRepository(step: StepRun): boolean {
  const last = checkoutsBefore(step).at(-1);
  if (!last || last.happens !== true || last.step.with.has("repository")) return false;
  const ref = scalarOf(last.step.with.get("ref")?.value);
  // Another branch, such as the one of the pages, has other files.
  return !ref || valueOfScalar(ref, last.scope).every((template) => template.some(({ kind }) => kind === "symbol"));
}

/** The commit that the last checkout before a step left in the workspace. */
export function checkedOut(step: StepRun): Value {
  for (const before of checkoutsBefore(step).reverse()) {
    if (before.step.with.has("repository") || before.happens !== true) return HOLE;
    const ref = scalarOf(before.step.with.get("ref")?.value);
    if (!ref) return symbol("github.sha");
    const value = valueOfScalar(ref, before.scope);
    const [only] = value;
    const [part] = only ?? [];
    return value.length === 1 && only?.length === 1 && part?.kind === "symbol" && /sha(?:@|$)/.test(part.name)
      ? value
      : HOLE;
  }
  return HOLE;
}
