import type { Step } from "../../../workflow/document/document.ts";
import { rule } from "../../rule.ts";
import { invocationOf } from "../../../shell/invocation.ts";
import { maySetGitUp } from "../../../shell/own-programs.ts";
import { commandsIn, type Script, scriptOf, spanOf, variablesIn } from "../../scripts.ts";
import { isHosted } from "../../hosted-job.ts";

export const commitWithoutIdentity = rule({
  id: "commit-without-identity",
  family: "script",
  levels: { recommended: "error", strict: "error" },
  summary: "A job that commits has told git who commits.",
  why: 'Git on a runner knows no name and no address: `git commit` stops with "Please tell me who you are".',
  bad: `on: push
jobs:
  format:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - run: |
          npm run format
          git commit --all --message "Format"
          git push
`,
  good: `on: push
jobs:
  format:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - run: |
          git config user.name "github-actions[bot]"
          git config user.email "41898282+github-actions[bot]@users.noreply.github.com"
      - run: git commit --all --message "Format"
  other:
    runs-on: ubuntu-latest
    env:
      GIT_AUTHOR_NAME: me
      GIT_AUTHOR_EMAIL: me@example.com
      GIT_COMMITTER_NAME: me
      GIT_COMMITTER_EMAIL: me@example.com
    steps:
      - uses: actions/checkout@v6
      - run: git commit --all --message "Format"
      - run: git -c user.name=me -c user.email=me@example.com commit --all --message "Format"
`,
  workflow(workflow, { report }) {
    for (const job of workflow.jobs) {
      // On macOS git makes an address up from the machine's name, and goes on.
      if (job.container || !isHosted(job, "ubuntu")) continue;
      if (
        [workflow.env, job.env].some(
          (block) => block?.computed === true || [...(block?.variables.keys() ?? [])].some(isIdentity),
        )
      )
        continue;
      for (const step of job.steps) {
        if (mayTell(step)) break;
        const script = scriptOf(step);
        if (!script) {
          // Another shell, or one that is not known.
          if (step.run) break;
          continue;
        }
        const at = commitIn(script);
        if (at)
          report(
            spanOf(script, at),
            'Git does not know who commits: it stops with "Please tell me who you are". Run `git config user.name ...` and `git config user.email ...` first.',
          );
        if (at || tells(script)) break;
      }
    }
  },
});

const isIdentity = (name: string): boolean => /^(?:GIT_(?:AUTHOR|COMMITTER)_|GIT_CONFIG|EMAIL$)/.test(name);

/** Actions but those that only check out, prepare tools or fetch files. */
const mayTell = ({ uses, env }: Step): boolean =>
  [...(env?.variables.keys() ?? [])].some(isIdentity) ||
  (uses !== undefined &&
    !(
      uses.kind === "repository" &&
      /^(?:actions\/(?:checkout|setup-[\w-]+|cache(?:\/\w+)?|upload-artifact|download-artifact)|docker\/[\w-]+|pnpm\/action-setup|ruby\/setup-ruby|astral-sh\/setup-uv|dtolnay\/rust-toolchain)$/.test(
        uses.path === "" ? uses.repository : `${uses.repository}/${uses.path}`,
      )
    ));

/** The script names an identity, or runs something that might. */
function tells(script: Script): boolean {
  if (
    /user\.(?:name|email)|GIT_(?:AUTHOR|COMMITTER|CONFIG)|\bEMAIL=|gitconfig|git\/config|include\.path|setup-git/.test(
      script.source,
    )
  )
    return true;
  return commandsIn(script).some((command) => maySetGitUp(invocationOf(command)));
}

function commitIn(script: Script): { pos: number; end: number } | undefined {
  if (!script.source.includes("commit") || tells(script) || variablesIn(script).opaque) return undefined;
  for (const command of commandsIn(script)) {
    const { name, args } = invocationOf(command);
    if (name !== "git" || command.orElse) continue;
    let at = 0;
    while (args[at]?.startsWith("-") === true) at += args[at] === "-C" || args[at] === "-c" ? 2 : 1;
    if (args[at] === "commit" && !args.some((argument) => /^(?:--dry-run|--help|-h)$/.test(argument)))
      return command.node;
  }
  return undefined;
}
