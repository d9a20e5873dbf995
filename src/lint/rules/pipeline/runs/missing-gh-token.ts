import { isHostedLabel } from "../../../hosted-job.ts";
import type { Job, Step } from "../../../../workflow/document/document.ts";
import { scalarsOf } from "../../../../workflow/yaml/node.ts";
import { fixOf, setIn } from "../../../edits.ts";
import { rule } from "../../../rule.ts";
import { scriptsByStep } from "../../../runs/lasting.ts";
import { commandsIn, type ShellCommand, spanOf } from "../../../scripts.ts";

export const missingGhToken = rule({
  id: "missing-gh-token",
  family: "pipeline",
  levels: { recommended: "error", strict: "error" },
  summary: "A step that runs `gh` gives it a token.",
  why: 'On GitHub Actions `gh` takes no token by itself: without `GH_TOKEN` or `GITHUB_TOKEN` in the step\'s environment it stops with exit code 4 ("Using GitHub CLI in workflows").',
  bad: `on: pull_request
jobs:
  changes:
    runs-on: ubuntu-latest
    steps:
      - run: |
          FILES=$(gh pr view "$NUMBER" --json files --jq '.files[].path')
          echo "$FILES"
        env:
          NUMBER: \${{ github.event.number }}
`,
  good: `on: pull_request
jobs:
  changes:
    runs-on: ubuntu-latest
    steps:
      - run: gh pr view "$NUMBER" --json files --jq '.files[].path'
        env:
          GH_TOKEN: \${{ github.token }}
          NUMBER: \${{ github.event.number }}
`,
  fixable: true,
  job(job, { report }) {
    if (!runsOnGitHub(job) || hasToken(job) || job.container) return;
    for (const step of job.steps) {
      const script = scriptsByStep(job).get(step);
      if (!script) continue;
      // A step that logs in, or that writes the variable for those behind it.
      if (logsIn(commandsIn(script)) || /\b(?:GH|GITHUB)_TOKEN\s*[=<]/.test(script.text)) return;
      if (stepHasToken(step)) continue;
      const command = commandsIn(script).find(asksGitHub);
      if (!command) continue;
      const set = setIn(job.workflow.file, step.node, "env", "GH_TOKEN", "${{ github.token }}", {
        after: ["run", "name"],
      });
      report(
        spanOf(script, command.node),
        "`gh` has no token in this step and stops with exit code 4. Add `GH_TOKEN: ${{ github.token }}` to the step's `env`.",
        { fix: fixOf("Add `GH_TOKEN` to the step", set) },
      );
    }
  },
});

const TOKENS = ["GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"];

const hasToken = (job: Job): boolean =>
  [job.env, job.workflow.env].some(
    (block) => block !== undefined && (block.computed || TOKENS.some((name) => block.variables.has(name))),
  );
const stepHasToken = ({ env }: Step): boolean =>
  env !== undefined && (env.computed || TOKENS.some((name) => env.variables.has(name)));

/** Only there is it known that nobody has logged `gh` in. */
function runsOnGitHub(job: Job): boolean {
  const labels = scalarsOf(job.runsOn?.value).map(({ value }) => value);
  return labels.length > 0 && labels.every((label) => isHostedLabel(label) || isMatrixOfGitHub(label, job));
}

function isMatrixOfGitHub(label: string, { matrix }: Job): boolean {
  const name = /^\$\{\{\s*matrix\.([\w-]+)\s*\}\}$/.exec(label)?.[1];
  if (name === undefined || !matrix || matrix.computed || matrix.include.length > 0) return false;
  const values = scalarsOf(matrix.dimensions.get(name)?.value).map(({ value }) => value);
  return values.length > 0 && values.every((value) => isHostedLabel(value));
}

const logsIn = (commands: readonly ShellCommand[]): boolean =>
  commands.some(
    ({ name, args }) => name === "gh" && args[0] === "auth" && (args[1] === "login" || args[1] === "setup-git"),
  );

/** Commands that tell about `gh` itself need no token. */
function asksGitHub({ name, args, assignments, inFunction, orElse }: ShellCommand): boolean {
  if (name !== "gh" || assignments.length > 0 || inFunction !== undefined || orElse) return false;
  const [command = ""] = args;
  return (
    /^(?:api|attestation|cache|gist|issue|label|org|pr|project|release|repo|ruleset|run|search|secret|variable|workflow)$/.test(
      command,
    ) && !args.includes("--help")
  );
}
