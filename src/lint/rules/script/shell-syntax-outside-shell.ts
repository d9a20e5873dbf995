import { knownAction } from "../../../actions/catalogue.ts";
import type { EnvBlock, Step } from "../../../workflow/document/document.ts";
import { jobsOf, stepsOf } from "../../../workflow/document/document.ts";
import type { ScalarNode, Span, YamlNode } from "../../../workflow/yaml/node.ts";
import { sourceSpan } from "../../../workflow/yaml/scalar-source.ts";
import { isDefaultVariable } from "../../default-variables.ts";
import { rule } from "../../rule.ts";

export const shellSyntaxOutsideShell = rule({
  id: "shell-syntax-outside-shell",
  family: "script",
  levels: { recommended: "warning", strict: "error" },
  summary: "`$(...)` and `$NAME` stand where a shell reads them.",
  why: "Only `run:` goes through a shell. In `env:`, `with:`, `name:` and the like the text is taken as it is: a tag becomes `$(date +%F)`, a path `$HOME/.cache`. An expression, or the output of an earlier step, gives the value.",
  bad: [
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    env:
      BUILD_DATE: $(date +%F)
      CARGO_HOME: $HOME/.cargo
    steps:
      - run: make
`,
    `on: push
jobs:
  build:
    name: Build $GITHUB_SHA
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          tags: ghcr.io/acme/app:$GITHUB_SHA
`,
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/cache@v4
        with:
          path: $GOPATH/pkg/mod
          key: go-\${{ hashFiles('go.sum') }}
      - uses: actions/upload-artifact@v5
        with:
          name: metrics-$(date +%Y%m%d)
          path: metrics.json
`,
  ],
  good: `on: push
jobs:
  build:
    name: Build \${{ github.sha }}
    runs-on: ubuntu-latest
    env:
      TAG: \${{ github.sha }}
      PRICE: $5
      PATTERN: ^v(.*)$
      COMMAND: test "$A" = "$(cat b)"
    steps:
      - run: echo "$(date) $HOME"
      - uses: addnab/docker-run-action@v3
        with:
          run: echo $HOME
      - uses: ./.github/actions/run
        with:
          path: $HOME/x
      - uses: actions/github-script@v8
        with:
          script: console.log(\`\${process.env.HOME} $HOME\`)
      - uses: actions/cache@v4
        with:
          path: ~/go/pkg/mod
          key: prices-in-US$-\${{ github.run_id }}
`,
  document(document, { report }) {
    const { text } = document.file;
    const check = (
      node: YamlNode | undefined,
      what: string,
      instead: (found: string) => string,
      isRead = isOfRunner,
    ): void => {
      if (node?.kind !== "scalar") return;
      const found = shellSyntaxIn(node, isRead);
      if (found)
        report(
          sourceSpan(text, node, found.span),
          `No shell reads ${what}: \`${found.text}\` stays as it is. ${instead(found.text)}`,
        );
    };
    const checkEnv = (block: EnvBlock | undefined, what: string, scripts: () => string): void => {
      for (const [name, { value }] of block?.variables ?? []) {
        if (
          value.kind !== "scalar" ||
          !value.value.includes("$") ||
          isEvaluated(name, scripts()) ||
          /^PS\d$|PATTERN|REGEX|TEMPLATE|FORMAT|_CMD$|COMMAND|SCRIPT|_ARGS$|_OPTS$|_FLAGS$|CFLAGS|PROMPT/.test(name)
        )
          continue;
        check(value, what, inEnv);
      }
    };
    let joined: string | undefined;
    const scripts = (): string =>
      (joined ??= stepsOf(document)
        .map(({ run }) => run?.value ?? "")
        .join("\n"));
    if (document.kind === "workflow") {
      checkEnv(document.env, "`env:`", scripts);
      check(document.runName, "`run-name:`", () => "Use an expression: `${{ github.sha }}`.");
      check(document.concurrency?.group, "a concurrency group", () => "Use an expression: `${{ github.ref }}`.");
    }
    for (const job of jobsOf(document)) {
      checkEnv(job.env, "`env:`", scripts);
      check(job.name, "a job's `name:`", () => "Use an expression: `${{ github.ref_name }}`.");
      check(job.concurrency?.group, "a concurrency group", () => "Use an expression: `${{ github.ref }}`.");
      check(job.container?.image, "`container:`", () => "Use an expression.");
      for (const { value } of job.outputs.values())
        check(value, "`outputs:`", () => "Use the output of a step: `${{ steps.<id>.outputs.<name> }}`.");
      for (const { value } of job.with.values()) check(value, "`with:`", inWith);
    }
    for (const step of stepsOf(document)) {
      checkEnv(step.env, "`env:`", () => step.run?.value ?? scripts());
      check(step.name, "a step's `name:`", () => "Use an expression: `${{ github.ref_name }}`.");
      const plain = step.uses?.kind === "repository" && isGitHubsOrDockers(step.uses.repository);
      for (const input of inputsTakenAsTheyAre(step))
        check(input, "`with:`", inWith, plain ? isOfAnyShell : isOfRunner);
    }
  },
});

