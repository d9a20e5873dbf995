import { STALE_BASELINE } from "../../baseline.ts";
import { rule } from "../../rule.ts";

export const staleBaseline = rule({
  id: STALE_BASELINE,
  family: "language",
  levels: { recommended: "info", strict: "info" },
  summary: "The baseline holds only findings that are still there.",
  why: "An entry whose finding was mended would set the same fault aside when it comes back.",
  onTheRun: true,
  bad: {
    ".github/workflows/example.yml":
      "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n",
    "pipewright.baseline.json": `{
  "version": 1,
  "findings": [
    {
      "rule": "yaml-syntax",
      "file": ".github/workflows/example.yml",
      "source": "runs-on: [ubuntu-latest",
      "count": 1
    }
  ]
}
`,
  },
  good: {
    ".github/workflows/example.yml":
      "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n",
    "pipewright.baseline.json": '{ "version": 1, "findings": [] }\n',
  },
});
