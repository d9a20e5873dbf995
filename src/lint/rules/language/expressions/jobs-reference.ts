import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const jobsReference = rule({
  id: "jobs-reference",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "An output of a called workflow is taken from a job that has it.",
  why: "A job or output that does not exist gives the caller an empty value.",
  bad: `on:
  workflow_call:
    outputs:
      digest:
        value: \${{ jobs.build.outputs.image-digest }}
jobs:
  build:
    runs-on: ubuntu-latest
    outputs:
      digest: \${{ steps.push.outputs.digest }}
    steps:
      - id: push
        run: ./push.sh
`,
  good: `on:
  workflow_call:
    outputs:
      digest:
        value: \${{ jobs.build.outputs.digest }}
jobs:
  build:
    runs-on: ubuntu-latest
    outputs:
      digest: \${{ steps.push.outputs.digest }}
    steps:
      - id: push
        run: ./push.sh
`,
  document: reportTypeProblems("jobs-reference"),
});
