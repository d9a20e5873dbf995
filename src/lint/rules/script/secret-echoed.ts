import { invocationOf } from "../../../shell/invocation.ts";
import { expressionsWithin, pathOf } from "../../../workflow/expressions/expression.ts";
import { embeddedExpressions } from "../../../workflow/expressions/embedded.ts";
import { jobOf, type Step } from "../../../workflow/document/document.ts";
import { rule } from "../../rule.ts";
import {
  commandOf,
  commandsIn,
  expressionsInside,
  optionsAt,
  readsOf,
  type Script,
  type ShellCommand,
  spanOf,
  variablesIn,
} from "../../scripts.ts";

export const secretEchoed = rule({
  id: "secret-echoed",
  family: "script",
  levels: { recommended: "warning", strict: "error" },
  checklist: "10.2.4",
  summary: "A script never prints a secret.",
  why: "GitHub masks a secret in logs only where it stands there exactly as it was stored: one that is encoded, split over lines or part of a JSON text is readable, in public repositories for everybody.",
  bad: [
    `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: echo "\${{ secrets.DEPLOY_KEY }}"
      - run: echo "$TOKEN" | base64
        env:
          TOKEN: \${{ secrets.TOKEN }}
`,
    `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: |
          set -x
          deploy --token "$TOKEN"
        env:
          TOKEN: \${{ secrets.TOKEN }}
`,
  ],
  good: `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo "$TOKEN" | docker login ghcr.io --username me --password-stdin
          echo "$TOKEN" > key.pem
          echo "$TOKEN" | base64 --decode > key.bin
          echo "::add-mask::$TOKEN"
          [ -n "$TOKEN" ] && echo "there is a token"
          auth=$(echo -n "user:$TOKEN" | base64)
          echo "\${#TOKEN}"
        env:
          TOKEN: \${{ secrets.TOKEN }}
`,
  script(script, { report }) {
    const secrets = secretVariables(script.step);
    if (secrets.size === 0 && !/secrets\s*[.[]|github\.token/i.test(script.text)) return;
    // One that the script sets anew holds something else.
    for (const { name } of variablesIn(script).sets) secrets.delete(name);
    let traced = false;
    for (const command of commandsIn(script)) {
      const found = secretIn(script, command, secrets);
      if (!found) continue;
      if (
        !traced &&
        optionsAt(script, command.node.pos).xtrace &&
        !/^(?:echo|printf|\[|test|export|true|:)$/.test(command.name ?? "") &&
        command.name !== undefined &&
        found.inArguments
      ) {
        traced = true;
        report(
          spanOf(script, found),
          `\`set -x\` prints this command with the value of ${found.what}. Turn it off around the command: \`set +x\`.`,
          { level: "info" },
        );
        continue;
      }
      const { name } = command;
      if (
        (name !== "echo" && name !== "printf") ||
        command.inSubstitution ||
        /::add-mask::/.test(script.source.slice(command.node.pos, command.node.end))
      )
        continue;
      const sink = sinkOf(script, command);
      if (sink === "log" || sink === "encoded")
        report(
          spanOf(script, found),
          sink === "log"
            ? `This prints ${found.what} into the log. Remove it; to see whether it is set, test \`[ -n "$NAME" ]\`.`
            : `This prints ${found.what} in an encoding that GitHub's mask does not know. Remove it.`,
        );
      else if (sink === "summary")
        report(spanOf(script, found), `This writes ${found.what} into the job summary. Remove it.`);
    }
  },
});

/** Kept as secrets out of habit. */
const HARMLESS = /(?:user(?:name)?|email|_url|host(?:name)?|region|account(?:_id)?|bucket|org|owner|project(?:_id)?)$/i;

/** Names of environment variables that are secrets, by what they hold. */
function secretVariables(step: Step): Map<string, string> {
  const names = new Map<string, string>();
  const job = jobOf(step);
  for (const block of [job?.workflow.env, job?.env, step.env])
    for (const [name, { value }] of block?.variables ?? []) {
      const secret =
        value.kind === "scalar" && value.value.includes("${{")
          ? embeddedExpressions(value)
              .map(({ expression }) => expression && secretOf(expression))
              .find((found) => found !== undefined)
          : undefined;
      if (secret === undefined) names.delete(name);
      else names.set(name, secret);
    }
  return names;
}

/** The secret whose value an expression may have: not of `secrets.X != ''`. */
function secretOf(
  expression: NonNullable<ReturnType<typeof embeddedExpressions>[number]["expression"]>,
): string | undefined {
  if (expression.kind === "comparison" || expression.kind === "not" || expression.kind === "call") return undefined;
  // `secrets.X && 'yes' || 'no'`
  if (expression.kind === "logical" && expression.operands.at(-1)?.kind === "literal" && expression.operands.length > 1)
    return undefined;
  for (const inner of expressionsWithin(expression)) {
    const path = pathOf(inner);
    if (path?.[0] === "secrets" && path.length > 1)
      return HARMLESS.test(path[1] ?? "")
        ? undefined
        : `the secret \`${path[1] === "*" ? "secrets" : (path[1] ?? "").toUpperCase()}\``;
    if (path?.join(".") === "github.token") return "the job's token";
  }
  return undefined;
}

function secretIn(
  script: Script,
  command: ShellCommand,
  secrets: ReadonlyMap<string, string>,
): { pos: number; end: number; what: string; inArguments: boolean } | undefined {
  const { node, name, args } = command;
  const commands = { pos: node.name?.end ?? node.pos, end: node.end };
  for (const { within, expression } of script.expressions.length === 0 ? [] : expressionsInside(script, node)) {
    const what = expression && secretOf(expression);
    if (what !== undefined)
      return { pos: within.start, end: within.end, what, inArguments: within.start >= commands.pos };
  }
  if (secrets.size === 0 || name === undefined || args.length === 0) return undefined;
  for (const read of readsOf(script, command)) {
    if (read.tolerant || read.pos < commands.pos) continue;
    const what = secrets.get(read.name);
    if (what !== undefined) return { pos: read.pos, end: read.end, what, inArguments: true };
  }
  return undefined;
}

function sinkOf(script: Script, command: ShellCommand): "log" | "encoded" | "summary" | undefined {
  const redirect = command.redirects.find(
    ({ type, operator }) => type === "Redirect" && (operator === ">" || operator === ">>" || operator === "&>"),
  );
  if (redirect?.type === "Redirect")
    return redirect.target?.value.includes("GITHUB_STEP_SUMMARY") === true ? "summary" : undefined;
  const { pipeline } = command;
  if (!pipeline || pipeline.index === pipeline.length - 1) return isGrouped(script, command) ? undefined : "log";
  const rest = pipeline.node.commands.slice(pipeline.index + 1).map((node) => commandOf(script, node));
  if (rest.some((other) => !other || other.redirects.some(({ operator }) => operator === ">" || operator === ">>")))
    return undefined;
  const encodes = rest.every((other) => {
    const { name, args } = other ? invocationOf(other) : { name: undefined, args: [] };
    return (
      (name === "base64" && !args.some((argument) => /^(?:-d|-D|--decode)/.test(argument))) ||
      ["rev", "xxd", "od", "hexdump", "tr", "sed", "fold", "cut"].includes(name ?? "")
    );
  });
  return encodes ? "encoded" : undefined;
}

/** In a group or a loop whose output goes elsewhere. */
function isGrouped(script: Script, { node, inSubshell, inFunction, inLoop }: ShellCommand): boolean {
  if (inFunction !== undefined) return true;
  const behind = /\}\s*[>|]|\)\s*[>|]|done\s*[>|]/.test(script.source.slice(node.end));
  return behind || (inSubshell && inLoop === undefined && behind);
}
