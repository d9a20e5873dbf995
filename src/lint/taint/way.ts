/** The way of a value, stop by stop. */
import type { Stop, Taint } from "./model.ts";

/** Longer ways tell nobody more. */
const MAX_STOPS = 12;

export function through(taint: Taint, stop: Stop): Taint {
  const last = taint.way.at(-1);
  if (
    taint.way.length >= MAX_STOPS ||
    (last && last.in === stop.in && last.at.start === stop.at.start && last.at.end === stop.at.end)
  )
    return taint;
  return { ...taint, way: [...taint.way, stop] };
}

const weight = ({ trust, events }: Taint): number => (trust === "anyone" ? 2 : 0) + (events.length > 0 ? 1 : 0);

/** The one that matters most: what anybody sets before what writers set, what happens before what cannot. */
export function worst(taints: readonly (Taint | undefined)[]): Taint | undefined {
  let found: Taint | undefined;
  for (const taint of taints) if (taint && (!found || weight(taint) > weight(found))) found = taint;
  return found;
}
