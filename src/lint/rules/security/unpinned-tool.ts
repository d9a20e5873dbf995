import { inputOf } from "../../../workflow/document/document.ts";
import { invocationOf } from "../../../shell/invocation.ts";
import { commandsIn, type Script, type ShellCommand, spanInScript, spanOf } from "../../scripts.ts";
import { rule } from "../../rule.ts";

export const unpinnedTool = rule({
  id: "unpinned-tool",
  family: "security",
  levels: { recommended: "off", strict: "warning" },
  summary: "Tools that a script installs have a version.",
  why: "Without one a script runs what was published last: a broken release stops every run, and a stolen account's release runs in all of them within minutes. What a script adds to the project itself belongs into its lock file, which also fixes the dependencies; of tools beside it a version is all that is asked.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          npm install -g vercel
          pip install twine
          go install golang.org/x/tools/cmd/goimports@latest
          npx --yes cowsay
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          npm install -g vercel@33.0.1
          npm ci
          pip install twine==5.1.1
          pip install -r requirements.txt .
          go install golang.org/x/tools/cmd/goimports@v0.24.0
          cargo install --locked cross@0.2.5
`,
  script(script, { report }) {
    for (const command of commandsIn(script)) {
      const found = unpinned(command, script);
      const adHoc = found ? undefined : outsideLockFile(command);
      if (adHoc !== undefined)
        report(
          spanOf(script, command.node),
          `This installs outside of a lock file, so that ${adHoc} comes with whatever its own dependencies are today. Add it to the project's dependencies, or to a lock file of its own.`,
          { level: "info" },
        );
      if (found)
        report(
          found.at,
          `${found.names.map((name) => `\`${name}\``).join(", ")} ${found.names.length === 1 ? "is" : "are"} whatever version was published last. Name one: ${found.how}.`,
        );
    }
  },
  step(step, { report }) {
    const { uses } = step;
    if (uses?.kind !== "repository" || uses.repository !== "aquasecurity/trivy-action") return;
    const version = inputOf(step, "version");
    if (version?.value.trim() === "latest")
      report(version, "The scanner is whatever version was published last. Name one in `version`.");
  },
});

interface Unpinned {
  at: { start: number; end: number };
  names: string[];
  how: string;
}

function unpinned(command: ShellCommand, script: Script): Unpinned | undefined {
  const { name, args, argWords } = command;
  const words = (from: number): { text: string; index: number }[] =>
    args.map((text, index) => ({ text, index })).slice(from);
  const result = (
    found: readonly { text: string; index: number }[],
    how: (text: string) => string,
  ): Unpinned | undefined => {
    const [first, last] = [found[0], found.at(-1)];
    const [start, end] = [first && argWords[first.index], last && argWords[last.index]];
    return first && start && end
      ? {
          at: spanInScript(script, { start: start.pos, end: end.end }),
          names: found.map(({ text }) => text),
          how: `\`${how(first.text.replace(/@latest$/, ""))}\``,
        }
      : undefined;
  };
  const plain = ({ text }: { text: string }): boolean => !text.startsWith("-") && !/[$_]{2,}|[$*]/.test(text);
  if (installsGlobally(name, args))
    return result(
      words(name === "yarn" ? 2 : 1).filter((word) => plain(word) && isPackage(word.text) && isOpen(word.text)),
      (text) => `${text}@1.2.3`,
    );
  if (name === "npx" || (name === "pnpm" && args[0] === "dlx") || name === "bunx") {
    const target = words(name === "pnpm" ? 1 : 0).find(({ text }) => !text.startsWith("-"));
    // Without `--yes` or `@latest` it may be one of the repository's own.
    const fetches =
      name !== "npx" || args.includes("-y") || args.includes("--yes") || target?.text.endsWith("@latest") === true;
    return target && fetches && plain(target) && isOpen(target.text)
      ? result([target], (text) => `${text}@1.2.3`)
      : undefined;
  }
  const pip = pipWords(command);
  if (pip)
    return result(
      pip.filter(
        (word) =>
          plain(word) &&
          /^[A-Za-z][\w.-]*(?:\[[\w,.-]+\])?$/.test(word.text) &&
          !/\.(?:whl|gz|txt|zip)$/.test(word.text) &&
          !/^(?:pip|setuptools|wheel)$/.test(word.text),
      ),
      (text) => `${text}==1.2.3`,
    );
  if (name === "go" && (args[0] === "install" || args[0] === "get" || args[0] === "run"))
    return result(
      words(1).filter(({ text }) => /@(?:latest|master|main)$/.test(text)),
      (text) => `${text}@v1.2.3`,
    );
  if (name === "cargo" && args[0] === "install" && !args.some((arg) => /^--(?:version|path|git|vers|list)\b/.test(arg)))
    return result(
      words(1).filter(
        (word) => plain(word) && /^[A-Za-z][\w-]*$/.test(word.text) && !args[word.index - 1]?.startsWith("--"),
      ),
      (text) => `${text}@1.2.3`,
    );
  if (
    name === "gem" &&
    args[0] === "install" &&
    !args.some((arg) => arg === "-v" || arg === "--version" || arg.startsWith("--version="))
  )
    return result(
      words(1).filter((word) => plain(word) && /^[a-z][\w-]*$/i.test(word.text)),
      (text) => `${text}:1.2.3`,
    );
  return undefined;
}

