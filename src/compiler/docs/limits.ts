/** What GitHub Actions cannot do, and the nearest thing that this pipeline has. */
import type { Pipeline } from "../../pipeline/types.ts";
import { code, table } from "./markdown.ts";

/** Facts of GitHub's docs: "Control the concurrency of workflows and jobs", "Events that trigger workflows", "Reusing workflow configurations". */
export function limitsTable(pipeline: Pipeline): string {
  const oneRun = pipeline.topology === "workflow_call";
  const waiting =
    pipeline.queue === "max"
      ? '`queue: "max"` keeps up to 100 builds and releases waiting, in order.'
      : 'One waits, and a newer one takes its place. With `queue: "max"` up to 100 wait, in order, as releases and deliveries do.';
  return table(
    ["What one might want", "What GitHub Actions has", "What happens here"],
    [
      [
        "At most so many builds at a time, the oldest waiting one dropped",
        "Groups in which one run goes and one waits; a number cannot be given.",
        `Builds of different commits run side by side, builds of one commit one after the other. ${waiting} A pull request's newer commit cancels the older run.`,
      ],
      oneRun
        ? [
            "A required check that only exists when it is needed",
            "A job that is skipped counts as passed, also when what it waited for has failed.",
            `The job ${code(pipeline.checks.gate)} looks at all tests, and fails when a required one did not run.`,
          ]
        : [
            "The results of a workflow that follows another on the pull request",
            "They show nowhere: the run belongs to the default branch.",
            "Each consumer posts a commit status under its name, for every outcome of the build.",
          ],
      oneRun
        ? [
            "More than 50 consumers in one run",
            "A run calls at most 50 different workflows.",
            'The config refuses them; `topology: "workflow_run"` has no such limit.',
          ]
        : [
            "A chain of many workflows",
            "At most three follow one another after the first.",
            "Consumers follow the build, promotion follows the consumers, and nothing follows that.",
          ],
      oneRun
        ? [
            "The build's run green while a slow test goes on",
            "A run has one result, when its last job has ended.",
            "The jobs that build show before that whether there is an image.",
          ]
        : [
            "Something that happens once all tests of a commit have passed",
            "A run knows nothing of others.",
            "Promotion looks at all statuses each time one of them may have changed.",
          ],
      [
        "A job's results checked by its successors without a condition",
        "What needs a failed job is skipped, and so is all that needs it in turn.",
        "Every job that must look says `!cancelled()` or `always()`, and reads the results itself.",
      ],
    ],
  );
}
