import { repositoryRule } from "../../rule.ts";
import { taintOf } from "../../taint/document-taint.ts";
import { taintIn } from "../../taint/repository-taint.ts";
import { injectionFix } from "./injection-fix.ts";
import { injectionLevel, injectionMessage, injectionsIn, wayTo } from "./injection.ts";

export const scriptInjectionAcrossFiles = repositoryRule({
  id: "script-injection-across-files",
  family: "security",
  levels: { recommended: "error", strict: "error" },
  summary: "No workflow or action of the repository runs text as code that a caller took from an outsider.",
  why: "An input of a called workflow or a composite action holds what its caller passes: a pull request's title there is code in the script that pastes the input in. The way from the event to the script is shown with the finding.",
  bad: {
    ".github/workflows/triage.yml": `on: issues
jobs:
  label:
    uses: ./.github/workflows/label.yml
    with:
      title: \${{ github.event.issue.title }}
`,
    ".github/workflows/label.yml": `on:
  workflow_call:
    inputs:
      title:
        type: string
jobs:
  label:
    runs-on: ubuntu-latest
    steps:
      - run: ./label.sh "\${{ inputs.title }}"
`,
  },
  good: {
    ".github/workflows/triage.yml": `on: issues
jobs:
  label:
    uses: ./.github/workflows/label.yml
    with:
      number: \${{ github.event.issue.number }}
`,
    ".github/workflows/label.yml": `on:
  workflow_call:
    inputs:
      number:
        type: string
jobs:
  label:
    runs-on: ubuntu-latest
    steps:
      - run: ./label.sh "\${{ inputs.number }}"
`,
  },
  repository({ repository, report }) {
    const analysisOf = taintIn(repository);
    for (const document of repository.documents) {
      const alone = new Set(
        injectionsIn(document, taintOf(document))
          .filter(({ taint }) => taint.trust === "anyone")
          .map(({ at }) => at.start),
      );
      for (const injection of injectionsIn(document, analysisOf(document))) {
        if (injection.taint.trust !== "anyone" || injection.taint.events.length === 0 || alone.has(injection.at.start))
          continue;
        report(document, injection.at, injectionMessage(injection), {
          level: injectionLevel(injection),
          related: wayTo(injection.taint, document, injection.at),
          fix: injectionFix(document, injection.sink, injection.site),
        });
      }
    }
  },
});
