import { rule } from "../../../rule.ts";
import { retirementOf } from "./hosted-runners.ts";
import { isDeclared, isSelfHosted, requestsOf } from "./runner-labels.ts";

export const retiredRunner = rule({
  id: "retired-runner",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "`runs-on` asks for none of the images that GitHub has retired.",
  why: "GitHub removes an image some years after its release; a job that asks for it fails or waits in the queue until it is cancelled. Runners of your own with such a label are told in the setting `runnerLabels`.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-20.04
    steps:
      - run: make test
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-22.04
    steps:
      - run: make test
  own:
    runs-on: [self-hosted, ubuntu-20.04]
    steps:
      - run: make test
`,
  job(job, { settings, report }) {
    for (const request of requestsOf(job)) {
      if (isSelfHosted(request) || request.group) continue;
      for (const label of request.labels) {
        const retired = isDeclared(label.value, settings) ? undefined : retirementOf(label.value);
        if (retired)
          report(
            label,
            `GitHub retired \`${label.value}\` in ${retired.when}. Use \`${retired.instead}\` or a newer one.`,
          );
      }
    }
  },
});
