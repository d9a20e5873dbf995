import {
  nameOfWorkflow,
  type Job,
  triggerOf,
  type Trigger,
  type WorkflowDocument,
} from "../../../../workflow/document/document.ts";
import { scalarsOf, valueOf } from "../../../../workflow/yaml/node.ts";
import { filterOf } from "../../../model/events.ts";
import { passesFilter, plainNames } from "../../../../workflow/filters.ts";
import { pipelineOf } from "../../../model/pipeline.ts";
import { type Repository, workflowsOf } from "../../../repository.ts";
import { holds, occasionsOf } from "../../../runs/occasions.ts";
import { type TokenEvent, tokenEventsOf } from "../../../runs/token-events.ts";
import { repositoryRule } from "../../../rule.ts";

const PUBLISH = `name: Publish
on:
  push:
    tags: ['v*']
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: make publish
`;
const TAG = `name: Tag
on:
  push:
    branches: [main]
permissions:
  contents: write
jobs:
  tag:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: |
          TAG="v$(cat VERSION)"
          git tag "$TAG"
          git push origin "$TAG"
`;

export const eventStartsNothing = repositoryRule({
  id: "event-starts-nothing",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A tag, release or branch that is meant to start a workflow is not made with `GITHUB_TOKEN`.",
  why: 'Events made with `GITHUB_TOKEN` start no workflows, the two dispatch events aside, so that workflows do not start each other for ever ("Use GITHUB_TOKEN for authentication in workflows"). A workflow that waits for the tag which another one pushes with its token never runs, and nothing says so.',
  bad: [
    { ".github/workflows/tag.yml": TAG, ".github/workflows/publish.yml": PUBLISH },
    {
      ".github/workflows/release.yml": `on:
  push:
    tags: ['v*']
jobs:
  release:
    runs-on: ubuntu-latest
    permissions:
      contents: write
    steps:
      - uses: softprops/action-gh-release@v2
`,
      ".github/workflows/publish.yml": PUBLISH.replace(
        "  push:\n    tags: ['v*']",
        "  release:\n    types: [published]",
      ),
    },
  ],
  good: [
    {
      ".github/workflows/tag.yml": TAG.replace(
        "checkout@v5\n",
        "checkout@v5\n        with:\n          ssh-key: ${{ secrets.DEPLOY_KEY }}\n",
      ),
      ".github/workflows/publish.yml": PUBLISH,
    },
    {
      ".github/workflows/tag.yml": `${TAG}      - run: gh workflow run publish.yml --ref "v$(cat VERSION)"\n        env:\n          GH_TOKEN: \${{ github.token }}\n`,
      ".github/workflows/publish.yml": PUBLISH.replace("jobs:", "  workflow_dispatch:\njobs:"),
    },
  ],
  repository({ repository, settings, report }) {
    const consumers = workflowsOf(repository).flatMap((workflow) =>
      workflow.triggers
        .filter(({ event }) => event === "push" || event === "release")
        .map((trigger) => ({ workflow, trigger })),
    );
    if (consumers.length === 0) return;
    for (const workflow of workflowsOf(repository)) {
      if (startsByItself(workflow)) continue;
      const said = new Set<WorkflowDocument>();
      for (const job of workflow.jobs) {
        const makes = tokenEventsOf(job, repository.files).filter(() =>
          occasionsOf(workflow).some((run) => holds(job.if, run) !== false),
        );
        for (const made of makes)
          for (const consumer of consumers) {
            if (
              consumer.workflow === workflow ||
              said.has(consumer.workflow) ||
              !waitsFor(consumer.trigger, made, job) ||
              !onlyFor(consumer, settings.preset === "strict") ||
              startsOtherwise(consumer.workflow, workflow, repository)
            )
              continue;
            said.add(consumer.workflow);
            report(
              workflow,
              made.at,
              `Events of \`GITHUB_TOKEN\` start no workflows, so ${NAMES[made.kind]} that \`${made.by}\` makes here never starts \`${nameOfWorkflow(consumer.workflow)}\`, which waits for ${made.kind === "release" ? "one" : "such a push"}. Use the token of a GitHub App or a deploy key, or start that workflow from here (\`workflow_call\`, \`gh workflow run\`).`,
              {
                related: [{ in: consumer.workflow, at: consumer.trigger.node, message: "This waits for it." }],
              },
            );
          }
      }
    }
  },
});

