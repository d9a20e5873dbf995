import { quoted } from "../../../../workflow/grammar/words.ts";
import { LIMITS } from "../../../../workflow/limits.ts";
import { rule } from "../../../rule.ts";
import { identityOf, isComputed, jobsOfMatrix } from "./matrix-value.ts";

const MAX_JOBS = LIMITS.matrixJobs.value;

export const matrixValues = rule({
  id: "matrix-values",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A matrix has values, each once, and makes at most 256 jobs.",
  why: "GitHub refuses a dimension without values and a matrix of more than 256 jobs. A value that stands twice makes every one of its jobs run twice.",
  bad: `on: push
jobs:
  test:
    strategy:
      matrix:
        node: [22, 24, 24]
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  good: `on: push
jobs:
  test:
    strategy:
      matrix:
        node: [22, 24, "24.1"]
        os: \${{ fromJSON(inputs.systems) }}
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  job({ matrix }, { report }) {
    if (!matrix) return;
    for (const [name, { key, value }] of matrix.dimensions) {
      if (value.kind !== "sequence") continue;
      if (value.items.length === 0) report(key, `The dimension \`${name}\` has no values. Add some, or remove it.`);
      const seen = new Map<string, typeof value>();
      for (const item of value.items) {
        if (isComputed(item)) continue;
        const identity = identityOf(item);
        if (seen.has(identity))
          report(item, `This value of \`${name}\` stands twice, so its jobs run twice. Remove one.`, {
            level: "warning",
          });
        seen.set(identity, value);
      }
    }
    const jobs = jobsOfMatrix(matrix);
    if (jobs > MAX_JOBS)
      report(
        matrix.pair.key,
        `This matrix makes ${jobs} jobs of ${quoted([...matrix.dimensions.keys()])}; GitHub allows ${MAX_JOBS}. Remove values, or split the job.`,
      );
  },
});
