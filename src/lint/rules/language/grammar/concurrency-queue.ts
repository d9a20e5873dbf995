import type { Concurrency } from "../../../../workflow/document/document.ts";
import { rule, type RuleContext } from "../../../rule.ts";

export const concurrencyQueue = rule({
  id: "concurrency-queue",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A concurrency group either queues all runs or cancels the one in progress.",
  why: "`queue: max` lets up to 100 runs wait, `cancel-in-progress: true` ends them: GitHub refuses the two together.",
  bad: `on: push
concurrency:
  group: deploy
  queue: max
  cancel-in-progress: true
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: make deploy
`,
  good: `on: push
concurrency:
  group: deploy
  queue: max
  cancel-in-progress: false
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: make deploy
`,
  workflow({ concurrency }, context) {
    check(concurrency, context);
  },
  job({ concurrency }, context) {
    check(concurrency, context);
  },
});

function check(concurrency: Concurrency | undefined, { report }: RuleContext): void {
  if (concurrency?.queue?.value === "max" && concurrency.cancelInProgress?.value === "true")
    report(concurrency.queue, "`queue: max` is not allowed beside `cancel-in-progress: true`. Remove one of them.", {
      related: [{ at: concurrency.cancelInProgress, message: "Runs are cancelled here." }],
    });
}
