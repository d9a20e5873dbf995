import type { Step } from "../../../workflow/document/document.ts";
import { asksOwnService, hasLetter, methodOf, savesToFile } from "../../../shell/curl.ts";
import { hasOption, type Invocation, invocationOf, operandsOf } from "../../../shell/invocation.ts";
import { rule } from "../../rule.ts";
import { commandOf, commandsIn, outerCommand, type Script, type ShellCommand, spanOf } from "../../scripts.ts";

export const curlWithoutFail = rule({
  id: "curl-without-fail",
  family: "script",
  levels: { recommended: "warning", strict: "warning" },
  fixable: true,
  summary: "`curl` fails when the server answers with an error.",
  why: "Without `--fail` curl succeeds on 404 and 500 and hands the error page on as if it were the file (curl's manual, `-f`). A message or a deployment that the server refuses is lost in a green step.",
  bad: [
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: curl -sSL https://example.com/install.sh | bash
      - run: |
          curl -sSLo tool https://example.com/tool
          chmod +x tool
`,
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          VERSION=$(curl -s https://example.com/version.txt)
          echo "version=$VERSION" >> "$GITHUB_OUTPUT"
`,
    `on: push
jobs:
  notify:
    runs-on: ubuntu-latest
    steps:
      - run: curl -X POST -d '{"text":"Released"}' "$WEBHOOK_URL"
        env:
          WEBHOOK_URL: \${{ secrets.WEBHOOK_URL }}
`,
  ],
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: curl -fsSL https://example.com/install.sh | bash
      - run: curl --fail-with-body -o tool https://example.com/tool
      - run: STATUS=$(curl -s -o /dev/null -w '%{http_code}' https://example.com)
      - run: curl -X POST https://example.com/hook || echo "::warning::Nobody was told."
      - run: curl -X POST http://localhost:8080/login
      - run: curl -G -d q=a https://example.com/search
      - run: curl http://localhost:8080/ | grep Welcome
      - run: curl -sSL https://example.com/tool.tgz | tar xz
`,
  script(script, { report }) {
    if (!script.source.includes("curl")) return;
    for (const command of commandsIn(script)) {
      const invocation = invocationOf(command);
      if (invocation.name !== "curl" || noticesErrors(invocation)) continue;
      const use = useOf(script, command, invocation);
      if (!use) continue;
      const word = [command.node.name, ...command.argWords].find(
        (candidate) => candidate !== undefined && candidate.type === "Word" && /(?:^|\/)curl$/.test(candidate.value),
      );
      const at = word && spanOf(script, word);
      report(
        spanOf(script, command.node),
        `\`curl\` succeeds on a 404 or a 500, and then ${use.effect}. Add \`--fail\`.`,
        {
          ...(use.harmful ? {} : { level: "info" as const }),
          ...(at ? { fix: { title: "Add `--fail`", edits: [{ start: at.end, end: at.end, text: " --fail" }] } } : {}),
        },
      );
    }
  },
});

