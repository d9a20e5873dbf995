import { didYouMean } from "../../../../nearest.ts";
import type { WorkflowDocument } from "../../../../workflow/document/document.ts";
import { expressionsOf } from "../../../../workflow/document/expression-sites.ts";
import { spanInFile } from "../../../../workflow/expressions/embedded.ts";
import { referencesIn } from "../../../../workflow/expressions/expression.ts";
import { repositoryRule } from "../../../rule.ts";
import { declaredIn, type LocalCall, localCallsOf } from "./called-workflows.ts";

const CALLED = `on:
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
`;

const caller = (output: string): string => `on: push
jobs:
  build:
    uses: ./.github/workflows/build.yml
  test:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - run: ./test.sh \${{ needs.build.outputs.${output} }}
`;

export const calledWorkflowOutput = repositoryRule({
  id: "called-workflow-output",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "An output of a called workflow is one that it declares.",
  why: "Only what stands under `on.workflow_call.outputs` reaches the caller; anything else is empty.",
  bad: { ".github/workflows/ci.yml": caller("image-digest"), ".github/workflows/build.yml": CALLED },
  good: { ".github/workflows/ci.yml": caller("digest"), ".github/workflows/build.yml": CALLED },
  repository({ repository, report }) {
    const byDocument = new Map<WorkflowDocument, Map<string, LocalCall>>();
    for (const call of localCallsOf(repository)) {
      if (!call.trigger) continue;
      const jobs = byDocument.get(call.document) ?? new Map<string, LocalCall>();
      jobs.set(call.job.id.toLowerCase(), call);
      byDocument.set(call.document, jobs);
    }
    for (const [document, calls] of byDocument)
      for (const site of expressionsOf(document)) {
        if (!site.expression) continue;
        for (const { path, expression } of referencesIn(site.expression)) {
          const [context, id = "", property, output] = path;
          if (
            (context !== "needs" && context !== "jobs") ||
            property !== "outputs" ||
            output === undefined ||
            output === "*" ||
            expression.kind !== "access"
          )
            continue;
          const call = calls.get(id);
          if (!call?.trigger || !call.called) continue;
          const names = [...declaredIn(call.trigger, "outputs").keys()];
          if (names.some((name) => name.toLowerCase() === output)) continue;
          const at = expression.index === "star" ? expression : expression.index;
          report(
            document,
            spanInFile(document.file.text, site, at),
            `The workflow \`${call.path}\` that the job \`${call.job.id}\` calls has no output \`${expression.property ?? output}\`. ${names.length === 0 ? "It declares none." : (didYouMean(output, names) ?? "")}`.trim(),
            {
              related: [{ in: call.called, at: call.trigger.node, message: "Its outputs are declared here." }],
            },
          );
        }
      }
  },
});
