import { nameOfWorkflow, type WorkflowDocument } from "../../../../workflow/document/document.ts";
import { LIMITS, nearOf } from "../../../../workflow/limits.ts";
import type { ScalarNode } from "../../../../workflow/yaml/node.ts";
import { type Repository, workflowsOf } from "../../../repository.ts";
import { type RepositoryContext, repositoryRule } from "../../../rule.ts";
import { localCallsOf } from "./called-workflows.ts";

const MOST_CALLED = LIMITS.calledWorkflows.value;
const MOST_LEVELS = LIMITS.callLevels.value;

const caller = (events: string, ...called: readonly string[]): string =>
  `on: ${events}\njobs:\n${called.map((name) => `  ${name}:\n    uses: ./.github/workflows/${name}.yml\n`).join("")}`;
const LEAF = `on: workflow_call
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`;
/** `level-1` calls `level-2`, and so on: with the caller, as many levels as `count`. */
const chain = (count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `.github/workflows/level-${index + 1}.yml`,
      index === count - 1 ? LEAF : caller(index === 0 ? "push" : "workflow_call", `level-${index + 2}`),
    ]),
  );

export const calledWorkflowLimits = repositoryRule({
  id: "called-workflow-limits",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A run calls at most 50 different workflows, in at most ten levels.",
  why: 'GitHub refuses a workflow whose run would call more than 50 different workflows, those that are called by called ones included, or more than ten levels of them, the first included ("Reusing workflow configurations"; four levels and 20 workflows on Enterprise Server). From 80 % on it is a warning.',
  bad: [
    chain(MOST_LEVELS + 1),
    {
      ".github/workflows/all.yml": `on: push\njobs:\n${Array.from({ length: MOST_CALLED + 1 }, (_, index) => `  part-${index}:\n    uses: octo/parts/.github/workflows/part-${index}.yml@v1\n`).join("")}`,
    },
  ],
  good: [
    chain(4),
    {
      ".github/workflows/all.yml": `on: push\njobs:\n${Array.from({ length: MOST_CALLED + 1 }, (_, index) => `  part-${index}:\n    uses: octo/parts/.github/workflows/part.yml@v1\n    with: { part: ${index} }\n`).join("")}`,
    },
  ],
  repository(context) {
    const { repository } = context;
    const calls = callsIn(repository);
    if (calls.size === 0) return;
    const called = new Set([...calls.values()].flat().map(({ to }) => to));
    // A called workflow's calls are its callers' as well, and are counted there.
    for (const workflow of calls.keys())
      if (!called.has(workflow)) {
        checkCount(workflow, calls, context);
        checkLevels(workflow, calls, context);
      }
  },
});

interface Call {
  at: ScalarNode;
  /** By what it counts once: a path of this repository, or what is written of another one. */
  named: string;
  to: WorkflowDocument | undefined;
}

type Calls = ReadonlyMap<WorkflowDocument, readonly Call[]>;

function callsIn(repository: Repository): Calls {
  const local = new Map(localCallsOf(repository).map(({ job, path, called }) => [job, { path, called }] as const));
  const calls = new Map<WorkflowDocument, Call[]>();
  for (const workflow of workflowsOf(repository)) {
    const own = workflow.jobs.flatMap((job): Call[] => {
      if (!job.uses || job.uses.kind === "computed" || job.uses.kind === "malformed") return [];
      const here = local.get(job);
      return [{ at: job.uses.node, named: here?.path ?? job.uses.written.toLowerCase(), to: here?.called }];
    });
    if (own.length > 0) calls.set(workflow, own);
  }
  return calls;
}

function checkCount(workflow: WorkflowDocument, calls: Calls, { report }: RepositoryContext): void {
  const seen = new Set<string>();
  /** The call of this workflow with which the count reached the limit, or came near to it. */
  let over: Call | undefined;
  let near: Call | undefined;
  const count = (call: Call, first: Call): void => {
    if (seen.has(call.named)) return;
    seen.add(call.named);
    if (seen.size > MOST_CALLED) over ??= first;
    if (seen.size >= nearOf(LIMITS.calledWorkflows)) near ??= first;
    if (call.to) for (const next of calls.get(call.to) ?? []) count(next, first);
  };
  for (const call of calls.get(workflow) ?? []) count(call, call);
  if (over)
    report(
      workflow,
      over.at,
      `A run of this workflow calls ${seen.size} different workflows; GitHub allows ${MOST_CALLED} and refuses the file. Join some of them, by inputs or a matrix, or let some follow with \`workflow_run\`.`,
    );
  else if (near)
    report(
      workflow,
      near.at,
      `A run of this workflow calls ${seen.size} different workflows, and GitHub refuses the file beyond ${MOST_CALLED}. Join some of them, by inputs or a matrix.`,
      { level: "warning" },
    );
}

function checkLevels(workflow: WorkflowDocument, calls: Calls, { report }: RepositoryContext): void {
  const chain = longestChain(workflow, calls, new Map());
  const call = calls.get(workflow)?.find(({ to, named }) => chain[1] === (to ?? named));
  if (!call) return;
  const written = chain.map((link) => `\`${typeof link === "string" ? link : nameOfWorkflow(link)}\``).join(" → ");
  if (chain.length > MOST_LEVELS)
    report(
      workflow,
      call.at,
      `${written} are ${chain.length} levels of workflows; GitHub allows ${MOST_LEVELS} and refuses the file. Call one of the last directly.`,
    );
  else if (chain.length >= nearOf(LIMITS.callLevels))
    report(
      workflow,
      call.at,
      `${written} are ${chain.length} levels of workflows, and GitHub refuses the file beyond ${MOST_LEVELS}. Call one of the last directly.`,
      { level: "warning" },
    );
}

type Link = WorkflowDocument | string;

/** The longest way down from this workflow, itself first. One that calls itself, however indirectly, ends the way. */
function longestChain(
  from: WorkflowDocument,
  calls: Calls,
  known: Map<WorkflowDocument, readonly Link[]>,
): readonly Link[] {
  const before = known.get(from);
  if (before) return before;
  // What asks again while this is being found has come round in a circle.
  known.set(from, []);
  let longest: readonly Link[] = [];
  for (const { to, named } of calls.get(from) ?? []) {
    const chain = to ? longestChain(to, calls, known) : [named];
    if (chain.length > longest.length) longest = chain;
  }
  const own = [from, ...longest];
  known.set(from, own);
  return own;
}
