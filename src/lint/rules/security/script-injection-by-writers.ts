import { rule } from "../../rule.ts";
import { taintOf } from "../../taint/document-taint.ts";
import { injectionFix } from "./injection-fix.ts";
import { crossesBranches, injectionMessage, injectionsIn, wayTo } from "./injection.ts";

export const scriptInjectionByWriters = rule({
  id: "script-injection-by-writers",
  family: "security",
  levels: { recommended: "off", strict: "warning" },
  fixable: true,
  summary: "No text that somebody types when a run is started, or names a branch by, becomes part of a script.",
  why: "Whoever dispatches a workflow, tags a release or names a branch may already write to the repository, but not read its secrets; a value with a quote in it also breaks the script by accident.",
  bad: `on:
  workflow_dispatch:
    inputs:
      version:
        type: string
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - run: ./release.sh "\${{ inputs.version }}"
`,
  good: `on:
  workflow_dispatch:
    inputs:
      version:
        type: string
      channel:
        type: choice
        options: [stable, beta]
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - env:
          VERSION: \${{ inputs.version }}
        run: ./release.sh "$VERSION" \${{ inputs.channel }}
`,
  document(document, { report }) {
    for (const injection of injectionsIn(document, taintOf(document))) {
      if (injection.taint.trust !== "contributor" || crossesBranches(injection.taint)) continue;
      report(injection.at, injectionMessage(injection), {
        ...(injection.taint.events.length === 0 ? { level: "info" as const } : {}),
        related: wayTo(injection.taint, document, injection.at),
        fix: injectionFix(document, injection.sink, injection.site),
      });
    }
  },
});
