/** Whether two texts are the same in one run: equal, surely different, or not known. */
import type { Run } from "./model.ts";
import { passesFilter } from "../../workflow/filters.ts";
import { hasHole, keyOf, type Template, textOfTemplate } from "./value.ts";

export type Relation = "equal" | "different" | "unknown";

export function relationOf(a: Template, b: Template, run?: Run): Relation {
  const x = textOfTemplate(a);
  const y = textOfTemplate(b);
  if (x !== undefined && y !== undefined) return x.toLowerCase() === y.toLowerCase() ? "equal" : "different";
  if (!hasHole(a) && !hasHole(b) && keyOf(a) === keyOf(b)) return "equal";
  if (edgesDiffer(a, b)) return "different";
  if (run && (neverRef(a, y, run) || neverRef(b, x, run))) return "different";
  return "unknown";
}

/** Literal texts at the front or at the back that cannot be the same. */
function edgesDiffer(a: Template, b: Template): boolean {
  const front = (template: Template): string => (template[0]?.kind === "text" ? template[0].text.toLowerCase() : "");
  const back = (template: Template): string => {
    const last = template.at(-1);
    return last?.kind === "text" ? last.text.toLowerCase() : "";
  };
  const [f, g] = [front(a), front(b)];
  const [k, l] = [back(a), back(b)];
  const whole = (template: Template): boolean => template.every(({ kind }) => kind === "text");
  if (whole(a) ? !f.startsWith(g) : whole(b) ? !g.startsWith(f) : !f.startsWith(g) && !g.startsWith(f)) return true;
  return whole(a) ? !k.endsWith(l) : whole(b) ? !l.endsWith(k) : !k.endsWith(l) && !l.endsWith(k);
}

/** A branch's name that the event's filters let through never. */
function neverRef(template: Template, text: string | undefined, run: Run): boolean {
  if (text === undefined || (run.ref !== "branch" && run.ref !== "tag")) return false;
  const filter = run.ref === "branch" ? run.branches : run.tags;
  if (!filter) return false;
  const [first, second] = template;
  if (
    template.length === 1 &&
    first?.kind === "symbol" &&
    first.name === "github.ref_name" &&
    first.length === undefined
  )
    return !passesFilter(filter, text);
  const prefix = run.ref === "branch" ? "refs/heads/" : "refs/tags/";
  if (
    template.length === 2 &&
    first?.kind === "text" &&
    first.text === prefix &&
    second?.kind === "symbol" &&
    second.name === "github.ref_name"
  )
    return text.startsWith(prefix) && !passesFilter(filter, text.slice(prefix.length));
  return false;
}
