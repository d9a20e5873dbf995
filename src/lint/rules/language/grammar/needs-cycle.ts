import type { Job, WorkflowDocument } from "../../../../workflow/document/document.ts";
import { rule } from "../../../rule.ts";
import { jobsById } from "./needs.ts";

export const needsCycle = rule({
  id: "needs-cycle",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "Jobs do not wait for each other in a circle.",
  why: "GitHub refuses a workflow in which a job needs itself, be it through others.",
  bad: `on: push
jobs:
  build:
    needs: publish
    runs-on: ubuntu-latest
    steps:
      - run: make
  publish:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - run: make publish
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make
  publish:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - run: make publish
`,
  workflow(workflow, { report }) {
    for (const cycle of cyclesOf(workflow)) {
      const [first] = cycle;
      if (!first) continue;
      const way = [...cycle, first].map(({ id }) => `\`${id}\``).join(" needs ");
      report(first.key, `These jobs wait for each other for ever: ${way}. Remove one of these \`needs\`.`);
    }
  },
});

/** Each circle once, beginning with its job that stands first in the file. */
function cyclesOf(workflow: WorkflowDocument): Job[][] {
  const jobs = jobsById(workflow);
  const done = new Set<Job>();
  const cycles: Job[][] = [];
  for (const start of workflow.jobs) {
    if (done.has(start)) continue;
    // Depth first with a stack of its own: a chain of needs may be long.
    const way: { job: Job; next: number }[] = [{ job: start, next: 0 }];
    const onWay = new Map<Job, number>([[start, 0]]);
    for (let top = way.at(-1); top; top = way.at(-1)) {
      const need = top.job.needs[top.next++];
      if (need === undefined) {
        done.add(top.job);
        onWay.delete(top.job);
        way.pop();
        continue;
      }
      const other = jobs.get(need.value.toLowerCase());
      if (!other || done.has(other)) continue;
      const at = onWay.get(other);
      if (at === undefined) {
        onWay.set(other, way.length);
        way.push({ job: other, next: 0 });
      } else {
        cycles.push(
          fromFirst(
            way.slice(at).map(({ job }) => job),
            workflow.jobs,
          ),
        );
      }
    }
  }
  return cycles;
}

function fromFirst(cycle: readonly Job[], order: readonly Job[]): Job[] {
  const members = new Set(cycle);
  const first = order.find((job) => members.has(job));
  const at = first ? cycle.indexOf(first) : 0;
  return [...cycle.slice(at), ...cycle.slice(0, at)];
}
