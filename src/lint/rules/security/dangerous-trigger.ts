import type { Span } from "../../../workflow/yaml/node.ts";
import { lineEnd, lineStart } from "../../edits/place.ts";
import { rule } from "../../rule.ts";

export const dangerousTrigger = rule({
  id: "dangerous-trigger",
  family: "security",
  levels: { recommended: "info", strict: "warning" },
  summary: "Runs that outsiders start do not hold the repository's token and secrets.",
  why: "`pull_request_target` runs with the base repository's token, secrets and cache on events that anybody causes. GitHub blocks it by default in public repositories since November 2026, so that such a workflow does not start there until somebody allows it. `workflow_run` and `issue_comment` give the same power, and are needed where a result is to be written back: under `strict` a comment behind the event says what keeps outsiders' code away.",
  bad: `on: pull_request_target
jobs:
  label:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/labeler@v6
`,
  good: [
    `on: pull_request
jobs:
  label:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/labeler@v6
`,
    `on:
  workflow_run: # only counts the runs; takes nothing that they left
    workflows: [Build]
    types: [completed]
jobs:
  count:
    runs-on: ubuntu-latest
    steps:
      - run: ./count.sh
`,
  ],
  workflow(workflow, { document, report, settings }) {
    for (const { event, node } of workflow.triggers) {
      if (
        settings.preset === "strict" &&
        (event === "workflow_run" || event === "issue_comment") &&
        !isExplained(document.file.text, node)
      )
        report(
          node,
          `Anybody starts a run on \`${event}\`, and it holds the repository's token and secrets. Say in a comment behind it what keeps their code away from them, or do without it.`,
          { level: "info" },
        );
      if (event === "pull_request_target")
        report(
          node,
          "`pull_request_target` gives a run that anybody starts the repository's token and secrets, and is blocked by default in public repositories. Use `pull_request`, or do the work that needs write access in a `workflow_run` workflow that reads nothing of the pull request.",
        );
    }
  },
});

/** A comment stands behind the event, or in the line above. */
function isExplained(text: string, { start, end }: Span): boolean {
  const behind = text.slice(end, lineEnd(text, end));
  const first = lineStart(text, start);
  return behind.includes("#") || /^\s*#/.test(text.slice(lineStart(text, first - 1), first));
}
