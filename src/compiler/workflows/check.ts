/** The check that fails a pull request when the committed workflows are not what the config compiles to, or do not lint. */
import { CONFIG_CHECK } from "../../pipeline/check-names.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { expression } from "../expressions.ts";
import { runScript } from "../steps/program.ts";
import { checkout } from "../steps/sources.ts";
import { setUpTools } from "../steps/tools.ts";
import { grant } from "../permissions.ts";

const SUMMARY = `case "$OUTCOME" in
  success) echo "The workflows are what the config compiles to." ;;
  failure) echo "The workflows are not what the config compiles to. Run \\\`npx pipewright generate\\\` and commit the result; the log shows the difference." ;;
  *) echo "Pipewright could not be installed, so nothing was compared." ;;
esac >> "$GITHUB_STEP_SUMMARY"
`;

const LINT_SUMMARY = `case "$LINT_OUTCOME" in
  success) echo "The linter finds nothing that stops a merge." ;;
  failure) echo "The linter finds something: the log and the annotations show where, and \\\`npx pipewright explain <rule>\\\` says more." ;;
  *) echo "Nothing was linted." ;;
esac >> "$GITHUB_STEP_SUMMARY"
`;

export function checkWorkflow(pipeline: Pipeline, name: string): Workflow {
  const { check } = pipeline;
  if (!check) throw new Error("This pipeline has no check.");
  const { main, integration } = pipeline.branches;
  const branches = [main, ...integration];
  return {
    name,
    // Not filtered by paths: a required check that is skipped by its paths waits for ever.
    on: {
      push: { branches },
      pull_request: { branches },
      ...(pipeline.mergeQueue && { merge_group: { branches } }),
      workflow_dispatch: null,
    },
    permissions: {},
    concurrency: {
      group: concurrencyGroup(pipeline, "check", expression("github.event.pull_request.number || github.sha")),
      "cancel-in-progress": expression("github.event_name == 'pull_request'"),
    },
    jobs: {
      check: {
        name: CONFIG_CHECK,
        "runs-on": pipeline.runners.default,
        "timeout-minutes": check.timeoutMinutes,
        permissions: grant({ contents: "read" }),
        steps: [
          checkout(pipeline),
          ...setUpTools(pipeline, check.setup),
          runScript(
            { name: "Install Pipewright", id: "install", timeoutMinutes: check.timeoutMinutes },
            `${check.install.trimEnd()}\n`,
          ),
          runScript({ name: "Compare the workflows with the config", id: "compare" }, `${check.run.trimEnd()}\n`),
          // What is wrong with the files is worth knowing also when they are not the newest.
          ...(check.lint === false
            ? []
            : [
                runScript(
                  {
                    name: "Lint the workflows",
                    id: "lint",
                    if: "!cancelled() && steps.install.outcome == 'success'",
                    timeoutMinutes: check.timeoutMinutes,
                  },
                  `${check.lint.trimEnd()}\n`,
                ),
              ]),
          runScript(
            {
              name: "Say what came of it",
              if: "always()",
              env: {
                OUTCOME: expression("steps.compare.outcome"),
                ...(check.lint !== false && { LINT_OUTCOME: expression("steps.lint.outcome") }),
              },
            },
            check.lint === false ? SUMMARY : `${SUMMARY}${LINT_SUMMARY}`,
          ),
        ],
      },
    },
  };
}
