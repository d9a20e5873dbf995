import { jobOf, type Step } from "../../../workflow/document/document.ts";
import type { Span } from "../../../workflow/yaml/node.ts";
import { sourceSpan } from "../../../workflow/yaml/scalar-source.ts";
import { rule } from "../../rule.ts";
import { commandsIn, type Script, spanOf } from "../../scripts.ts";
import { taintOf } from "../../taint/document-taint.ts";
import { fileWritten } from "../../taint/shell-output.ts";
import { PRIVILEGED_EVENTS } from "../../taint/sources.ts";
import type { TaintAnalysis } from "../../taint/model.ts";
import { shellOf } from "./code-sinks.ts";
import { isName, wayTo } from "./injection.ts";

export const untrustedEnvWrite = rule({
  id: "untrusted-env-write",
  family: "security",
  levels: { recommended: "error", strict: "error" },
  summary: "Nothing that outsiders write goes into `$GITHUB_ENV` or `$GITHUB_PATH`.",
  why: "A line break in the value starts another line of the file: `LD_PRELOAD=...` or `NODE_OPTIONS=...` there, or a folder in `$GITHUB_PATH`, is code in every later step. Under `strict` every value that the file does not show is asked about, where outsiders start the run or may do so (composite actions); variables of the runner are its own.",
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
  step(step, { document, report, settings }) {
    const shell = step.run && shellOf(step);
    if (
      settings.preset !== "strict" ||
      !step.run ||
      (shell !== "pwsh" && shell !== "cmd") ||
      !mayBeStartedByOutsiders(step, taintOf(document))
    )
      return;
    for (const { 0: line, index } of step.run.value.matchAll(/.*\bGITHUB_(?:ENV|PATH)\b.*/gi)) {
      const own =
        shell === "cmd"
          ? /%(?!GITHUB_|RUNNER_)\w+%/i.test(line)
          : /\$(?!env:(?:GITHUB_|RUNNER_|HOME\b|USERPROFILE\b))[\w({]/i.test(line);
      if (own && />|Out-File|Add-Content|Set-Content/i.test(line))
        report(
          sourceSpan(document.file.text, step.run, {
            start: index + line.length - line.trimStart().length,
            end: index + line.trimEnd().length,
          }),
          hiddenValue(/GITHUB_PATH/i.test(line) ? "GITHUB_PATH" : "GITHUB_ENV"),
          { level: "info" },
        );
    }
  },
  script(script, { document, report, settings }) {
    if (!/GITHUB_(?:ENV|PATH)/.test(script.text)) return;
    const analysis = taintOf(document);
    const flow = analysis.flowOf(script.step);
    const said = new Set<number>();
    for (const { file, at, taint } of flow?.writes ?? []) {
      if (file === "GITHUB_OUTPUT" || taint.trust !== "anyone" || taint.events.length === 0) continue;
      // A branch's name holds no line break.
      if (file === "GITHUB_ENV" && isOneLine(taint.source)) continue;
      said.add(at.start);
      const privileged = taint.events.some((event) => PRIVILEGED_EVENTS.has(event));
      report(
        at,
        `This writes ${isName(taint.source) ? `\`${taint.source}\`` : taint.source} to \`$${file}\`, and a line break in it sets any variable of the later steps. Pass it on through \`$GITHUB_OUTPUT\` with a random delimiter, or check it against a pattern first.`,
        { related: wayTo(taint, document, at), level: privileged ? "error" : "warning" },
      );
    }
    if (settings.preset !== "strict" || !mayBeStartedByOutsiders(script.step, analysis)) return;
    // What `env:` gives is known, and the analysis has followed it.
    const job = jobOf(script.step);
    const isShown = (name: string): boolean =>
      [script.step.env, job?.env, job?.workflow.env].some((env) => env?.variables.has(name));
    for (const { file, at, hidden } of environmentWrites(script, isShown))
      if (hidden && !said.has(at.start)) report(at, hiddenValue(file), { level: "info" });
  },
});

const hiddenValue = (file: string): string =>
  `What this writes to \`$${file}\` comes from elsewhere, in a run that outsiders start or may start. Make sure that none of it is theirs: a line break in it sets any variable of the later steps.`;

/** On these events, or by an action that any workflow may use. */
const mayBeStartedByOutsiders = (step: Step, analysis: TaintAnalysis): boolean => {
  const job = jobOf(step);
  return (
    !job ||
    analysis.eventsAt({ job, step }).some((event) => event === "pull_request_target" || event === "workflow_run")
  );
};

/** Set by the runner, or by nobody outside. */
const OF_THE_RUNNER =
  /^(?:HOME|PWD|PATH|USER|SHELL|GITHUB_(?:WORKSPACE|ACTION_PATH|SHA|RUN_ID|RUN_NUMBER|RUN_ATTEMPT|REPOSITORY|REPOSITORY_OWNER|EVENT_NAME|ACTOR|SERVER_URL|API_URL|JOB|WORKFLOW)|RUNNER_\w+)$/;

/** Where a script writes to the two files, and whether something goes into them that neither `env:` nor the script itself shows. */
function environmentWrites(
  script: Script,
  isShown: (name: string) => boolean,
): { file: string; at: Span; hidden: boolean }[] {
  return commandsIn(script).flatMap((command) => {
    const { name, args, argWords, node } = command;
    const targets = [
      ...node.redirects.map((redirect) => (redirect.type === "Redirect" ? redirect.target?.text : undefined)),
      ...(name === "tee" ? args : []),
    ];
    const file = targets
      .map((target) => fileWritten(target ?? ""))
      .find((found) => found === "GITHUB_ENV" || found === "GITHUB_PATH");
    if (!file) return [];
    const isPrinted = name === "echo" || name === "printf";
    const hidden =
      !isPrinted ||
      argWords.some(
        ({ text }) =>
          /^(?!')[^]*(?:\$\(|`)/.test(text) ||
          (!text.startsWith("'") &&
            [...text.matchAll(/\$\{?([A-Za-z_]\w*)/g)].some(
              ([, variable = ""]) => !OF_THE_RUNNER.test(variable) && !isShown(variable),
            )),
      );
    return [{ file, at: spanOf(script, node), hidden }];
  });
}

/** Git allows no control characters in the names of branches (`git check-ref-format`). */
const isOneLine = (source: string): boolean =>
  /head_ref$|head\.ref$|head_branch$|head\.label$|default_branch$|HEAD_REF$|branch's name$/i.test(source);
