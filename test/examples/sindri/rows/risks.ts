/** The plan's tables of risks, row by row: what answers each. */
import { beyond, type Requirement } from "../../support/requirement.ts";

const PIPELINE = "test/execution/pipeline/sindri.test.ts";

export const riskRows: Requirement[] = [
  beyond(
    "Technical risks",
    "Image build failures.",
    "Pushes are tried three times; tests go on from the sources; nothing is promoted.",
    PIPELINE,
  ),
  beyond(
    "Technical risks, Risk response",
    "The registry is unavailable; in the long run, several registries.",
    "Tests deploy from the sources. `mirrors` in the config pushes every image to a second registry, from which it is deployed by the same digest.",
    "test/execution/deployment.test.ts",
  ),
  beyond(
    "Technical risks",
    "Stale images cause failures.",
    'An image is reused only while none of its inputs changed, by the commit that it was made from; `freshness: "fail"`; a run by hand builds anew.',
    PIPELINE,
  ),
  beyond("Technical risks", "Pulls are limited.", "Runners pull nothing; machines pull inside of Fly.io.", PIPELINE),
  beyond(
    "Technical risks",
    "The registry's disk fills up.",
    "The cleanup deletes, and the metrics count gigabytes.",
    "test/execution/cleanup-oci.test.ts",
  ),
  beyond(
    "Technical risks",
    "Logins fail.",
    "Each login is made twice, again before each push, and says what is wrong.",
    "test/compiler/login.test.ts",
  ),
  beyond(
    "Technical risks",
    "Parallel deployments meet.",
    "Names hold the run, the attempt and the job.",
    "test/execution/deployment.test.ts",
  ),
  beyond(
    "Technical risks",
    "The wrong version is deployed.",
    "By digest, which the build hands on in the same run.",
    PIPELINE,
  ),
  beyond(
    "Operational risks",
    "The team does not know the new approach.",
    "People; `generate --docs` writes a page of the pipeline, with troubleshooting and rollbacks.",
  ),
  beyond(
    "Operational risks",
    "Debugging becomes harder.",
    "Labels, summaries, logs on failure, and machines that stay on request.",
    PIPELINE,
  ),
  beyond("Operational risks", "Rollbacks are complex.", "A line each.", "test/execution/pipeline/sindri-main.test.ts"),
  beyond(
    "Operational risks, Business criteria",
    "More to maintain.",
    "One file of fewer than a hundred lines instead of twenty workflows; `check` tells a workflow that was changed by hand.",
  ),
  beyond(
    "Business risks",
    "The migration takes longer.",
    'People; consumers can follow one by one (`source: "build"` until then).',
  ),
  beyond(
    "Business risks",
    "The gain is not realised.",
    "The metrics compare with the figures from before, every day.",
    "test/templates/metrics-measures.test.ts",
  ),
  beyond(
    "Business risks, Risk response",
    "A regression reaches production.",
    "`latest` moves only after every test of that very image; releases promote what was tested.",
    "test/execution/pipeline/sindri-main.test.ts",
  ),
  beyond(
    "Business risks",
    "Storage costs more.",
    "Weekly cleanup; a threshold on gigabytes.",
    "test/execution/cleanup-oci.test.ts",
  ),
];
