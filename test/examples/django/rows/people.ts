/** What the roadmap asks of people: order, approvals, costs, and its questions. */

import { beyond, fromConfig, type Requirement, set } from "../../support/requirement.ts";

export const peopleRows: Requirement[] = [
  beyond(
    "Timeline, Next steps",
    "Four weeks, one change after the other.",
    "People. Each priority is a line or a block of the config, so each is a commit of its own that compiles, and the rollbacks above are the same commits reverted.",
  ),
  beyond(
    "Cost",
    "72 hours of work, 54 to 75 hours of runners saved a month, 48 dollars a year.",
    "People. The metrics say what a run takes; what a minute is worth they do not know.",
  ),
  beyond(
    "Testing 1",
    "Build locally, run the whole suite, verify that it works.",
    "`docker buildx bake` and the compose file do on a laptop what the workflows do.",
  ),
  beyond(
    "Validation",
    "Response times are maintained, the use of resources is acceptable.",
    "Out of scope: monitoring of the site. The workflow asks whether it answers, not how fast.",
  ),
  beyond(
    "Next steps",
    "Review with the team, get approvals, document the final performance.",
    "People. `docs/ci-cd.md` describes the pipeline as it is, and is generated with it.",
  ),
  fromConfig(
    "Q&A",
    "Why not split the tests over six jobs? Six times the cost. For critical releases it is one line.",
    {
      line: set("consumers.tests.matrix", { shard: [1] }),
      given: set("consumers.tests.matrix", { shard: [1, 2, 3, 4, 5, 6] }),
      output: "tests.yml: job `test`, `strategy.matrix.shard`",
      holds: (files) => JSON.stringify(files.job("tests", "test")?.strategy ?? null).includes("[1,2,3,4,5,6]"),
    },
  ),
  beyond(
    "Q&A",
    "Why not pytest-xdist?",
    "People: it is a change of the suite. The pipeline runs whatever command the compose file names.",
  ),
  fromConfig("Q&A", "What if multi-stage breaks something? The way back is one line, and staging comes first.", {
    line: set("builds.images.file", "deployment/docker-bake.hcl"),
    given: set("builds.images.file", "deployment/docker-bake.single.hcl"),
    output: "builds.yml: job `build-images`, `files`",
    holds: (files) =>
      String(files.step("builds", "build-images", "Build")?.with["files"]).startsWith(
        "deployment/docker-bake.single.hcl\n",
      ),
  }),
  beyond("Q&A", "All phases at once?", "No; see the timeline."),
  beyond(
    "Q&A",
    "What is the best that can be had? Ten to twelve minutes; below that tests must run in parallel.",
    "The thresholds say twelve.",
  ),
  beyond(
    "Overview",
    "From 23 to 27 minutes down to 12 to 15; the matrix of impact and effort.",
    "The table above has a row for each of its eight entries; the split of the tests is the option of the questions.",
  ),
];
