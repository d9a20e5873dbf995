import type { Job, Step } from "../../../workflow/document/document.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import { fixOf, replaceScalar } from "../../edits.ts";
import { rule } from "../../rule.ts";

export const workspaceAction = rule({
  id: "workspace-action",
  family: "checklist",
  levels: { recommended: "off", strict: "off" },
  checklist: "10.4.2",
  summary: "An action of the workflow's own repository is named by `$/`, where nothing else needs a checkout.",
  why: "`uses: ./path` reads the runner's workspace: it needs a checkout first, and runs whatever was checked out, another branch's code too. `uses: $/path` reads the repository and commit that hold the workflow file, without a checkout (since July 2026 and runner 2.336; not on GitHub Enterprise Server, and other tools may not know it yet).",
  bad: [
    `on: push
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: ./.github/actions/greet
        with: { who: all }
`,
    `on: pull_request
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: { ref: main }
      - uses: "./.github/actions/greet" # hello
      - uses: actions/github-script@v7
        with: { script: return 1 }
`,
  ],
  good: [
    `on: push
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - uses: $/.github/actions/greet
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: ./.github/actions/setup
      - run: make test
`,
  ],
  fixable: true,
  optInFix: true,
  job(job, { report }) {
    const checkout = job.steps.find(({ uses }) => isAction(uses, "actions/checkout"));
    if (!checkout || readsWorkspace(job, checkout)) return;
    for (const { uses } of job.steps) {
      if (uses?.kind !== "local" || uses.from !== "workspace" || uses.path === "") continue;
      const name = `$/${uses.path}`;
      const fix = fixOf(`Use \`${name}\``, replaceScalar(job.workflow.file, uses.node, name));
      report(
        uses.node,
        `The checkout is only there for this action. Write \`${name}\`: GitHub then takes it from the workflow's own commit, and the checkout can go unless the action reads the workspace (not on GitHub Enterprise Server).`,
        {
          related: [{ at: checkout.uses?.node ?? checkout.node, message: "The checkout that it needs today." }],
          fix: fix && { ...fix, optIn: true },
        },
      );
    }
  },
});

/** Other steps than local actions use files: any script, and any action that is not known to keep to the API. */
const readsWorkspace = ({ steps }: Job, checkout: Step): boolean =>
  steps.some(
    (step) =>
      step !== checkout &&
      (step.run !== undefined ||
        (step.uses !== undefined &&
          step.uses.kind !== "local" &&
          !isAction(
            step.uses,
            "actions/github-script",
            "actions/create-github-app-token",
            "step-security/harden-runner",
          ))),
  );
