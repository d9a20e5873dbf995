import type { ScalarNode } from "../../../../workflow/yaml/node.ts";
import { rule } from "../../../rule.ts";
import { isHosted, retirementOf, systemOf } from "./hosted-runners.ts";
import { isSelfHosted, requestsOf } from "./runner-labels.ts";

export const runnerConflict = rule({
  id: "runner-conflict",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A list in `runs-on` holds labels that one runner can have together.",
  why: "A runner must have all labels of the list. No runner is Linux and Windows, or two of GitHub's images; to run on each, a matrix is needed.",
  bad: `on: push
jobs:
  test:
    runs-on: [ubuntu-latest, windows-latest]
    steps:
      - run: make test
`,
  good: `on: push
jobs:
  test:
    strategy:
      matrix:
        os: [ubuntu-latest, windows-latest]
    runs-on: \${{ matrix.os }}
    steps:
      - run: make test
  own:
    runs-on: [self-hosted, linux, x64, big]
    steps:
      - run: make test
`,
  job(job, { report }) {
    for (const request of requestsOf(job)) {
      const { labels } = request;
      const own = isSelfHosted(request);
      for (const [index, label] of labels.entries()) {
        const other = labels.slice(0, index).find((before) => excludes(before, label, own));
        if (other)
          report(
            label,
            `No runner has both \`${other.value}\` and \`${label.value}\`. To run on each of them, use a matrix.`,
            { related: [{ at: other, message: "The other label." }] },
          );
      }
    }
  },
});

/** A runner of one's own may have several of GitHub's labels, but not two systems. */
function excludes(a: ScalarNode, b: ScalarNode, own: boolean): boolean {
  const [left, right] = [a.value.toLowerCase(), b.value.toLowerCase()];
  if (left === right) return false;
  const systems = [systemOf(left), systemOf(right)];
  if (systems[0] !== undefined && systems[1] !== undefined && systems[0] !== systems[1]) return true;
  const isImage = (label: string): boolean => isHosted(label) || retirementOf(label) !== undefined;
  if (!own && isImage(left) && isImage(right)) return true;
  const architectures = ["x64", "arm", "arm64"];
  return architectures.includes(left) && architectures.includes(right);
}
