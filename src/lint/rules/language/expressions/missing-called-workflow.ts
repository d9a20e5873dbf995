import { repositoryRule } from "../../../rule.ts";
import { localCallsOf } from "./called-workflows.ts";

const CALLER = `on: push
jobs:
  build:
    uses: ./.github/workflows/build.yml
`;

const called = (on: string): string => `on: ${on}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make
`;

export const missingCalledWorkflow = repositoryRule({
  id: "missing-called-workflow",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A job calls a workflow that exists and can be called.",
  why: "GitHub refuses a file whose job calls a workflow that is not there, or that has no `workflow_call` among its triggers.",
  bad: [
    { ".github/workflows/ci.yml": CALLER },
    { ".github/workflows/ci.yml": CALLER, ".github/workflows/build.yml": called("push") },
  ],
  good: { ".github/workflows/ci.yml": CALLER, ".github/workflows/build.yml": called("workflow_call") },
  repository({ repository, report }) {
    for (const { document, job, path, called: target, trigger } of localCallsOf(repository)) {
      if (!job.uses || /@/.test(path)) continue;
      if (!target) {
        if (repository.complete && !repository.files.exists(path))
          report(
            document,
            job.uses.node,
            `There is no workflow \`${path}\` in this repository. Correct the path, which counts from the repository's root.`,
          );
        continue;
      }
      if (!trigger)
        report(
          document,
          job.uses.node,
          `The workflow \`${path}\` cannot be called: \`workflow_call\` is not among its triggers. Add it under \`on:\`.`,
          { related: target.on ? [{ in: target, at: target.on.key, message: "Its triggers stand here." }] : [] },
        );
    }
  },
});
