/** Conditions on what a run is for. */
import { classesIn, type Runs } from "../pipeline/runs.ts";
import type { EventClass, Pipeline } from "../pipeline/types.ts";
import { quoted } from "./expressions.ts";

/** A condition: the run's class is one of these; nothing where it is in any case. @param value what holds the class */
export function isOneOf(
  classes: readonly EventClass[],
  runs: Runs,
  pipeline: Pipeline,
  value: string,
): string | undefined {
  const possible = classesIn(pipeline, runs);
  const wanted = possible.filter((event) => classes.includes(event));
  if (wanted.length === possible.length) return undefined;
  const [only] = wanted;
  return wanted.length === 1
    ? `${value} == '${only}'`
    : `contains(fromJSON(${quoted(JSON.stringify(wanted))}), ${value})`;
}
