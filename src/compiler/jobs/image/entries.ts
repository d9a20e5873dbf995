/** The jobs that build an image: one a platform where its runners are its own, as many as the event asks for. */
import { classesIn, entriesOf, type Runs } from "../../../pipeline/runs.ts";
import type { ImageGroup } from "../../../pipeline/build-groups.ts";
import { isBranchName } from "../../../pipeline/branch-names.ts";
import type { BuildEntry, EventClass, Pipeline } from "../../../pipeline/types.ts";
import type { Job } from "../../../workflow/model.ts";
import { expression, quoted } from "../../expressions.ts";
import { wrapCondition } from "../../wrap.ts";

/** How a job that builds stands in a matrix. */
export interface Entries {
  job: Pick<Job, "runs-on" | "strategy">;
  /** What stands behind its name. */
  suffix: string;
  /** An expression for the entry's name; nothing where there is just one. */
  entry: string | undefined;
}

export function entriesIn(pipeline: Pipeline, group: ImageGroup, runs: Runs): Entries {
  const lists = classesIn(pipeline, runs).map((event) => ({ event, entries: entriesOf(group, event) }));
  const all = distinctEntries(lists.flatMap(({ entries }) => entries));
  const [only, ...others] = all;
  if (only === undefined) throw new Error(`Nothing builds ${group.key} in this run.`);
  if (others.length === 0) return { job: { "runs-on": only.runner }, suffix: "", entry: undefined };
  const names = all.map(({ name }) => name);
  return {
    job: {
      "runs-on": runnerOf(all),
      strategy: { "fail-fast": false, matrix: { platform: namesByEvent(pipeline, lists) ?? names } },
    },
    suffix: ` (${expression("matrix.platform")})`,
    entry: expression("matrix.platform"),
  };
}

function distinctEntries(entries: readonly BuildEntry[]): BuildEntry[] {
  return entries.filter(({ name }, index) => entries.findIndex((other) => other.name === name) === index);
}

/** The runner of most entries, and that of each other one by its name. */
function runnerOf(entries: readonly BuildEntry[]): string {
  const [first] = entries;
  const others = entries.filter(({ runner }) => runner !== first?.runner);
  const usual = first?.runner ?? "";
  if (others.length === 0) return usual;
  const chosen = others.map(({ name, runner }) => `matrix.platform == ${quoted(name)} && ${quoted(runner)}`);
  return expression(wrapCondition(`${chosen.join(" || ")} || ${quoted(usual)}`));
}

/**
 * The entries of each event, by what the event itself tells. Where the same jobs build for all of them, or where a branch
 * is told by a pattern that no expression can ask, nothing: then every job starts, and one that has nothing to build ends.
 */
function namesByEvent(
  pipeline: Pipeline,
  lists: readonly { event: EventClass; entries: readonly BuildEntry[] }[],
): string | undefined {
  const text = (entries: readonly BuildEntry[]): string => JSON.stringify(entries.map(({ name }) => name));
  const usual = text(lists.reduce((most, one) => (one.entries.length > most.entries.length ? one : most)).entries);
  const unusual = lists.filter(({ entries }) => text(entries) !== usual);
  if (unusual.length === 0) return undefined;
  const conditions = unusual.map(({ event, entries }) => ({ names: text(entries), condition: isOf(pipeline, event) }));
  if (conditions.some(({ condition }) => condition === undefined)) return undefined;
  const names = [...new Set(conditions.map((one) => one.names))];
  const choices = names.map((list) => {
    const asked = conditions.flatMap((one) => (one.names === list && one.condition ? [one.condition] : []));
    return `${asked.length > 1 ? `(${asked.join(" || ")})` : (asked[0] ?? "")} && ${quoted(list)}`;
  });
  return expression(wrapCondition(`fromJSON(${choices.join(" || ")} || ${quoted(usual)})`));
}

/** A condition: the event is of this class; nothing where the event alone does not tell. */
function isOf({ branches }: Pipeline, event: EventClass): string | undefined {
  const longLived = [branches.main, ...branches.integration];
  const isPush = "github.event_name == 'push'";
  switch (event) {
    case "pullRequest":
      return "github.event_name == 'pull_request'";
    case "queue":
      return "github.event_name == 'merge_group'";
    case "manual":
      return "github.event_name == 'workflow_dispatch'";
    case "main":
      return `${isPush} && github.ref_name == ${quoted(branches.main)}`;
    case "feature":
      // A release is a push too: that of a tag.
      return longLived.every(isBranchName)
        ? `${isPush} && github.ref_type == 'branch' && !contains(fromJSON(${quoted(JSON.stringify(longLived))}), github.ref_name)`
        : undefined;
    case "integration":
      return branches.integration.every(isBranchName)
        ? `${isPush} && contains(fromJSON(${quoted(JSON.stringify(branches.integration))}), github.ref_name)`
        : undefined;
    case "nightly":
      return "github.event_name == 'schedule'";
    case "release":
      return "github.ref_type == 'tag'";
  }
}
