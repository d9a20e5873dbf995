/** What Sindri's plan asks of people. */
import { beyond, type Requirement } from "../../support/requirement.ts";

export const peopleRows: Requirement[] = [
  beyond(
    "Timeline",
    "Six phases in 17 to 24 days, one engineer, with estimates, dependencies, a critical path and a buffer.",
    "People. A phase is a commit to the config: consumers follow one by one.",
  ),
  beyond(
    "Timeline, Appendix",
    "A Fly.io account, a repository with Actions, the tools `gh`, `flyctl` and `docker`.",
    "People. What the workflows need they install themselves, by pinned commits.",
  ),
  beyond(
    "Phase criteria, P1 tests, P2 tests, P3 tests, P4 tests, P5 tests, P6 tests",
    "Each phase's boxes are ticked by somebody who looked.",
    "People. What a box asks of a file is a row above, with its test; what it asks of Fly.io shows in the first runs.",
  ),
  beyond(
    "2.3, P2 deliverables, P3 deliverables, P4 deliverables, Performance tests, Performance criteria",
    "Times are measured and written down: before and after, by mode.",
    "People choose what to publish; the metrics measure daily, against the figures from before.",
    "test/templates/metrics-measures.test.ts",
  ),
  beyond(
    "Business criteria, Summary",
    "Costs at Fly.io fall, feedback comes sooner.",
    "Fly.io's bill; the metrics show times and reuse.",
  ),
  beyond(
    "Acceptance",
    "Sign-off: phases complete, tests pass, documents approved, team trained, no critical issues.",
    "People.",
  ),
  beyond(
    "After launch",
    "Watch runs for a week, look at trends for a month, share what was learned.",
    "People, with the daily figures and the alerts.",
  ),
  beyond("Operational criteria, Phase criteria, Operational risks", "The team is trained and comfortable.", "People."),
  beyond(
    "3.4, 4.5, 5.5, P3 tests, End-to-end tests",
    "The plan's own trials: an empty commit, a changed README, a changed Dockerfile, a test pull request, its merge.",
    "People, once. The same are played in tests.",
    "test/execution/pipeline/sindri.test.ts",
  ),
  beyond(
    "Regression tests",
    "Extensions, volumes, SSH and variables behave as before.",
    "The scripts in `tests/`, which are Sindri's own; a machine of the image and one of the sources are made by the same commands.",
  ),
  beyond(
    "Appendix",
    "Glossary, references, change log, approval.",
    "People. Words are explained where they are used; git has the log.",
  ),
];