const inEnv = (found: string): string =>
  found.startsWith("$(")
    ? "Compute it in a step and write it to `$GITHUB_ENV`."
    : found === "$HOME" || found === "${HOME}"
      ? 'Write it in a step: `echo "NAME=$HOME/..." >> "$GITHUB_ENV"`.'
      : "Use an expression, such as `${{ github.sha }}` or `${{ env.NAME }}`.";
const inWith = (found: string): string =>
  found.startsWith("$(")
    ? "Compute it in an earlier step and use `${{ steps.<id>.outputs.<name> }}`."
    : found === "$HOME" || found === "${HOME}"
      ? "Write `~` where the action knows it."
      : "Use an expression, such as `${{ github.sha }}` or `${{ env.NAME }}`.";

/** What every step has. */
const isOfRunner = (name: string): boolean => (isDefaultVariable(name) && name !== "CI") || name === "HOME";
/** No input of a cache, an artifact or an image holds a dollar sign and a name in capitals for its own sake. */
const isOfAnyShell = (name: string): boolean => /^[A-Z][A-Z0-9_]{2,}$/.test(name);

/** Something evaluates the variable's text in the end. */
const isEvaluated = (name: string, scripts: string): boolean =>
  (scripts.includes("eval") || scripts.includes("envsubst") || /\b(?:ba)?sh\s+-\w*c/.test(scripts)) &&
  scripts.includes(name);

const isGitHubsOrDockers = (repository: string): boolean => /^(?:actions|docker)\//.test(repository);

/** Inputs of actions written in JavaScript, which hand no input to a shell unless that is their purpose. */
function inputsTakenAsTheyAre({ uses, with: inputs }: Step): YamlNode[] {
  if (uses?.kind !== "repository") return [];
  const known =
    isGitHubsOrDockers(uses.repository) ||
    /^node/.test(knownAction(uses.name)?.runtime ?? knownAction(uses.repository)?.runtime ?? "");
  if (!known) return [];
  return [...inputs].flatMap(([name, { value }]) =>
    /script|command|cmd|^run$|args|exec|flags|options|body|template|pattern|filters|regex|config|inputs|set|expression|query|outputs|comment|message/i.test(
      name,
    ) ||
    (/password|token|secret/i.test(name) && !isVariableAlone(value))
      ? []
      : [value],
  );
}

/** A password may hold a dollar sign; it is hardly one in front of a name in capitals, and nothing more. */
const isVariableAlone = (value: YamlNode): boolean =>
  value.kind === "scalar" && /^\s*\$(?:[A-Z][A-Z0-9_]*|\{[A-Z][A-Z0-9_]*\})\s*$/.test(value.value);

const COMMANDS =
  "date|git|cat|echo|pwd|uname|nproc|basename|dirname|whoami|hostname|jq|sed|grep|awk|cut|head|tail|node|python3?|npm|go|cargo|gh|curl|id|printf|find|ls|tr|mktemp|brew|rustc|sw_vers|which";

const SUBSTITUTION = new RegExp(`\\$\\((?:${COMMANDS})(?:\\s[^()\\n]*)?\\)`);

/** `$(git ...)`, `$GITHUB_SHA`, `$HOME/...` in a value of one line; sentences and scripts are something else. */
function shellSyntaxIn(
  { value }: ScalarNode,
  isRead: (variable: string) => boolean,
): { span: Span; text: string } | undefined {
  if (!value.includes("$")) return undefined;
  const substitution = SUBSTITUTION.exec(value);
  if (substitution && !/["'`]/.test(value.slice(0, substitution.index)) && !/[;&]|\|\|/.test(value))
    return {
      span: { start: substitution.index, end: substitution.index + substitution[0].length },
      text: substitution[0].length > 40 ? `${substitution[0].slice(0, 30)}...)` : substitution[0],
    };
  for (const match of value.matchAll(/(?<![\\$\w'"`{])\$(?:\{([A-Z][A-Z0-9_]*)\}|([A-Z][A-Z0-9_]*)\b)/g)) {
    const name = match[1] ?? match[2] ?? "";
    if (!isRead(name)) continue;
    // Part of a command line that somebody will run: `test -f $HOME/x && ...`.
    if (/[;&|`]|\$\(|\b(?:if|then|echo|bash|sh|run|export)\s/.test(value)) continue;
    return { span: { start: match.index, end: match.index + match[0].length }, text: match[0] };
  }
  return undefined;
}
