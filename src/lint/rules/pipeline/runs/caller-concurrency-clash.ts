import type { Job, WorkflowDocument } from "../../../../workflow/document/document.ts";
import type { Repository } from "../../../repository.ts";
import { workflowAt, workflowsOf } from "../../../repository.ts";
import type { Span } from "../../../../workflow/yaml/node.ts";
import { repositoryRule } from "../../../rule.ts";
import { jobNamed } from "../../../runs/reach.ts";

const CALLED = `on: workflow_call
concurrency:
  group: \${{ github.workflow }}-\${{ github.ref }}
  cancel-in-progress: true
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`;
const CALLER = `name: CI
on: push
concurrency:
  group: \${{ github.workflow }}-\${{ github.ref }}
  cancel-in-progress: true
jobs:
  test:
    uses: ./.github/workflows/test.yml
`;

export const callerConcurrencyClash = repositoryRule({
  id: "caller-concurrency-clash",
  family: "pipeline",
  levels: { recommended: "error", strict: "error" },
  summary: "A called workflow's concurrency group is not its caller's.",
  why: 'In a called workflow `github.workflow` and `github.ref` are the caller\'s. The same expression therefore names the group that the caller already holds: GitHub cancels the run, or stops it because it waits for itself ("Reusing workflow configurations", the github context).',
  bad: { ".github/workflows/ci.yml": CALLER, ".github/workflows/test.yml": CALLED },
  good: {
    ".github/workflows/ci.yml": CALLER,
    ".github/workflows/test.yml": CALLED.replace("github.workflow }}", "github.workflow }}-test"),
  },
  repository({ repository, report }) {
    for (const caller of workflowsOf(repository)) {
      // A called workflow's own calls belong to the run of whoever calls it: they are looked at from there.
      const held = heldBy(caller, repository);
      const said = new Set<string>();
      for (const [index, one] of held.entries())
        for (const other of held.slice(0, index)) {
          if (one.name !== other.name || !overlap(one, other)) continue;
          const [inner, outer] = one.depth >= other.depth ? [one, other] : [other, one];
          if (inner.depth === 0 || said.has(`${inner.workflow.file.path}:${inner.at.start}`)) continue;
          said.add(`${inner.workflow.file.path}:${inner.at.start}`);
          const among =
            outer.depth === 0
              ? `its caller \`${caller.file.path}\``
              : `\`${outer.workflow.file.path}\`, which \`${caller.file.path}\` calls at the same time`;
          report(
            inner.workflow,
            inner.at,
            `${one.name.includes("github.workflow") ? "In a called workflow `github.workflow` is the caller's name, so this" : "This"} group is also that of ${among}: ${inner.cancels || outer.cancels ? "one cancels the other" : outer.depth === 0 ? "the run waits for itself and GitHub stops it" : "one waits for the other"}. Put a word of its own into the group's name, such as \`${wordFor(inner.workflow)}-\`.`,
            {
              related: [{ in: outer.workflow, at: outer.at, message: "Holds the same group." }],
              ...(outer.depth === 0 || inner.cancels || outer.cancels ? {} : { level: "warning" }),
            },
          );
        }
    }
  },
});

/** A concurrency group that a run of the caller holds. */
interface Held {
  name: string;
  workflow: WorkflowDocument;
  at: Span;
  cancels: boolean;
  depth: number;
  /** The caller's own job that it belongs to; nothing for the whole run. */
  job: Job | undefined;
}

const wordFor = ({ file }: WorkflowDocument): string => file.path.replace(/^.*\//, "").replace(/\.ya?ml$/, "");

function heldBy(caller: WorkflowDocument, repository: Repository): Held[] {
  const held: Held[] = [];
  const add = (
    workflow: WorkflowDocument,
    owner: Pick<Job, "concurrency">,
    depth: number,
    job: Job | undefined,
  ): void => {
    const { concurrency } = owner;
    const name = concurrency?.group && comparable(concurrency.group.value, depth, job);
    if (concurrency?.group && name !== undefined)
      held.push({
        name,
        workflow,
        at: concurrency.group,
        cancels: concurrency.cancelInProgress?.value === "true",
        depth,
        job,
      });
  };
  add(caller, caller, 0, undefined);
  const visit = (
    workflow: WorkflowDocument,
    depth: number,
    top: Job | undefined,
    path: readonly WorkflowDocument[],
  ): void => {
    for (const job of workflow.jobs) {
      if (job.uses?.kind !== "local") continue;
      if (depth === 0) add(caller, job, 0, job);
      const called = workflowAt(repository, job.uses.path);
      if (!called || path.includes(called) || depth > 8) continue;
      add(called, called, depth + 1, top ?? job);
      visit(called, depth + 1, top ?? job, [...path, called]);
    }
  };
  visit(caller, 0, undefined, [caller]);
  return held;
}

/** The name without its blanks; nothing where it holds what is each workflow's own (inputs, the job, the matrix). */
function comparable(group: string, depth: number, job: Job | undefined): string | undefined {
  const name = group
    .replace(/\$\{\{\s*(.*?)\s*\}\}/gs, (_, inner: string) => `\${{${inner.replaceAll(/\s+/g, "").toLowerCase()}}}`)
    .trim();
  if (/inputs\.|matrix\.|strategy\.|github\.job\b|needs\.|env\.|hashfiles\(/i.test(name)) return undefined;
  // A fixed name is the same everywhere as well, but only a caller's own is this rule's matter.
  return depth === 0 && job === undefined && name === "" ? undefined : name;
}

/** Whether both are held at one time: not where one job waits for the other. */
function overlap(one: Held, other: Held): boolean {
  if (one.depth === 0 && other.depth === 0) return false;
  if (!one.job || !other.job || one.job === other.job) return true;
  return !isBefore(one.job, other.job) && !isBefore(other.job, one.job);
}

function isBefore(earlier: Job, later: Job): boolean {
  const seen = new Set<Job>();
  const open = [later];
  for (let job = open.pop(); job; job = open.pop()) {
    if (seen.has(job)) continue;
    seen.add(job);
    for (const { value } of job.needs) {
      const need = jobNamed(job.workflow, value);
      if (need === earlier) return true;
      if (need) open.push(need);
    }
  }
  return false;
}