const isPackage = (text: string): boolean =>
  /^(?:@[\w.-]+\/)?[\w.-]+(?:@[\w.^~-]*)?$/.test(text) && text !== "." && !/\.t(?:ar\.)?gz$/.test(text);
/** No version, or a word such as `latest`. */
const isOpen = (text: string): boolean => /^(?:@[\w.-]+\/)?[\w.-]+(?:@(?:latest|next|canary|beta))?$/.test(text);

/** The words that name what `pip install`, `pipx install` or `uv tool install` is to fetch. */
function pipWords({ name, args }: ShellCommand): { text: string; index: number }[] | undefined {
  const start =
    /^python3?$/.test(name ?? "") && args[0] === "-m" && args[1] === "pip"
      ? 2
      : /^pip3?$/.test(name ?? "") || name === "pipx"
        ? 0
        : name === "uv" && (args[0] === "pip" || args[0] === "tool")
          ? 1
          : -1;
  if (start === -1 || args[start] !== "install") return undefined;
  const taking = new Set([
    "-r",
    "--requirement",
    "-c",
    "--constraint",
    "-e",
    "--editable",
    "-t",
    "--target",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--prefix",
    "--python",
    "--only-binary",
    "--no-binary",
  ]);
  const constrained = args.some(
    (arg) =>
      arg === "-c" ||
      arg === "--constraint" ||
      arg === "--require-hashes" ||
      arg === "--find-links" ||
      arg === "-f" ||
      arg === "--no-index" ||
      arg.startsWith("--find-links="),
  );
  return constrained
    ? []
    : args
        .map((text, index) => ({ text, index }))
        .filter(({ index }) => index > start && !taking.has(args[index - 1] ?? ""));
}

/** A package that a command adds beside the lock file of the project, for a message. */
function outsideLockFile(command: ShellCommand): string | undefined {
  const { name, args } = invocationOf(command);
  const [verb, ...rest] = args.filter((arg) => !arg.startsWith("-"));
  // A tool beside the project has no lock file: its version is what can be asked for.
  if (args.includes("-g") || args.includes("--global")) return undefined;
  const named = (words: readonly string[]): string | undefined => {
    const first = words.find((word) => !/[$_]{2,}|[$*]/.test(word));
    return first === undefined ? undefined : `\`${first}\``;
  };
  switch (name) {
    case "npm":
      return /^(?:install|i|add)$/.test(verb ?? "") ? named(rest) : undefined;
    case "yarn":
    case "pnpm":
    case "bun":
      return verb === "add" ? named(rest) : undefined;
    case "bundle":
      return verb === "add" ? named(rest) : undefined;
    default:
      return undefined;
  }
}

function installsGlobally(name: string | undefined, args: readonly string[]): boolean {
  const [verb = "", next] = args;
  if (name === "yarn") return verb === "global" && next === "add";
  const isGlobal = args.includes("-g") || args.includes("--global");
  if (name === "npm") return isGlobal && ["install", "i", "add"].includes(verb);
  return name === "pnpm" && isGlobal && ["install", "add"].includes(verb);
}
