import type { PipelineNode } from "unbash";
import { invocationOf, operandsOf } from "../../../shell/invocation.ts";
import { workOf } from "../../../shell/programs.ts";
import { rule } from "../../rule.ts";
import { commandsIn, type Script, type ShellCommand, spanInScript } from "../../scripts.ts";
import { shown } from "./masked-pipeline.ts";

export const swallowedFailure = rule({
  id: "swallowed-failure",
  family: "script",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A push, a publication, a deployment or a test that fails is not passed over.",
  why: "`|| true` and `|| echo` turn every failure into a success: an expired token, a full registry and a broken test look the same as the case that was meant to be tolerated, and the run is green.",
  bad: [
    `on: push
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - run: docker push ghcr.io/acme/app:latest || true
      - run: npm publish || echo "Already published"
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: npm test; true
`,
  ],
  good: `on: push
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - run: docker rmi app || true
      - run: docker push ghcr.io/acme/app:latest || exit 1
      - run: npm test || { echo "failed"; exit 1; }
      - run: npm test
        continue-on-error: true
      - run: git push origin --delete staging || true
      - run: npm test || echo "failed=true" >> "$GITHUB_OUTPUT"
      - run: docker logs app || true
        if: always()
`,
  script(script, { report }) {
    // A step for the time after a failure may fail as it likes.
    if (/\b(?:always|failure|cancelled)\s*\(/.test(script.step.if?.value ?? "")) return;
    for (const command of commandsIn(script)) {
      if (command.inSubstitution || command.inCondition || command.negated) continue;
      const by = swallowedBy(script, command);
      if (!by) continue;
      const invocation = invocationOf(command);
      const work = workOf(invocation);
      if (work !== "publish" && work !== "delete" && work !== "test") continue;
      if (work === "test" && onlyReports(invocation.name, operandsOf(invocation))) continue;
      report(
        spanInScript(script, { start: command.node.pos, end: by.end }),
        `A failure of \`${shown(invocation.name, invocation.args)}\` is passed over by \`${by.text}\`, whatever its cause. ${work === "test" ? "Let it fail, or say `continue-on-error: true` on the step, which shows the failure." : "Let it fail, or test first for the one case that may be passed over."}`,
      );
    }
  },
});

/** Tools whose exit status is not their verdict: plans and checks that only inform. */
const onlyReports = (name: string | undefined, [first]: readonly string[]): boolean =>
  name === "terraform" || name === "tofu" || name === "terragrunt" || (name === "cargo" && first === "audit");

function swallowedBy(
  script: Script,
  { node, orElse, pipeline }: ShellCommand,
): { end: number; text: string } | undefined {
  if (orElse)
    return isNoop(script, orElse)
      ? { end: orElse.end, text: shortened(`|| ${script.source.slice(orElse.pos, orElse.end)}`) }
      : undefined;
  if (pipeline) return undefined;
  // `a; true`: on one line, so that it is meant for this command.
  const behind = /^[ \t]*;[ \t]*(?:true|:)[ \t]*(?:\n|$)/.exec(script.source.slice(node.end, node.end + 40));
  return behind ? { end: node.end + behind[0].trimEnd().length, text: "; true" } : undefined;
}

function isNoop(script: Script, node: PipelineNode): boolean {
  if (node.type !== "Command") return false;
  const { name, args } = node;
  if (name?.value === "true" || name?.value === ":") return args.length === 0 || name.value === ":";
  if (name?.value === "exit") return args.length === 1 && args[0]?.text === "0";
  if (name?.value !== "echo" && name?.value !== "printf") return false;
  // Written down for a later step, or shown as an annotation.
  return node.redirects.length === 0 && !/::(?:warning|error|notice)/.test(script.source.slice(node.pos, node.end));
}

const shortened = (text: string): string =>
  (text.length > 30 ? `${text.slice(0, 27).replace(/\s+\S*$/, "")} ...` : text)
    .replaceAll("`", "'")
    .replaceAll("\n", " ");
