import type { EnvBlock } from "../../../workflow/document/document.ts";
import { scalarOf } from "../../../workflow/yaml/node.ts";
import { fixOf, removePair } from "../../edits.ts";
import { rule, type RuleContext } from "../../rule.ts";

const VARIABLE = "ACTIONS_ALLOW_UNSECURE_COMMANDS";

export const insecureCommands = rule({
  id: "insecure-commands",
  family: "security",
  levels: { recommended: "warning", strict: "error" },
  fixable: true,
  summary: "`set-env` and `add-path` stay disabled.",
  why: "With them whatever a step prints can set the environment of the next one: a test's output, a file's name, a commit's message. GitHub disabled both in 2020 for that reason; environment files replaced them.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    env:
      ACTIONS_ALLOW_UNSECURE_COMMANDS: true
      MODE: fast
    steps:
      - run: make
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    env:
      MODE: fast
    steps:
      - run: make
`,
  workflow: (workflow, context) => judge(workflow.env, context),
  job(job, context) {
    judge(job.env, context);
    for (const step of job.steps) judge(step.env, context);
  },
  action(action, context) {
    for (const step of action.steps) judge(step.env, context);
  },
});

function judge(env: EnvBlock | undefined, { document, report }: RuleContext): void {
  const pair = env?.variables.get(VARIABLE);
  if (!env || !pair || scalarOf(pair.value)?.value.trim().toLowerCase() !== "true") return;
  const block = env.pair.value;
  report(
    pair.key,
    `\`${VARIABLE}\` lets anything that is printed set variables and the path of later steps. Write to \`$GITHUB_ENV\` and \`$GITHUB_PATH\`, and take this out.`,
    block.kind === "mapping" && block.pairs.length > 1
      ? { fix: fixOf(`Remove \`${VARIABLE}\``, removePair(document.file, block, pair)) }
      : {},
  );
}
