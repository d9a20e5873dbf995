import { invocationOf } from "../../../shell/invocation.ts";
import { rule } from "../../rule.ts";
import { commandsIn, type Script, spanOf } from "../../scripts.ts";

export const interactiveDocker = rule({
  id: "interactive-docker",
  family: "script",
  levels: { recommended: "error", strict: "error" },
  fixable: true,
  summary: "`docker run` and `docker exec` ask for no terminal.",
  why: 'A step has no terminal: with `-it` docker stops with "the input device is not a TTY" before the container starts.',
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: docker run --rm -it app make test
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: docker run --rm -i app make test
      - run: docker run --rm -t app make test
      - run: docker run --rm app sed -it file
      - run: script -q -c 'docker run -it app make test'
`,
  script(script, { report }) {
    if (!script.source.includes("docker") && !script.source.includes("podman")) return;
    for (const command of commandsIn(script)) {
      const invocation = invocationOf(command);
      // A pipe is no terminal either, and `unbuffer` is one.
      if (
        (invocation.name !== "docker" && invocation.name !== "podman") ||
        invocation.wrappers.includes("unbuffer") ||
        command.orElse ||
        asksForTerminal(script)
      )
        continue;
      const { args, argWords } = invocation;
      const verb = args[0] === "container" ? 1 : 0;
      if (args[verb] !== "run" && args[verb] !== "exec") continue;
      // podman goes on without one.
      if (invocation.name === "podman") continue;
      const options = optionsBeforeImage(args, verb + 1);
      const clusters = options.filter((index) => /^-[a-zA-Z]+$/.test(args[index] ?? ""));
      const both = clusters.find((index) => /^-[a-z]*i[a-z]*t|^-[a-z]*t[a-z]*i/.test(args[index] ?? ""));
      const interactive =
        clusters.some((index) => /^-[dPqti]*i/.test(args[index] ?? "")) ||
        options.some((index) => args[index] === "--interactive" || args[index] === "--interactive=true");
      const terminal =
        both ??
        options.find((index) => args[index] === "-t" || args[index] === "--tty" || args[index] === "--tty=true");
      const detached =
        clusters.some((index) => /^-[a-z]*d/.test(args[index] ?? "")) ||
        options.some((index) => args[index] === "--detach");
      const word = terminal === undefined ? undefined : argWords[terminal];
      if (!word || detached || (both === undefined && !interactive)) continue;
      const at = spanOf(script, word);
      report(
        at,
        'A step has no terminal: docker stops with "the input device is not a TTY". Leave `-t` out.',
        both === undefined
          ? {}
          : { fix: { title: "Leave `-t` out", edits: [{ ...at, text: word.text.replace("t", "") }] } },
      );
    }
  },
});

/** `[ -t 0 ]` */
const asksForTerminal = ({ source }: Script): boolean =>
  /(?:\[|\btest)\s+-t\s+[012]\b|\btty\s+(?:-s|--silent|--quiet)/.test(source);

/** Options that stand before the image or the container; those that take a word are passed over with it. */
function optionsBeforeImage(args: readonly string[], from: number): number[] {
  const options: number[] = [];
  for (let at = from; at < args.length; at++) {
    const argument = args[at] ?? "";
    if (!argument.startsWith("-") || argument === "--") break;
    options.push(at);
    // Flags take no word; any other option does, unless it has it behind a `=`.
    if (
      !argument.includes("=") &&
      !/^-[itdPq]+$|^--(?:interactive|tty|detach|rm|init|privileged|publish-all|read-only|quiet|no-healthcheck|oom-kill-disable|sig-proxy)$/.test(
        argument,
      )
    )
      at++;
  }
  return options;
}
