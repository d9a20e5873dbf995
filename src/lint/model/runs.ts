/** In which ways each workflow starts ("Events that trigger workflows"), and which workflows start others. */
import type { WorkflowDocument } from "../../workflow/document/document.ts";
import { scalarsOf, valueOf } from "../../workflow/yaml/node.ts";
import { filterOf, refsOf, typesOf } from "./events.ts";
import { passesFilter, sampleName } from "../../workflow/filters.ts";
import type { Filter, Run, Start } from "./model.ts";

/** After a first workflow at most three levels follow ("Events that trigger workflows", `workflow_run`). */
const MOST_LEVELS = 4;
/** More ways to start than this tell nothing about a workflow. */
const MOST_UPSTREAM = 16;

/** Runs without their jobs, which others fill in. */
export function runsOfAll(
  workflows: readonly WorkflowDocument[],
  named: (name: string) => readonly WorkflowDocument[],
): Map<WorkflowDocument, Run[]> {
  const known = new Map<WorkflowDocument, Run[]>();
  const open = new Set<WorkflowDocument>();

  const runsOf = (workflow: WorkflowDocument, level: number): Run[] => {
    const before = known.get(workflow);
    if (before) return before;
    if (open.has(workflow) || level > MOST_LEVELS) return [];
    open.add(workflow);
    const runs: Run[] = [];
    for (const trigger of workflow.triggers) {
      const base = {
        workflow,
        trigger,
        event: trigger.event,
        branches: filterOf(trigger, "branches"),
        tags: filterOf(trigger, "tags"),
        paths: filterOf(trigger, "paths"),
        types: typesOf(trigger),
        jobs: [],
      };
      const fromFork = trigger.event.startsWith("pull_request");
      if (trigger.event === "workflow_run") {
        const producers = scalarsOf(valueOf(trigger.config, "workflows"))
          .flatMap(({ value }) => named(value))
          .filter((producer) => producer !== workflow);
        const upstream = producers
          .flatMap((producer) => runsOf(producer, level + 1))
          .filter((run) => run.event !== "workflow_call" && mayFollow(base.branches, run));
        const followed = upstream.length > MOST_UPSTREAM ? [] : upstream;
        for (const run of followed)
          runs.push({ ...base, ref: "default", upstream: run, fromFork: run.fromFork, jobs: [] });
        if (followed.length === 0)
          runs.push({ ...base, ref: "default", upstream: undefined, fromFork: true, jobs: [] });
      } else for (const ref of refsOf(trigger)) runs.push({ ...base, ref, upstream: undefined, fromFork, jobs: [] });
    }
    open.delete(workflow);
    known.set(workflow, runs);
    return runs;
  };
  for (const workflow of workflows) runsOf(workflow, 0);
  return known;
}

/** `branches` of a `workflow_run` filters the head branch of the run that it follows. */
function mayFollow(filter: Filter | undefined, run: Run): boolean {
  if (!filter || run.ref !== "branch" || !run.branches || run.branches.ignore) return true;
  const plain = run.branches.patterns.filter((pattern) => !/[*?+[\]!]/.test(pattern));
  return plain.length < run.branches.patterns.length || plain.some((name) => passesFilter(filter, name));
}

/** Edges by `workflow_run`; those by dispatch are added where scripts are read. */
export function startsByName(
  workflows: readonly WorkflowDocument[],
  named: (name: string) => readonly WorkflowDocument[],
): Start[] {
  const starts: Start[] = [];
  for (const to of workflows)
    for (const trigger of to.triggers)
      if (trigger.event === "workflow_run")
        for (const node of scalarsOf(valueOf(trigger.config, "workflows")))
          for (const from of named(node.value))
            starts.push({ from, to, by: "workflow_run", types: typesOf(trigger) ?? [], document: to, at: node });
  return starts;
}

/** Two ways to start that one happening can set off together, such as a push to a branch that both let through. */
export function mayCoincide(a: Run, b: Run): boolean {
  const rootA = originOf(a);
  const rootB = originOf(b);
  if (rootA.event !== rootB.event || rootA.ref !== rootB.ref) return false;
  if (rootA.workflow === rootB.workflow) return rootA === rootB;
  if (["schedule", "workflow_dispatch", "repository_dispatch", "workflow_call"].includes(rootA.event)) return false;
  if (rootA.types && rootB.types && !rootA.types.some((type) => rootB.types?.includes(type))) return false;
  const [x, y] = rootA.ref === "tag" ? [rootA.tags, rootB.tags] : [rootA.branches, rootB.branches];
  return mayOverlap(x, y);
}

/** The run that a chain of `workflow_run` begins with. */
export function originOf(run: Run): Run {
  let origin = run;
  for (let level = 0; origin.upstream && level < MOST_LEVELS; level++) origin = origin.upstream;
  return origin;
}

/** Whether some name passes both; where only patterns meet, equal ones and those that match a sample of the other do. */
export function mayOverlap(a: Filter | undefined, b: Filter | undefined): boolean {
  if (!a || !b || a.ignore || b.ignore) return true;
  return samplesOf(a).some((name) => passesFilter(b, name)) || samplesOf(b).some((name) => passesFilter(a, name));
}

const samplesOf = ({ patterns }: Filter): string[] =>
  patterns.filter((pattern) => !pattern.startsWith("!")).flatMap((pattern) => sampleName(pattern) ?? []);
