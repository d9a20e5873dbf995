import { rule } from "../../rule.ts";
import { taintOf } from "../../taint/document-taint.ts";
import { PRIVILEGED_EVENTS } from "../../taint/sources.ts";
import { isName, wayTo } from "./injection.ts";

export const untrustedEnvWrite = rule({
  id: "untrusted-env-write",
  family: "security",
  levels: { recommended: "error", strict: "error" },
  summary: "Nothing that outsiders write goes into `$GITHUB_ENV` or `$GITHUB_PATH`.",
  why: "A line break in the value starts another line of the file: `LD_PRELOAD=...` or `NODE_OPTIONS=...` there, or a folder in `$GITHUB_PATH`, is code in every later step.",
  bad: [
    `on: pull_request_target
jobs:
  meta:
    runs-on: ubuntu-latest
    steps:
      - env:
          TITLE: \${{ github.event.pull_request.title }}
        run: echo "PR_TITLE=$TITLE" >> "$GITHUB_ENV"
`,
    `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  comment:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v5
        with:
          run-id: \${{ github.event.workflow_run.id }}
          github-token: \${{ github.token }}
      - run: cat meta.env >> "$GITHUB_ENV"
`,
  ],
  good: [
    `on: pull_request_target
jobs:
  meta:
    runs-on: ubuntu-latest
    steps:
      - env:
          NUMBER: \${{ github.event.pull_request.number }}
        run: echo "PR=$NUMBER" >> "$GITHUB_ENV"
`,
    `on: pull_request_target
jobs:
  meta:
    runs-on: ubuntu-latest
    steps:
      - env:
          TITLE: \${{ github.event.pull_request.title }}
        run: |
          [[ $TITLE =~ ^[a-z]+$ ]] || exit 1
          echo "PR_TITLE=$TITLE" >> "$GITHUB_ENV"
`,
  ],
  script(script, { document, report }) {
    if (!/GITHUB_(?:ENV|PATH)/.test(script.text)) return;
    const flow = taintOf(document).flowOf(script.step);
    for (const { file, at, taint } of flow?.writes ?? []) {
      if (file === "GITHUB_OUTPUT" || taint.trust !== "anyone" || taint.events.length === 0) continue;
      // A branch's name holds no line break.
      if (file === "GITHUB_ENV" && isOneLine(taint.source)) continue;
      const privileged = taint.events.some((event) => PRIVILEGED_EVENTS.has(event));
      report(at, `This writes ${isName(taint.source) ? `\`${taint.source}\`` : taint.source} to \`$${file}\`, and a line break in it sets any variable of the later steps. Pass it on through \`$GITHUB_OUTPUT\` with a random delimiter, or check it against a pattern first.`, { related: wayTo(taint, document, at), level: privileged ? "error" : "warning" });
    }
  },
});

/** Git allows no control characters in the names of branches (`git check-ref-format`). */
const isOneLine = (source: string): boolean => /head_ref$|head\.ref$|head_branch$|head\.label$|default_branch$|HEAD_REF$|branch's name$/i.test(source);
