import { commandsIn, type ShellCommand, spanOf } from "../../scripts.ts";
import { rule } from "../../rule.ts";

export const pipeToShell = rule({
  id: "pipe-to-shell",
  family: "security",
  levels: { recommended: "warning", strict: "warning" },
  summary: "What is downloaded is checked before it is run.",
  why: "`curl | sh` runs whatever the server answers that day, with the job's token and secrets; that is how Codecov's uploader stole secrets from thousands of pipelines in 2021. A download that breaks off runs in half.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: curl -fsSL https://get.example.com/install.sh | bash
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          curl -fsSL -o install.sh https://get.example.com/v1.2.3/install.sh
          echo "$INSTALLER_SHA256  install.sh" | sha256sum --check
          bash install.sh
`,
  script(script, { report }) {
    const commands = commandsIn(script);
    for (const [index, command] of commands.entries()) {
      if (!downloads(command)) continue;
      const shell = readerOf(commands, index, command);
      if (shell)
        report(
          spanOf(script, shell.pipeline?.node ?? command.node),
          `This runs whatever ${addressIn(command) ?? "the server"} answers. Download a fixed version to a file, check its SHA-256, and run that, or use an action that installs the tool.`,
          { related: [{ at: spanOf(script, shell.node), message: "This runs it." }] },
        );
    }
  },
});

const SHELLS = /^(?:bash|sh|zsh|dash|python3?|node|ruby|perl|php)$/;
/** An address with a commit in it, or a version in a variable, is somebody's choice of what runs. */
const downloads = ({ name, args }: ShellCommand): boolean =>
  (name === "curl" || name === "wget") &&
  !args.some((arg) => /^["']?https?:\/\/.*(?:[0-9a-f]{40}|[$`]|_{6})/.test(arg) || /^["']?[$_]/.test(arg));
const addressIn = ({ args }: ShellCommand): string | undefined => {
  const host = args.map((arg) => /^https?:\/\/([^/:$]+)/.exec(arg)?.[1]).find((found) => found !== undefined);
  return host === undefined ? undefined : `\`${host}\``;
};

/** The shell that reads the download: behind a `|`, or around a `$(...)` or `<(...)`. */
function readerOf(commands: readonly ShellCommand[], index: number, command: ShellCommand): ShellCommand | undefined {
  const { pipeline } = command;
  if (pipeline) {
    const reader = commands
      .slice(index + 1)
      .find(
        (other) => other.pipeline?.node === pipeline.node && other.pipeline.index > pipeline.index && runsInput(other),
      );
    if (reader) return reader;
  }
  if (!command.inSubstitution) return undefined;
  return commands
    .slice(0, index)
    .findLast(
      (other) =>
        other.node.pos < command.node.pos &&
        other.node.end >= command.node.end &&
        (SHELLS.test(other.name ?? "") || other.name === "source" || other.name === "." || other.name === "eval") &&
        (other.name === "eval" ||
          other.name === "source" ||
          other.name === "." ||
          other.args[0] === "-c" ||
          other.args[0]?.startsWith("<(") === true),
    );
}

function runsInput({ name, args }: ShellCommand): boolean {
  const words =
    name === "sudo" || name === "env"
      ? args.filter((arg) => !arg.startsWith("-") && !/^\w+=/.test(arg))
      : [name ?? "", ...args];
  const [program, ...rest] = words;
  if (!SHELLS.test(program ?? "")) return false;
  const scripts = rest.filter((arg) => arg !== "-" && !arg.startsWith("-"));
  return rest.includes("-s") || rest.includes("-") || scripts.length === 0
    ? !rest.includes("-c") && !(rest.includes("-m") || rest.includes("-e") || rest.includes("-pe"))
    : false;
}
