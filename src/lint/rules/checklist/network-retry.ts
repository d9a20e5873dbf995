import { sourceSpan } from "../../../workflow/yaml/scalar-source.ts";
import { asksOwnService, methodOf, savesToFile } from "../../../shell/curl.ts";
import { hasOption, invocationOf, operandsOf } from "../../../shell/invocation.ts";
import { fixOf } from "../../edits.ts";
import type { Fix } from "../../finding.ts";
import { rule } from "../../rule.ts";
import { commandsIn, type Script, type ShellCommand, spanOf } from "../../scripts.ts";

export const networkRetry = rule({
  id: "network-retry",
  family: "checklist",
  levels: { recommended: "off", strict: "warning" },
  checklist: "10.1.2",
  summary: "Pulls, pushes and downloads are tried again when a registry or a server does not answer.",
  why: "One refused connection fails the run, and somebody starts it again by hand. `docker` repeats the download of a layer, but not a manifest request that fails or is rate-limited; `curl` repeats nothing without `--retry`. `wget` tries twenty times, and buildx and the docker/* actions repeat by themselves: they are left alone.",
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          docker pull ghcr.io/acme/app:1
          docker push ghcr.io/acme/app:2
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: curl -fsSL -o tool.tgz https://example.com/tool.tgz
      - run: curl -fsSL https://example.com/tool.tgz | tar xz
`,
  ],
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          for attempt in 1 2 3; do
            docker pull ghcr.io/acme/app:1 && break
            sleep 10
          done
      - run: curl -fsSL --retry 3 -o tool.tgz https://example.com/tool.tgz
      - run: until curl -fs http://localhost:8080/health; do sleep 1; done
      - run: retry 3 docker push ghcr.io/acme/app:2
      - run: curl -fsS -X POST https://example.com/hook
      - run: docker pull a/b || (sleep 5 && docker pull a/b)
`,
  fixable: true,
  script(script, { report, document }) {
    // Functions with such names repeat what is handed to them, and what they hold.
    if (/\b(?:retry|retries|attempts?|try_again|with_backoff)\b/i.test(script.source.replace(/--retry\S*/g, "")))
      return;
    const commands = commandsIn(script);
    const transfers = commands.flatMap((command) => {
      const transfer = transferOf(command);
      return transfer ? [{ command, transfer }] : [];
    });
    if (transfers.length === 0) return;
    // The second try, behind `||`, is the first one's retry.
    const repeated = new Set(commands.filter(({ orElse }) => orElse !== undefined).map(wordsOf));
    for (const { command, transfer } of transfers) {
      if (
        repeated.has(wordsOf(command)) ||
        command.inLoop !== undefined ||
        command.inCondition ||
        command.orElse !== undefined
      )
        continue;
      report(
        spanOf(script, command.node.name ?? command.node),
        `\`${transfer}\` fails the run at the first refused connection. ${transfer === "curl" ? "Add `--retry 3`." : "Try it again a few times, with a pause between, before giving up."}`,
        {
          fix: transfer === "curl" ? withRetry(script, command, document.file.text) : undefined,
        },
      );
    }
  },
});

const wordsOf = ({ name, args }: ShellCommand): string => [name, ...args].join(" ");

/** The words that name the transfer; nothing for a command that makes none, or repeats it by itself. */
function transferOf(command: ShellCommand): string | undefined {
  const { name, args } = invocationOf(command);
  const [verb = ""] = operandsOf({ args });
  if ((name === "docker" || name === "podman") && (verb === "pull" || verb === "push")) return `${name} ${verb}`;
  if (name === "skopeo" && verb === "copy") return hasOption(args, "retry-times") ? undefined : "skopeo copy";
  if (name === "crane" && /^(?:pull|push|copy|cp)$/.test(verb)) return `crane ${verb}`;
  if (name !== "curl" || hasOption(args, "retry")) return undefined;
  const saved =
    savesToFile(args) ||
    (command.pipeline !== undefined && command.pipeline.index < command.pipeline.length - 1) ||
    command.inSubstitution ||
    command.redirects.some(({ operator }) => operator === ">");
  const address = args.find((arg) => /^https?:\/\//.test(arg));
  return saved && address !== undefined && methodOf(args) === "GET" && !asksOwnService(args) ? "curl" : undefined;
}

/** `--retry 3` behind the word `curl`, where that word stands in the file as it is. */
function withRetry(script: Script, { node }: ShellCommand, text: string): Fix | undefined {
  const word = script.source.slice(node.pos, node.end).search(/\bcurl\b/);
  if (word === -1) return undefined;
  const from = node.pos + word;
  const span = sourceSpan(text, script.node, { start: from, end: from + "curl".length });
  return text.slice(span.start, span.end) === "curl"
    ? fixOf("Add `--retry 3`", [{ start: span.end, end: span.end, text: " --retry 3" }])
    : undefined;
}
