/** What the earlier steps of a job have left behind: variables of the environment, and files. Each step is looked at once. */
import type { Document, Step } from "../../workflow/document/document.ts";
import { scriptOf } from "../scripts.ts";
import { downloadOf } from "./artifacts.ts";
import { checkoutInScript, checkoutOf } from "./checkouts.ts";
import { guardAt } from "./guards.ts";
import { PRIVILEGED_EVENTS } from "./sources.ts";
import type { Place, Taint, TaintAnalysis } from "./model.ts";
import { worst } from "./way.ts";

export interface StepSurroundings {
  document: Document;
  eventsAt(place: Place): readonly string[];
  analysis(): TaintAnalysis;
  /** What a step writes to the environment: by name, and whole lines. */
  writesOf(step: Step): { named: readonly (readonly [string, Taint])[]; any: Taint | undefined };
}

export interface EarlierSteps {
  /** A variable that a step before this one has written to `$GITHUB_ENV`. */
  variable(step: Step, name: string): Taint | undefined;
  /** The names of all such variables. */
  namesBefore(step: Step): string[];
  /** Files of the workspace that are somebody else's when the step starts. */
  files(step: Step): Taint | undefined;
}

/** No variable is called so: whole lines of `$GITHUB_ENV`, names and all. */
const ANY_NAME = "";

const placeOf = (step: Step): Place => ({ job: step.owner.kind === "job" ? step.owner : undefined, step });

export function earlierSteps({ document, eventsAt, analysis, writesOf }: StepSurroundings): EarlierSteps {
  const files = new Map<readonly Step[], { upTo: number; from: { index: number; taint: Taint } | undefined }>();

  /** What steps have written to the environment, each name with the steps from which on it is worse than before. */
  const written = new Map<readonly Step[], { upTo: number; names: Map<string, { index: number; taint: Taint }[]> }>();
  const writtenUpTo = (step: Step): ReadonlyMap<string, readonly { index: number; taint: Taint }[]> => {
    const { steps } = step.owner;
    const state = written.get(steps) ?? { upTo: 0, names: new Map<string, { index: number; taint: Taint }[]>() };
    written.set(steps, state);
    for (let earlier = steps[state.upTo]; earlier && state.upTo < step.index; earlier = steps[state.upTo]) {
      const { named, any } = writesOf(earlier);
      const found = any ? [...named, [ANY_NAME, any] as const] : named;
      for (const [name, taint] of found) {
        const before = state.names.get(name);
        if (!before) state.names.set(name, [{ index: earlier.index, taint }]);
        else if (worst([before.at(-1)?.taint, taint]) === taint) before.push({ index: earlier.index, taint });
      }
      // A circle of outputs may have come further in between.
      state.upTo = Math.max(state.upTo, earlier.index + 1);
    }
    return state.names;
  };
  const writtenBefore = (step: Step, name: string): Taint | undefined => {
    const names = writtenUpTo(step);
    const last = (key: string): Taint | undefined => names.get(key)?.findLast(({ index }) => index < step.index)?.taint;
    return worst([last(name), last(ANY_NAME)]);
  };

  const filesBefore = (step: Step): Taint | undefined => {
    const { steps } = step.owner;
    const state = files.get(steps) ?? { upTo: 0, from: undefined };
    files.set(steps, state);
    for (
      let earlier = steps[state.upTo];
      earlier && !state.from && state.upTo < step.index;
      earlier = steps[state.upTo]
    ) {
      const taint = unpackedBy(earlier);
      if (taint) state.from = { index: earlier.index, taint };
      // A circle of outputs may have come further in between.
      state.upTo = Math.max(state.upTo, earlier.index + 1);
    }
    return state.from && state.from.index < step.index ? state.from.taint : undefined;
  };

  /** What a step puts into the workspace, where it is somebody else's. */
  const unpackedBy = (step: Step): Taint | undefined => {
    const here = eventsAt(placeOf(step));
    const on = here.filter((event) => event === "workflow_run");
    const download = on.length > 0 ? downloadOf(step, scriptOf(step)) : undefined;
    if (download)
      return {
        trust: guardAt(placeOf(step)).ownRepository ? "contributor" : "anyone",
        source: "the artifact of another run",
        events: on,
        way: [
          {
            in: document,
            at: download.at,
            message: "This unpacks what another run uploaded, perhaps one of a pull request from a fork.",
          },
        ],
      };
    const privileged = here.filter((event) => PRIVILEGED_EVENTS.has(event));
    const checkout =
      privileged.length > 0 ? (checkoutOf(step, analysis(), privileged) ?? inScript(step, privileged)) : undefined;
    if (!checkout || checkout.taint.events.length === 0) return undefined;
    return {
      ...checkout.taint,
      source: "a file of the checked-out commit",
      way: [...checkout.taint.way, { in: document, at: checkout.at, message: "This checks out that commit." }],
    };
  };
  const inScript = (step: Step, privileged: readonly string[]): ReturnType<typeof checkoutOf> => {
    const script = scriptOf(step);
    return script && checkoutInScript(script, analysis(), privileged);
  };

  return {
    variable: writtenBefore,
    namesBefore: (step) => [...writtenUpTo(step).keys()].filter((name) => name !== ANY_NAME),
    files: filesBefore,
  };
}
