import { repositoryRule } from "../../rule.ts";
import { calledBy } from "../../taint/repository-taint.ts";
import { workflowsOf } from "../../repository.ts";
import { type MappingNode, valueOf } from "../../../workflow/yaml/node.ts";
import type { WorkflowDocument } from "../../../workflow/document/document.ts";
import { fixOf } from "../../edits.ts";
import { lineBreakOf } from "../../edits/place.ts";

export const secretsInherit = repositoryRule({
  id: "secrets-inherit",
  family: "security",
  levels: { recommended: "off", strict: "warning" },
  fixable: true,
  summary: "A called workflow gets the secrets that it declares, by name.",
  why: "`secrets: inherit` passes every secret of the repository and the organisation, those that are added next year among them, to a file that may change elsewhere.",
  bad: {
    ".github/workflows/ci.yml": `on: push
jobs:
  deploy:
    uses: ./.github/workflows/deploy.yml
    secrets: inherit
`,
    ".github/workflows/deploy.yml": `on:
  workflow_call:
    secrets:
      DEPLOY_KEY:
        required: true
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy.sh
        env:
          KEY: \${{ secrets.DEPLOY_KEY }}
`,
  },
  good: {
    ".github/workflows/ci.yml": `on: push
jobs:
  deploy:
    uses: ./.github/workflows/deploy.yml
    secrets:
      DEPLOY_KEY: \${{ secrets.DEPLOY_KEY }}
`,
    ".github/workflows/deploy.yml": `on:
  workflow_call:
    secrets:
      DEPLOY_KEY:
        required: true
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy.sh
        env:
          KEY: \${{ secrets.DEPLOY_KEY }}
`,
  },
  repository({ repository, report }) {
    for (const workflow of workflowsOf(repository))
      for (const job of workflow.jobs) {
        if (job.secrets?.inherit !== true) continue;
        const called = calledBy(repository, job);
        const declared = called && secretsOf(called);
        // Environment secrets reach a called workflow in no other way.
        if (called?.jobs.some(({ environment }) => environment !== undefined)) continue;
        const { pair } = job.secrets;
        const outside = job.uses?.kind === "repository";
        const names = declared && declared.length > 0 && declared.length < 8 ? declared : undefined;
        const indent = " ".repeat(
          Math.max(2, pair.key.start - workflow.file.text.lastIndexOf("\n", pair.key.start) - 1) + 2,
        );
        const text = names
          ?.map((name) => `${lineBreakOf(workflow.file)}${indent}${name}: \${{ secrets.${name} }}`)
          .join("");
        report(
          workflow,
          pair.value,
          `This passes every secret of the repository${outside ? ` to \`${job.uses?.written}\`, a file of another repository` : ""}. Pass ${names ? names.map((name) => `\`${name}\``).join(", ") : "the ones that it needs"} by name.`,
          {
            ...(text === undefined
              ? {}
              : {
                  fix: fixOf("Pass the declared secrets by name", [
                    { start: pair.key.end, end: pair.value.end, text: `:${text}` },
                  ]),
                }),
          },
        );
      }
  },
});

function secretsOf(workflow: WorkflowDocument): string[] {
  const call = workflow.triggers.find(({ event }) => event === "workflow_call");
  const secrets = valueOf(call?.config, "secrets") as MappingNode | undefined;
  return secrets?.kind === "mapping" ? secrets.pairs.map(({ key }) => key.value) : [];
}
