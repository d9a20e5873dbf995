import { embeddedExpressions } from "../../../workflow/expressions/embedded.ts";
import { sourceSpan } from "../../../workflow/yaml/scalar-source.ts";
import { commandsOf, type ShellCommand } from "../../../shell/commands.ts";
import { hasOption, type Invocation, invocationOf, operandsOf } from "../../../shell/invocation.ts";
import { parseShell } from "../../../shell/parse.ts";
import { rule } from "../../rule.ts";
import { commandsIn, spanOf, withoutExpressions } from "../../scripts.ts";

export const unsafeRetry = rule({
  id: "unsafe-retry",
  family: "script",
  levels: { recommended: "warning", strict: "warning" },
  summary: "What is tried again may be done twice.",
  why: "A publication or a creation that reached the server and lost its answer fails the second time because the first has worked, or happens twice. A container whose start failed keeps its name, so that the next `docker run --name` ends with a conflict (Docker's reference, `docker container run`, `--name`). Ask first whether it is there, and retry only what fetches or repeats itself harmlessly.",
  bad: [
    `on: push
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - uses: nick-fields/retry@v3
        with:
          max_attempts: 3
          timeout_minutes: 5
          command: npm publish
`,
    `on: push
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - run: |
          for attempt in 1 2 3; do
            gh release create "$GITHUB_REF_NAME" && break
            sleep 5
          done
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: nick-fields/retry@v3
        with:
          max_attempts: 3
          timeout_minutes: 5
          command: docker run --name app --detach ghcr.io/acme/app:1
`,
  ],
  good: `on: push
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - uses: nick-fields/retry@v3
        with:
          max_attempts: 3
          timeout_minutes: 5
          command: npm ci
      - run: |
          until docker push ghcr.io/acme/app:1; do sleep 5; done
          until docker run --rm --name app ghcr.io/acme/app:1; do sleep 5; done
          for package in a b; do npm publish "$package"; done
          for attempt in 1 2 3; do
            gh release view "$GITHUB_REF_NAME" && break
            gh release create "$GITHUB_REF_NAME" && break
          done
`,
  step(step, { report, document }) {
    if (
      step.uses?.kind !== "repository" ||
      !/^(?:nick-fields|nick-invision)\/retry$|^wandalen\/wretry\.action$/.test(step.uses.repository)
    )
      return;
    for (const input of ["command", "new_command_on_retry"]) {
      const node = step.with.get(input)?.value;
      if (node?.kind !== "scalar" || (input === "command" && step.with.has("new_command_on_retry"))) continue;
      const commands = commandsOf(parseShell(withoutExpressions(node.value, embeddedExpressions(node))));
      if (commands.some((other) => makesSafe(invocationOf(other)))) continue;
      for (const command of commands) {
        const harm = harmOf(command, invocationOf(command));
        if (harm)
          report(
            sourceSpan(document.file.text, node, { start: command.node.pos, end: command.node.end }),
            message(harm, "this action"),
          );
      }
    }
  },
  script(script, { report }) {
    if (!/\b(?:for|until|while|retry)\b/.test(script.source)) return;
    const commands = commandsIn(script);
    let safe: boolean | undefined;
    for (const command of commands) {
      const invocation = invocationOf(command);
      const harm = harmOf(command, invocation);
      if (!harm) {
        const retried =
          command.name === "retry" || command.name === "nick-retry"
            ? harmOf(command, behindRetry(invocation))
            : undefined;
        if (retried) report(spanOf(script, command.node), message(retried, "`retry`"));
        continue;
      }
      // Until it works: `until x`, `while ! x`, or `x && break` in a loop of attempts.
      const until =
        command.inCondition && (command.inLoop === "until" || (command.inLoop === "while" && command.negated));
      const attempts =
        command.inLoop !== undefined &&
        !command.inCondition &&
        command.andThen &&
        /^\s*&&\s*(?:break|exit 0|return 0|\{\s*[^}]*break)/.test(
          script.source.slice(command.node.end, command.node.end + 80),
        );
      if ((until || attempts) && !(safe ??= commands.some((other) => makesSafe(invocationOf(other)))))
        report(spanOf(script, command.node), message(harm, "this loop"));
    }
  },
});

