import { nearest } from "../../../../nearest.ts";
import type { Level } from "../../../finding.ts";
import type { LintSettings } from "../../../settings.ts";
import { rule } from "../../../rule.ts";
import { HOSTED_LABELS, isHosted, retirementOf, SELF_HOSTED_LABELS } from "./hosted-runners.ts";
import { isDeclared, isSelfHosted, requestsOf, type RunnerRequest } from "./runner-labels.ts";

export const runnerLabel = rule({
  id: "runner-label",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "`runs-on` asks for a runner that there is.",
  why: "A job whose label no runner has waits in the queue for a day and is then cancelled. Labels of your own runners are told in the setting `runnerLabels`; without it only labels that look like GitHub's own are judged, and under `strict` the others are pointed out.",
  bad: `on: push
jobs:
  test:
    strategy:
      matrix:
        os: [ubuntu-latest, linux-latest, macos-10.13]
    runs-on: \${{ matrix.os }}
    steps:
      - run: make test
`,
  good: `on: push
jobs:
  test:
    runs-on: [self-hosted, linux, big]
    steps:
      - run: make test
  arm:
    runs-on: ubuntu-26.04-arm
    steps:
      - run: make test
  group:
    runs-on:
      group: large
      labels: anything
    steps:
      - run: make test
`,
  workflow({ jobs }, { settings, report }) {
    for (const request of jobs.flatMap(requestsOf))
      for (const label of request.labels) {
        const fault = faultOf(label.value, request, settings);
        if (fault) report(label, fault.message, { level: fault.level });
      }
  },
});

function faultOf(
  label: string,
  request: RunnerRequest,
  settings: LintSettings,
): { message: string; level: Level } | undefined {
  const lower = label.toLowerCase();
  if (isHosted(lower) || retirementOf(lower) || SELF_HOSTED_LABELS.includes(lower) || isDeclared(label, settings))
    return undefined;
  const declared = settings.runnerLabels !== undefined;
  const guess = nearest(lower, HOSTED_LABELS);
  const help = guess === undefined ? "" : ` Did you mean \`${guess}\`?`;
  if (declared)
    return {
      message: `No runner has the label \`${label}\`: GitHub's have not, and the setting \`runnerLabels\` does not list it.${help}`,
      level: "error",
    };
  // Runners of one's own may have any label.
  if (isSelfHosted(request) || request.group) return undefined;
  if (looksHosted(lower))
    return {
      message: `GitHub has no runner \`${label}\`.${help} If it is your own, list it in the setting \`runnerLabels\`.`,
      level: "error",
    };
  if (settings.preset !== "strict") return undefined;
  return {
    message: `\`${label}\` is none of GitHub's runners. If it is your own, list it in the setting \`runnerLabels\`.`,
    level: "warning",
  };
}

/** `ubuntu-23.04` and `linux-latest` can only be meant for GitHub; larger runners are called `ubuntu-24.04-16core` and the like. */
const looksHosted = (label: string): boolean =>
  /^(?:ubuntu|macos|windows)-\d+(?:\.\d+)?$/.test(label) ||
  /^(?:linux|debian|ubuntu|unbuntu|ubunut|ubunto|mac|macos|macosx|osx|win|window|windows)[-_ ]?(?:lastest|latests|latest)$/.test(
    label,
  );
