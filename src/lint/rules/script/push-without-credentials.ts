import { isAction } from "../../../workflow/document/uses.ts";
import { rule } from "../../rule.ts";
import { invocationOf } from "../../../shell/invocation.ts";
import { maySetGitUp } from "../../../shell/own-programs.ts";
import { publicationOf } from "../../../shell/programs.ts";
import type { Step } from "../../../workflow/document/document.ts";
import { commandsIn, scriptsOf, spanOf } from "../../scripts.ts";
import { isHosted } from "../../hosted-job.ts";

export const pushWithoutCredentials = rule({
  id: "push-without-credentials",
  family: "script",
  levels: { recommended: "error", strict: "error" },
  summary: "A job that pushes to the repository has credentials for it.",
  why: '`persist-credentials: false` keeps the token out of git\'s configuration: a later `git push` to `origin` stops with "could not read Username".',
  bad: `on: push
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
        with:
          persist-credentials: false
      - run: |
          git tag v1
          git push origin v1
`,
  good: `on: push
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
        with:
          persist-credentials: false
      - run: git push "https://x-access-token:\${TOKEN}@github.com/\${GITHUB_REPOSITORY}.git" v1
        env:
          TOKEN: \${{ github.token }}
      - run: |
          gh auth setup-git
          git push origin v1
        env:
          GH_TOKEN: \${{ github.token }}
  other:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - run: git push origin v1
`,
  workflow(workflow, { report }) {
    for (const job of workflow.jobs) {
      const checkouts = job.steps.filter(({ uses }) => isAction(uses, "actions/checkout"));
      const [checkout] = checkouts;
      // A runner of one's own may have credentials of its own.
      if (
        !checkout ||
        checkouts.length !== 1 ||
        !isHosted(job, "ubuntu", "macos", "windows") ||
        !withoutCredentials(checkout)
      )
        continue;
      const scripts = scriptsOf(workflow).filter(({ step }) => step.owner === job);
      // Whatever touches git's remotes, keys or helpers may bring the credentials.
      if (
        scripts.some(
          (script) =>
            /\bremote\s+(?!-v)|remote\.|setup-git|credential|extraheader|insteadOf|ssh|netrc|askpass|GIT_CONFIG|gitconfig|git\s+(?:clone|init)|x-access-token/i.test(
              script.text,
            ) || commandsIn(script).some((command) => maySetGitUp(invocationOf(command))),
        )
      )
        continue;
      if (
        [workflow.env, job.env, ...job.steps.map(({ env }) => env)].some(
          (block) =>
            block?.computed === true ||
            [...(block?.variables.keys() ?? [])].some((name) => /^(?:GIT_|SSH_)/.test(name)),
        )
      )
        continue;
      if (
        job.steps.some(({ uses, run }) => uses && !run && !isQuiet(uses.kind === "repository" ? uses.repository : ""))
      )
        continue;
      for (const script of scripts) {
        if (script.step.index < checkout.index) continue;
        for (const command of commandsIn(script)) {
          const invocation = invocationOf(command);
          if (invocation.name !== "git" || publicationOf(invocation) === undefined || command.orElse) continue;
          const { args } = invocation;
          const push = args.indexOf("push");
          const remote = args.slice(push + 1).find((argument) => !argument.startsWith("-"));
          if (args[0] !== "push" || (remote !== undefined && remote !== "origin")) continue;
          report(
            spanOf(script, command.node),
            "This job's checkout keeps no credentials, so `git push` to `origin` stops with \"could not read Username\". Run `gh auth setup-git` first, with `GH_TOKEN` in the step's `env:`.",
            {
              related: [
                {
                  at: checkout.with.get("persist-credentials")?.key ?? checkout.node,
                  message: "The credentials are left out here.",
                },
              ],
            },
          );
        }
      }
    }
  },
});

function withoutCredentials({ with: inputs }: Step): boolean {
  const value = inputs.get("persist-credentials")?.value;
  return value?.kind === "scalar" && value.value.trim().toLowerCase() === "false" && !inputs.has("ssh-key");
}

/** Actions that leave git's configuration alone. */
const isQuiet = (repository: string): boolean =>
  /^(?:actions\/(?:checkout|setup-[\w-]+|cache|upload-artifact|download-artifact)|docker\/[\w-]+|pnpm\/action-setup|ruby\/setup-ruby|astral-sh\/setup-uv|dtolnay\/rust-toolchain|step-security\/harden-runner)$/.test(
    repository,
  );
