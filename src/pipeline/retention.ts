/** The kinds of tag that expire, and which of them stay whatever their age. */
import { imagesOf } from "./images.ts";
import { keepsLayers, layersExpressions } from "./layer-caches.ts";
import { TAG_CLASSES, type TagClass } from "./tags.ts";
import { type Pipeline, type Retention, TRANSIENT_CLASSES, type TransientClass } from "./types.ts";

/** The tags that the program `prepare-base` gives: a date, the run and its attempt. */
export const BASE_TAG = "[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{1,10}-[0-9]{1,3}";

export interface ExpiringClass {
  class: string;
  /** Alternatives: anchored expressions, one of which matches. */
  tags: string[];
  /** How old they may become. */
  hours: number;
  /** So many stay whatever their age, of each that the first group of its expression matches. */
  keepNewest?: number;
  keepAlways?: string[];
}

/** In the order in which tags are told apart: `sha-abc1234` would pass for a branch's tag as well. */
export const expiringClasses = (pipeline: Pipeline, retention: Retention): ExpiringClass[] => [
  ...layers(pipeline, retention),
  ...bases(pipeline, retention),
  ...TAG_CLASSES.filter(isTransient).map((name) => ({
    class: name,
    tags: [...pipeline.rules.alternatives[name]],
    hours: retention.hours[name],
  })),
];

const isTransient = (name: TagClass): name is TransientClass & TagClass =>
  TRANSIENT_CLASSES.some((transient) => transient === name);

/** Layers in the registry: main's stay, and the newest of other branches for each job that makes them. */
function layers({ builds, branches }: Pipeline, { caches }: Retention): ExpiringClass[] {
  const images = imagesOf(builds);
  if (!images.some(keepsLayers)) return [];
  const { all, main } = layersExpressions(images, branches.main);
  return [{ class: "cache", tags: all, hours: caches.hours, keepNewest: caches.keepNewest, keepAlways: main }];
}

/** Base images; what main builds on stays in any case. */
const bases = (pipeline: Pipeline, { bases: { hours, keepNewest } }: Retention): ExpiringClass[] =>
  pipeline.bases.length > 0 ? [{ class: "base", tags: [BASE_TAG], hours, keepNewest }] : [];
