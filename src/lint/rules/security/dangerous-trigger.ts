import { rule } from "../../rule.ts";

export const dangerousTrigger = rule({
  id: "dangerous-trigger",
  family: "security",
  levels: { recommended: "info", strict: "warning" },
  summary: "Runs that outsiders start do not hold the repository's token and secrets.",
  why: "`pull_request_target` runs with the base repository's token, secrets and cache on events that anybody causes. GitHub blocks it by default in public repositories since November 2026, so that such a workflow does not start there until somebody allows it.",
  bad: `on: pull_request_target
jobs:
  label:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/labeler@v6
`,
  good: `on: pull_request
jobs:
  label:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/labeler@v6
`,
  workflow(workflow, { report }) {
    for (const { event, node } of workflow.triggers)
      if (event === "pull_request_target") report(node, "`pull_request_target` gives a run that anybody starts the repository's token and secrets, and is blocked by default in public repositories. Use `pull_request`, or do the work that needs write access in a `workflow_run` workflow that reads nothing of the pull request.");
  },
});
