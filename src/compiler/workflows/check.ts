/** The check that fails a pull request when the committed workflows are not what the config compiles to, or do not lint. */
import { branchPattern } from "../../pipeline/branch-names.ts";
import { CONFIG_CHECK } from "../../pipeline/check-names.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { expression } from "../expressions.ts";
import { runScript } from "../steps/program.ts";
import { checkout } from "../steps/sources.ts";
import { setUpTools } from "../steps/tools.ts";
import { grant } from "../permissions.ts";

export function checkWorkflow(pipeline: Pipeline, name: string): Workflow {
  const { check } = pipeline;
  if (!check) throw new Error("This pipeline has no check.");
  const { main, integration } = pipeline.branches;
  const branches = [main, ...integration].map(branchPattern);
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
          // Both commands say in the job's summary what came of them.
          runScript({ name: "Compare the workflows with the config" }, `${check.run.trimEnd()}\n`),
          // What is wrong with the files is worth knowing also when they are not the newest.
          ...(check.lint === false
            ? []
            : [
                runScript(
                  {
                    name: "Lint the workflows",
                    if: "!cancelled() && steps.install.outcome == 'success'",
                    timeoutMinutes: check.timeoutMinutes,
                  },
                  `${check.lint.trimEnd()}\n`,
                ),
              ]),
        ],
      },
    },
  };
}
