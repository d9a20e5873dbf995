import { scalarsOf, valueOf } from "../../../workflow/yaml/node.ts";
import { rule } from "../../rule.ts";
import { taintOf } from "../../taint/document-taint.ts";
import { guardAt } from "../../taint/guards.ts";

const PUBLIC = new Set([
  "pull_request",
  "pull_request_target",
  "pull_request_review",
  "pull_request_review_comment",
  "issue_comment",
  "issues",
  "workflow_run",
  "discussion",
  "discussion_comment",
  "fork",
]);

export const selfHostedOnPublicTrigger = rule({
  id: "self-hosted-on-public-trigger",
  family: "security",
  levels: { recommended: "warning", strict: "warning" },
  exampleSettings: { visibility: "public" },
  summary: "In a public repository no run that outsiders start goes to a runner of one's own.",
  why: "A pull request from a fork runs its own code on the machine, which keeps what is left there for the next run and stands in one's own network (GitHub's documentation, \"Hardening for self-hosted runners\"). Asked only where the repository is said to be public.",
  bad: `on: pull_request
jobs:
  test:
    runs-on: [self-hosted, linux]
    steps:
      - run: make test
`,
  good: [
    `on: push
jobs:
  test:
    runs-on: [self-hosted, linux]
    steps:
      - run: make test
`,
    `on: pull_request
jobs:
  test:
    if: github.event.pull_request.head.repo.full_name == github.repository
    runs-on: [self-hosted, linux]
    steps:
      - run: make test
`,
  ],
  job(job, { document, report, settings }) {
    // Private repositories have no outsiders.
    if (settings.visibility !== "public" && !(settings.visibility === undefined && settings.preset === "strict"))
      return;
    const runsOn = job.runsOn?.value;
    const label = [...scalarsOf(runsOn), ...scalarsOf(valueOf(runsOn, "labels"))].find(
      ({ value }) => value.toLowerCase() === "self-hosted",
    );
    if (!label || guardAt({ job }).ownRepository) return;
    const events = taintOf(document)
      .eventsAt({ job })
      .filter((event) => PUBLIC.has(event));
    if (events.length > 0)
      report(
        label,
        `Anybody starts this job on your own machine (\`${events.join("`, `")}\`). Use a runner of GitHub's, or let only pull requests of this repository in by an \`if\`${settings.visibility === "public" ? "" : " (if the repository is private, say so with `visibility: private`)"}.`,
      );
  },
});
