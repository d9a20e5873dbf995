/** What Charon's plan asks of people: phases, announcements, approvals. Sections 6, 12, 13, 15 and 16. */
import { beyond, type Requirement } from "../../support/requirement.ts";

export const peopleRows: Requirement[] = [
  beyond(
    "6.0 to 6.6, 7.3, 12",
    "Seven phases over eight weeks, the cleanup first.",
    'People. The order is kept by committing the config\'s lines one after the other: `retention` alone is a first step that compiles, the consumers follow one by one with `source: "build"` until they are moved.',
  ),
  beyond(
    "6.1",
    "A feature branch for the change.",
    "People. GitHub starts `workflow_run` workflows from the default branch only, so consumers work once they are merged.",
  ),
  beyond(
    "6.2 to 6.4",
    "Try it with a test pull request.",
    "The emitted files are played with pull requests of the repository and of forks.",
    "test/execution/pipeline/pull-request.test.ts",
  ),
  beyond(
    "6.6",
    "CONTRIBUTING.md explains the new workflows.",
    "People; it can point to `docs/ci-cd.md`, which is kept current.",
  ),
  beyond("6.6, 15.1", "The team is trained, contributors are told, a blog post is written.", "People."),
  beyond(
    "7.2, 7.4",
    "Races and wrong triggers are seen in the logs.",
    "They cannot pass unseen: a mismatch fails the test, and a run that is not tested says why in its summary.",
  ),
  beyond(
    "8.2",
    "The team understands the architecture; rollbacks are tested and documented.",
    "The pages explain it; the rollbacks are the rows of section 9.",
  ),
  beyond(
    "10.7",
    "Back up the workflows, move one at a time, tell contributors.",
    'Git keeps the earlier workflows; a consumer is moved by deleting its `source: "build"`, one commit each; the rest is people\'s.',
  ),
  beyond("13", "Eleven points of a review.", "They repeat the sections above, and the rows name both."),
  beyond("15.2", "Templates of announcements.", "People."),
  beyond(
    "16",
    "Approvals, next steps, and the estimate of minutes and money saved.",
    "People; the metrics say what was saved.",
  ),
];