/** The status is looked at, or only the head of the answer is asked for. */
const noticesErrors = ({ args }: Invocation): boolean =>
  hasOption(
    args,
    "fail",
    "fail-with-body",
    "fail-early",
    "write-out",
    "head",
    "version",
    "help",
    "include",
    "dump-header",
    "config",
  ) ||
  hasLetter(args, "fwIViDKV") ||
  args.some((argument) => /^@|\$\{?\w*(?:ARGS|OPTS|OPTIONS|FLAGS)/i.test(argument));

/** Programs that refuse what is not of their format, and so find an error page out. */
const PARTICULAR = new Set(
  "tar bsdtar unzip gunzip gzip zcat xz unxz dpkg rpm apt-key gpg gpg2 grep egrep fgrep sha256sum shasum docker psql unsquashfs zstd patch cpio bzip2 7z git kubectl apt apt-get yum dnf".split(
    " ",
  ),
);

function useOf(
  script: Script,
  command: ShellCommand,
  invocation: Invocation,
): { effect: string; harmful: boolean } | undefined {
  const { args } = invocation;
  // A service of the job itself is waited for, not downloaded from.
  if (asksOwnService(args) || args.includes("--retry-all-errors") || command.inCondition || command.negated)
    return undefined;
  const { pipeline } = command;
  if (pipeline && pipeline.index < pipeline.length - 1) {
    const rest = pipeline.node.commands.slice(pipeline.index + 1).map((node) => commandOf(script, node));
    const names = rest.map((other) => (other ? invocationOf(other).name : undefined));
    if (names.some((name) => name === undefined || PARTICULAR.has(name))) return undefined;
    const [next] = names;
    return { effect: `\`${next}\` gets the error page`, harmful: true };
  }
  const redirect = command.redirects.find(
    ({ operator, descriptor }) =>
      (operator === ">" || operator === ">>" || operator === "&>") &&
      (descriptor === undefined || (descriptor.type === "FileDescriptor" && descriptor.value === 1)),
  );
  const target = redirect?.type === "Redirect" ? redirect.target?.value : undefined;
  if (!command.inSubstitution && !command.orElse && !continuesOnError(script.step) && sends(args))
    return { effect: "nobody learns that the request was refused", harmful: true };
  if (target === "/dev/null" || target === "&2" || args.includes("/dev/null") || args.includes("-o/dev/null"))
    return undefined;
  const saves = target !== undefined || savesToFile(args);
  if (saves)
    return { effect: "the error page is saved in the file's place", harmful: !isExaminedLater(script, command) };
  if (!command.inSubstitution || command.orElse) return undefined;
  // An answer that the script tests is not taken on trust.
  const outer = outerCommand(script, command);
  const variable =
    outer?.node.name === undefined && !outer?.inSubstitution && outer?.node.prefix.length === 1
      ? outer.assignments[0]?.name
      : undefined;
  if (variable === undefined || isTested(script, variable, command.node.end)) return undefined;
  return { effect: `\`${variable}\` holds the error page`, harmful: true };
}

/** The request changes something. */
function sends(args: readonly string[]): boolean {
  const method = methodOf(args);
  return method !== undefined && !/^(?:GET|HEAD|OPTIONS)$/.test(method);
}

const continuesOnError = ({ continueOnError }: Step): boolean =>
  continueOnError !== undefined && continueOnError.value !== "false";

/** A later command of the script would refuse an error page. */
const isExaminedLater = (script: Script, { node }: ShellCommand): boolean => lastExamination(script) > node.end;

const examinations = new WeakMap<Script, number>();

function lastExamination(script: Script): number {
  let last = examinations.get(script);
  if (last === undefined) {
    last = commandsIn(script).findLast((command) => examines(invocationOf(command)))?.node.pos ?? -1;
    examinations.set(script, last);
  }
  return last;
}

const INSTALLERS = new Set(["apt", "apt-get", "yum", "dnf"]);

function examines(invocation: Invocation): boolean {
  const { name } = invocation;
  if (name === undefined || !PARTICULAR.has(name) || name === "docker" || name === "git" || name === "kubectl")
    return false;
  return !INSTALLERS.has(name) || operandsOf(invocation).some((word) => /\.(?:deb|rpm)$|^\.\//.test(word));
}

/** How far a test of a variable is looked for; UTF-16 code units. */
const NEARBY = 5_000;

function isTested(script: Script, variable: string, from: number): boolean {
  const rest = script.source.slice(from, from + NEARBY);
  return new RegExp(
    `(?:\\[|\\btest|\\bcase|\\bgrep|\\bjq\\b[^\\n]*(?:error|message)|<<<)[^\\n]*\\$\\{?${variable}\\b|\\$\\{?${variable}\\b[^\\n]*\\|\\s*(?:grep|jq\\s+-e)`,
  ).test(rest);
}
