/** Which contexts and functions an expression may name, by the place where it stands. */
import type { Document } from "../document/document.ts";
import { type Definition, type Grammar, grammarFor } from "./definition.ts";

export interface Availability {
  /** `github`, `matrix`, ...; empty where GitHub evaluates no expressions at all. */
  contexts: readonly string[];
  /** Functions that only some places have: `always`, `success`, `failure`, `cancelled`, `hashFiles`. */
  functions: readonly string[];
}

const known: Record<Document["kind"], Map<string, Availability | undefined>> = {
  workflow: new Map(),
  action: new Map(),
};

/**
 * `path` holds the keys from the root to the scalar, `*` for a list's items: `["jobs", "build", "steps", "*", "run"]`.
 * A place inside of a value that is free in form has what stands around it. Nothing for a path that the grammar does
 * not know.
 */
export function contextsAt({ kind }: Pick<Document, "kind">, path: readonly string[]): Availability | undefined {
  const key = path.join("\0");
  const cache = known[kind];
  if (cache.has(key)) return cache.get(key);
  const found = lookUp(grammarFor(kind), path);
  // Workflows choose names freely, so a long-lived process would remember without end.
  if (cache.size > 20_000) cache.clear();
  cache.set(key, found);
  return found;
}

/** A definition with what it inherits from those around it: a context goes on downwards. */
interface Place {
  definition: Definition;
  names: readonly string[];
}

/** What may stand somewhere, and what has been found below it: workflows choose names freely, but there are few kinds of places. */
interface Spot {
  places: readonly Place[];
  below: Map<string, Spot>;
  availability?: Availability;
}

const roots = new WeakMap<Grammar, Spot>();

function lookUp(grammar: Grammar, path: readonly string[]): Availability | undefined {
  let spot = roots.get(grammar);
  if (!spot) roots.set(grammar, (spot = { places: placesOf(grammar, grammar.root, []), below: new Map() }));
  for (const step of path) {
    const types: readonly (string | undefined)[] = spot.places.map(({ definition }) => typeBelow(definition, step));
    const key = types.join(",");
    let next: Spot | undefined = spot.below.get(key);
    if (!next) {
      const places: readonly Place[] = spot.places.flatMap(({ names }, index): Place[] => {
        const type = types[index];
        return type === undefined ? [] : placesOf(grammar, grammar.named(type), names);
      });
      spot.below.set(key, (next = { places, below: new Map() }));
    }
    if (next.places.length === 0) return undefined;
    spot = next;
  }
  return (spot.availability ??= availabilityAt(spot.places));
}

function availabilityAt(places: readonly Place[]): Availability {
  const names = new Set(places.flatMap((place) => place.names));
  const isFunction = (name: string): boolean => name.includes("(");
  return {
    contexts: [...names].filter((name) => !isFunction(name)),
    functions: [...names].filter(isFunction).map((name) => name.slice(0, name.indexOf("("))),
  };
}

function placesOf(grammar: Grammar, definition: Definition, inherited: readonly string[]): Place[] {
  const names = definition.context.length === 0 ? inherited : [...inherited, ...definition.context];
  if (!definition.oneOf) return [{ definition, names }];
  return definition.oneOf.flatMap((name) => placesOf(grammar, grammar.named(name), names));
}

function typeBelow({ mapping, item, scalar }: Definition, step: string): string | undefined {
  if (scalar?.type === "any") return "any";
  if (step === "*" && item !== undefined) return item;
  return mapping?.properties.get(step)?.type ?? mapping?.loose?.value;
}