const NAMES: Readonly<Record<TokenEvent["kind"], string>> = {
  tag: "the tag",
  release: "the release",
  branch: "the push",
};

/** What starts workflows by dispatch, or with a token of its own, may well start this one. */
const startsByItself = ({ file }: WorkflowDocument): boolean =>
  /gh workflow run|\/dispatches\b|create(?:Workflow)?Dispatch|workflow-dispatch|repository-dispatch|trigger-workflow|create-github-app-token|github-app-token|url\s*=|insteadOf/i.test(
    file.text,
  );

function waitsFor(trigger: Trigger, made: TokenEvent, job: Job): boolean {
  if (trigger.event === "release") {
    const types = scalarsOf(valueOf(trigger.config, "types")).map(({ value }) => value);
    // A run for a release has that release, and adds to it.
    return (
      made.kind === "release" &&
      occasionsOf(job.workflow).some((run) => run.event !== "release" && holds(job.if, run) !== false) &&
      (types.length === 0 ||
        types.some(
          (type) => type === "published" || type === "released" || type === "created" || type === "prereleased",
        ))
    );
  }
  if (made.kind === "branch") {
    const names = plainNames(filterOf(trigger, "branches"));
    // People push to the others themselves.
    return names !== undefined && names.every((name) => name === made.name) && !EVERYDAY.test(made.name);
  }
  const tags = filterOf(trigger, "tags");
  if (made.kind !== "tag" || !tags || tags.ignore) return false;
  // On a tag's own run the release is for that tag, which is there.
  if (made.perhaps && occasionsOf(job.workflow).every(({ ref, event }) => ref === "tag" || event === "workflow_call"))
    return false;
  return made.whole
    ? passesFilter(tags, made.name)
    : ["1", "1.2.3", "v1", "v1.2.3", "2026-01-31", "20260131"].some(
        (rest) => (made.name === "" || !rest.startsWith("v")) && passesFilter(tags, `${made.name}${rest}`),
      );
}

const EVERYDAY = /^(?:main|master|trunk|dev|develop|development|staging|next|v?\d.*)$/;

/** Nothing else starts it for this, by people's hands aside; under strict other branches' pushes may start it too. */
function onlyFor({ workflow, trigger }: { workflow: WorkflowDocument; trigger: Trigger }, strict: boolean): boolean {
  if (
    !strict &&
    trigger.event === "push" &&
    filterOf(trigger, "tags") !== undefined &&
    filterOf(trigger, "branches") !== undefined
  )
    return false;
  return workflow.triggers.every(
    ({ event }) =>
      event === trigger.event ||
      event === "workflow_dispatch" ||
      event === "workflow_call" ||
      (strict && event.startsWith("pull_request")),
  );
}

/** It is called, it follows by `workflow_run`, or both call the workflow that does the work. */
function startsOtherwise(consumer: WorkflowDocument, maker: WorkflowDocument, repository: Repository): boolean {
  const calls = (workflow: WorkflowDocument): Set<string> =>
    new Set(
      workflow.jobs.flatMap(({ uses }) =>
        uses?.kind === "local" ? [uses.path] : uses?.kind === "repository" ? [uses.name] : [],
      ),
    );
  const called = calls(maker);
  return (
    called.has(consumer.file.path) ||
    [...calls(consumer)].some((path) => called.has(path)) ||
    triggerOf(consumer, "workflow_run") !== undefined ||
    pipelineOf(repository).starts.some(({ from, to }) => from === maker && to === consumer)
  );
}
