import { inputOf, type RunDefaults } from "../../../workflow/document/document.ts";
import { type ScalarNode, scalarOf } from "../../../workflow/yaml/node.ts";
import { rule, type RuleContext } from "../../rule.ts";

export const misfeature = rule({
  id: "misfeature",
  family: "security",
  levels: { recommended: "off", strict: "info" },
  summary: "Steps use nothing that tools and people cannot judge.",
  why: "cmd has no grammar by which anybody, a linter among them, could say what a line does, and replaces `%NAME%` before it reads it, as `${{ }}` is replaced. The `pip-install` input of setup-python installs beside every environment and lock file.",
  bad: `on: push
jobs:
  build:
    runs-on: windows-latest
    steps:
      - uses: actions/setup-python@v6
        with:
          pip-install: .
      - run: build.bat
        shell: cmd
`,
  good: `on: push
jobs:
  build:
    runs-on: windows-latest
    steps:
      - uses: actions/setup-python@v6
      - run: ./build.ps1
        shell: pwsh
`,
  step(step, { report }) {
    if (step.shell && isCmd(step.shell))
      report(step.shell, "What cmd makes of this script nobody can say for sure. Use `pwsh` or `bash`.");
    if (step.uses?.kind !== "repository" || step.uses.repository !== "actions/setup-python") return;
    const install = inputOf(step, "pip-install");
    if (install)
      report(
        install,
        "`pip-install` installs outside of every environment and lock file. Install in a `run:` step, with a lock file.",
      );
  },
  workflow: ({ defaults }, context) => judgeDefault(defaults, context),
  job: ({ defaults }, context) => judgeDefault(defaults, context),
});

const isCmd = ({ value }: ScalarNode): boolean => /^cmd(?:\s|$|\.exe)/i.test(value.trim());

function judgeDefault(defaults: RunDefaults | undefined, { report }: RuleContext): void {
  const shell = scalarOf(defaults?.shell);
  if (shell && isCmd(shell))
    report(shell, "What cmd makes of these scripts nobody can say for sure. Use `pwsh` or `bash`.");
}
