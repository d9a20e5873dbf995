import type { Document, Step } from "../../../../workflow/document/document.ts";
import type { ScalarNode } from "../../../../workflow/yaml/node.ts";
import { rule } from "../../../rule.ts";

export const duplicateStepId = rule({
  id: "duplicate-step-id",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A step's id is its own within the job.",
  why: "GitHub refuses two steps of a job with one id, and compares ids without case.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        id: tests
      - run: make more
        id: Tests
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        id: tests
  more:
    runs-on: ubuntu-latest
    steps:
      - run: make more
        id: tests
`,
  document(document, { report }) {
    for (const steps of ownersOf(document)) {
      const first = new Map<string, ScalarNode>();
      for (const { id } of steps) {
        if (!id || id.value === "") continue;
        const lower = id.value.toLowerCase();
        const before = first.get(lower);
        if (before === undefined) first.set(lower, id);
        else if (before !== id)
          report(
            id,
            `Another step of this ${document.kind === "workflow" ? "job" : "action"} has the id \`${before.value}\`, and ids are compared without case. Give this one its own.`,
            { related: [{ at: before, message: "First used here." }] },
          );
      }
    }
  },
});

const ownersOf = (document: Document): (readonly Step[])[] =>
  document.kind === "workflow" ? document.jobs.map(({ steps }) => steps) : [document.steps];
