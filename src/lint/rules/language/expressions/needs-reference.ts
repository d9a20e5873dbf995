import { rule } from "../../../rule.ts";
import { reportTypeProblems } from "./typing.ts";

export const needsReference = rule({
  id: "needs-reference",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A job reads the results and outputs of jobs that it needs.",
  why: "`needs` holds only the jobs that this job lists. Anything else gives an empty value.",
  bad: [
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    outputs:
      digest: \${{ steps.push.outputs.digest }}
    steps:
      - id: push
        run: ./push.sh
  test:
    runs-on: ubuntu-latest
    steps:
      - run: ./test.sh \${{ needs.build.outputs.digest }}
`,
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    outputs:
      digest: \${{ steps.push.outputs.digest }}
    steps:
      - id: push
        run: ./push.sh
  test:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - run: ./test.sh \${{ needs.build.outputs.digests }}
`,
  ],
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    outputs:
      digest: \${{ steps.push.outputs.digest }}
    steps:
      - id: push
        run: ./push.sh
  test:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - run: ./test.sh \${{ needs.build.outputs.digest }}
`,
  document: reportTypeProblems("needs-reference"),
});