/** What must not be done twice, and what becomes of the second time. */
interface Harm {
  done: string;
  second: string;
  instead: string;
}

const message = ({ done, second, instead }: Harm, by: string): string =>
  `\`${done}\` is tried again by ${by}, and it is not safe to do twice: ${second}. ${instead}.`;

function harmOf(command: ShellCommand, invocation: Invocation): Harm | undefined {
  const done = happensTwice(invocation);
  if (done !== undefined)
    return {
      done,
      second: "an attempt that reached the server makes the next one fail or doubles it",
      instead: "Ask first whether it has been done, or let it fail",
    };
  const container = containerLeftBy(command, invocation);
  return container === undefined
    ? undefined
    : {
        done: `${invocation.name} run --name ${container}`,
        second: "the container of the first attempt keeps the name, and the next one fails with a conflict",
        instead: `Remove it before each attempt with \`${invocation.name} rm --force ${container}\``,
      };
}

/** The name that an attempt leaves taken: its container did not start, or runs on while what follows fails. */
function containerLeftBy({ andThen }: ShellCommand, { name, args }: Invocation): string | undefined {
  if ((name !== "docker" && name !== "podman" && name !== "nerdctl") || hasOption(args, "replace")) return undefined;
  const operands = operandsOf({ args });
  if (operands[operands[0] === "container" ? 1 : 0] !== "run") return undefined;
  const at = args.findIndex((argument) => /^--name(?:=|$)/.test(argument));
  const container = at === -1 ? undefined : (args[at]?.split("=")[1] ?? args[at + 1]);
  // `app-$attempt` is another one each time.
  if (container === undefined || /[$`]/.test(container)) return undefined;
  const removesItself = hasOption(args, "rm");
  return removesItself && !(andThen && (hasOption(args, "detach") || hasOption(args, "d"))) ? undefined : container;
}

function behindRetry({ args, argWords, wrappers }: Invocation): Invocation {
  const at = args.findIndex((argument) => /^[a-z]/.test(argument));
  return {
    name: at === -1 ? undefined : args[at],
    args: args.slice(at + 1),
    argWords: argWords.slice(at + 1),
    wrappers,
  };
}

/** A question whose answer tells whether the work is done already, or a command that undoes what an attempt left. */
const makesSafe = (invocation: Invocation): boolean => {
  const [first, second] = operandsOf(invocation);
  if (invocation.name === "docker" || invocation.name === "podman" || invocation.name === "nerdctl")
    return /^(?:rm|stop|kill|inspect|ps)$/.test((first === "container" ? second : first) ?? "");
  return (
    (invocation.name === "gh" && (second === "view" || second === "list")) ||
    (invocation.name === "npm" && (first === "view" || first === "info" || first === "show"))
  );
};

const PUBLISHES_ONCE = ["npm", "pnpm", "cargo", "vsce", "poetry", "lerna"];

/** What cannot be repeated: registries refuse a version that they have, and `create` makes another one. */
function happensTwice(invocation: Invocation): string | undefined {
  const { name, args } = invocation;
  const [first, second] = operandsOf(invocation);
  if (name === undefined || hasOption(args, "dry-run", "help")) return undefined;
  if (PUBLISHES_ONCE.includes(name) && first === "publish") return `${name} publish`;
  if (name === "yarn" && (first === "publish" || (first === "npm" && second === "publish"))) return "yarn publish";
  if (name === "twine" && first === "upload" && !hasOption(args, "skip-existing")) return "twine upload";
  if (name === "gem" && first === "push") return "gem push";
  if (name === "dotnet" && first === "nuget" && second === "push" && !hasOption(args, "skip-duplicate"))
    return "dotnet nuget push";
  if (name === "mvn" && args.includes("deploy")) return "mvn deploy";
  if (name === "gh" && (second === "create" || (first === "workflow" && second === "run")))
    return `gh ${first} ${second}`;
  if (name === "gh" && first === "api" && /(?:-X|--method)[ =]?POST/.test(args.join(" "))) return "gh api -X POST";
  if (name === "semantic-release" || (name === "npx" && first === "semantic-release")) return "semantic-release";
  return undefined;
}
