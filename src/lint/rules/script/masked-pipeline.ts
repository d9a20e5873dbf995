import type { Script, ShellCommand } from "../../scripts.ts";
import { commandOf, commandsIn, optionsAt, outerCommand, spanOf } from "../../scripts.ts";
import { fixOf, insertKey, insertScriptLine } from "../../edits.ts";
import type { Fix } from "../../finding.ts";
import { rule } from "../../rule.ts";
import { hasOption, invocationOf } from "../../../shell/invocation.ts";
import { acceptsAnything, onlyShows, workOf } from "../../../shell/programs.ts";

export const maskedPipeline = rule({
  id: "masked-pipeline",
  family: "script",
  levels: { recommended: "warning", strict: "warning" },
  fixable: true,
  summary: "A pipeline fails when the command that does the work fails.",
  why: "Without `shell: bash` a script runs under `bash -e` and not under `pipefail`, so a pipeline has the status of its last command: `tee`, `jq` and their like succeed on whatever they get. An `if` around such a pipeline is always true.",
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test | tee test.log
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          if docker pull ghcr.io/acme/app:edge 2>&1 | tee pull.log; then
            echo "pulled"
          else
            docker build .
          fi
`,
  ],
  good: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test | tee test.log
        shell: bash
      - run: echo "$GITHUB_SHA" | tee version.txt
      - run: |
          set -o pipefail
          make test | tee test.log
      - run: |
          make test | tee test.log
          exit "\${PIPESTATUS[0]}"
`,
  ],
  script(script, { report }) {
    if (script.source.includes("PIPESTATUS") || script.source.includes("pipestatus")) return;
    const seen = new Set<object>();
    let fix: Fix | undefined;
    for (const command of commandsIn(script)) {
      const { pipeline } = command;
      if (!pipeline || pipeline.index === pipeline.length - 1 || seen.has(pipeline.node)) continue;
      const invocation = invocationOf(command);
      const work = workOf(invocation);
      if (!work) continue;
      const last = commandOf(script, pipeline.node.commands.at(-1));
      if (!last) continue;
      const sink = invocationOf(last);
      if (!acceptsAnything(sink)) continue;
      // What a build or a test prints may be data for the next command; only where it is shown is its status the point.
      if (work !== "download" && work !== "publish" && !onlyShows(sink)) continue;
      if (work === "download" && !onlyShows(sink) && !deliversData(invocation.name)) continue;
      if (isExpected(command) || !statusMatters(script, command)) continue;
      if (optionsAt(script, pipeline.node.pos).pipefail) continue;
      if (seen.size === 0) fix = fixFor(script);
      seen.add(pipeline.node);
      const name = shown(invocation.name, invocation.args);
      const effect = command.inCondition
        ? `this condition has the status of \`${sink.name}\` and holds whether or not \`${name}\` fails`
        : `when \`${name}\` fails, \`${sink.name}\` still succeeds and the step goes on`;
      report(spanOf(script, command.node), `There is no \`pipefail\` here: ${effect}. ${remedy(script)}`, { fix });
    }
  },
});

const deliversData = (name: string | undefined): boolean => name !== undefined && name !== "docker" && name !== "git";

/** `|| true`, `! a | b`: its failure is provided for. */
const isExpected = ({ orElse, negated, background }: ShellCommand): boolean =>
  negated || background || orElse !== undefined;

/** Where the status is looked at: a command of the script, a condition, or `x=$(...)`. */
function statusMatters(script: Script, command: ShellCommand): boolean {
  if (!command.inSubstitution) return command.inCondition || optionsAt(script, command.node.pos).errexit;
  const outer = outerCommand(script, command);
  return (
    outer !== undefined &&
    outer.node.name === undefined &&
    !outer.inSubstitution &&
    !outer.inFunction &&
    !outer.orElse &&
    outer.node.prefix.length === 1 &&
    optionsAt(script, command.node.pos).errexit
  );
}

export const shown = (name: string | undefined, args: readonly string[]): string => {
  const [first] = args;
  return first !== undefined && /^[a-z][a-z-]{1,14}$/.test(first) ? `${name} ${first}` : `${name}`;
};

const remedy = ({ shellFrom, shell }: Script): string =>
  shell === "sh"
    ? "Give the step `shell: bash`, which sets it, if its image has bash."
    : shellFrom === "step"
      ? "Begin the script with `set -o pipefail`."
      : "Give the step `shell: bash`, which sets it.";

/** Under pipefail `grep` without a match and what feeds `head` fail as well, so that there the choice is not mechanical. */
function fixFor(script: Script): Fix | undefined {
  if (script.shell === "sh" || script.shellFrom === "unknown") return undefined;
  const risky = commandsIn(script).some(
    (command) =>
      command.pipeline &&
      (invocationOf(command).name === "head" ||
        /^[ef]?grep$/.test(invocationOf(command).name ?? "") ||
        (invocationOf(command).name === "grep" && hasOption(command.args, "q"))),
  );
  if (risky) return undefined;
  const { file } = script.document;
  return script.step.shell
    ? fixOf("Set `pipefail` at the start of the script", insertScriptLine(file, script.step, 0, "set -o pipefail"))
    : fixOf("Add `shell: bash`", insertKey(file, script.step.node, "shell", "bash", { after: ["run"] }));
}
