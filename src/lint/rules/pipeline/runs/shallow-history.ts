import type { Job, Step } from "../../../../workflow/document/document.ts";
import { isAction } from "../../../../workflow/document/uses.ts";
import { pathOf } from "../../../../workflow/expressions/expression.ts";
import { scalarOf } from "../../../../workflow/yaml/node.ts";
import { fixOf, setIn } from "../../../edits.ts";
import { rule } from "../../../rule.ts";
import { holds, occasionsOf } from "../../../runs/occasions.ts";
import { scriptsByStep } from "../../../runs/lasting.ts";
import { commandsIn, expressionsInside, type Script, type ShellCommand, spanOf } from "../../../scripts.ts";

export const shallowHistory = rule({
  id: "shallow-history",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A job that asks for older commits, tags or other branches has fetched them.",
  why: "`actions/checkout` fetches one commit and no tags. `HEAD~1`, `git merge-base`, `git describe` and a diff with `origin/main` then fail, or count and describe a history of one commit.",
  bad: `on: push
jobs:
  changes:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: git diff --name-only HEAD~1 HEAD
`,
  good: `on: push
jobs:
  changes:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
        with:
          fetch-depth: 2
      - run: git diff --name-only HEAD~1 HEAD
`,
  fixable: true,
  job(job, { report }) {
    let checkout: { step: Step; depth: number } | undefined;
    for (const step of job.steps) {
      if (isAction(step.uses, "actions/checkout")) {
        checkout = ofThisRepository(step);
        continue;
      }
      // An action may fetch what is missing.
      if (
        step.uses &&
        (step.uses.kind !== "repository" ||
          /git|fetch|history|chang|checkout|version|nx-|affected|lint/i.test(step.uses.name))
      )
        checkout = undefined;
      const script = scriptsByStep(job).get(step);
      if (!script || !checkout || step.workingDirectory || job.defaults?.workingDirectory) continue;
      for (const command of commandsIn(script)) {
        // Whoever fetches knows what is missing.
        if (command.name === "git" && /^(?:fetch|pull|clone|init)$/.test(verbOf(command))) checkout = undefined;
        if (command.name === "cd" || command.name === "pushd") checkout = undefined;
        const wanted =
          checkout && command.name === "git"
            ? (wants(command, checkout.depth, step, job) ?? wantsEarlier(script, command))
            : undefined;
        if (!wanted || !checkout) continue;
        const depth = wanted.depth === 0 ? 0 : wanted.depth + 1;
        const { step: fetched } = checkout;
        report(
          spanOf(script, command.node),
          `${wanted.message} Set \`fetch-depth: ${depth}\` on the checkout${depth === 0 ? ", which fetches everything" : ""}.`,
          {
            related: [
              {
                at: fetched.uses?.node ?? fetched.node,
                message: checkout.depth === 1 ? "Fetches one commit." : `Fetches ${checkout.depth} commits.`,
              },
            ],
            fix: fixOf(
              `Set \`fetch-depth: ${depth}\``,
              setIn(job.workflow.file, fetched.node, "with", "fetch-depth", depth),
            ),
          },
        );
        checkout = undefined;
      }
    }
  },
});

/** Depth 0 is all of it; an expression, or another repository, is nothing that can be judged. */
function ofThisRepository({ with: inputs, ...step }: Step): { step: Step; depth: number } | undefined {
  const depth = scalarOf(inputs.get("fetch-depth")?.value)?.value ?? "1";
  if (inputs.has("repository") || inputs.has("path") || !/^[1-9]\d*$/.test(depth)) return undefined;
  return { step: { with: inputs, ...step }, depth: Number(depth) };
}

const verbOf = ({ args }: ShellCommand): string =>
  args.find((arg, index) => !arg.startsWith("-") && args[index - 1] !== "-c" && args[index - 1] !== "-C") ?? "";

function wants(
  command: ShellCommand,
  depth: number,
  step: Step,
  job: Job,
): { depth: number; message: string } | undefined {
  const { args } = command;
  // A step that reckons with the failure has a way out.
  if (command.orElse || command.inCondition || args.includes("-C")) return undefined;
  const verb = verbOf(command);
  if (
    !/^(?:diff|log|show|rev-parse|rev-list|describe|merge-base|diff-tree|shortlog|cherry|whatchanged|format-patch)$/.test(
      verb,
    )
  )
    return undefined;
  for (const arg of args) {
    const back = stepsBack(arg);
    if (back >= depth)
      return {
        depth: back,
        message: `\`${arg}\` is ${back === 1 ? "the commit before" : `${back} commits back`}, and the checkout fetches ${depth === 1 ? "one commit" : `${depth} commits`} only.`,
      };
  }
  if (
    verb === "describe" &&
    !args.includes("--always") &&
    !args.includes("--all") &&
    !args.some((arg) => arg.startsWith("--exclude")) &&
    !fetchesTags(job) &&
    !isOnTagsOnly(step, job)
  )
    return { depth: 0, message: "`git describe` looks for tags, and the checkout fetches none." };
  if (verb === "merge-base" && !args.includes("--is-ancestor"))
    return {
      depth: 0,
      message: `\`git merge-base\` needs the history of both sides, and the checkout fetches ${depth === 1 ? "one commit" : `${depth} commits`}.`,
    };
  const other = args.find((arg) => /^origin\/[\w./-]+(?:\.{2,3}.*)?$|\.{2,3}origin\//.test(arg));
  if (
    other !== undefined &&
    job.workflow.triggers.every(({ event }) => event.startsWith("pull_request") && event !== "pull_request_target")
  )
    return {
      depth: 0,
      message: `On a pull request the checkout fetches the merge commit only, so \`${other}\` is unknown.`,
    };
  if (verb === "rev-list" && args.includes("--count") && args.includes("HEAD"))
    return {
      depth: 0,
      message: `\`git rev-list --count HEAD\` counts the commits that the checkout fetched, ${depth === 1 ? "one" : `at most ${depth}`}.`,
    };
  return undefined;
}

/** A commit that the event names, and that was not fetched. */
function wantsEarlier(
  script: Script,
  { node, args, orElse, inCondition }: ShellCommand,
): { depth: number; message: string } | undefined {
  if (orElse || inCondition || !/^(?:diff|log|rev-list|diff-tree|merge-base|show)$/.test(args[0] ?? ""))
    return undefined;
  for (const { expression } of expressionsInside(script, node)) {
    const name = expression && pathOf(expression)?.join(".");
    if (name === "github.event.before" || name === "github.event.pull_request.base.sha")
      return { depth: 0, message: `The commit \`${name}\` is not among what the checkout fetches.` };
  }
  return undefined;
}

/** On a tag the checkout fetches that tag, and `git describe` finds it. */
const isOnTagsOnly = (step: Step, job: Job): boolean =>
  !occasionsOf(job.workflow).some(
    (run) =>
      (run.ref === "branch" || run.ref === "pull" || run.ref === "default") &&
      holds(job.if, run) !== false &&
      holds(step.if, run) !== false,
  );

const fetchesTags = ({ steps }: Job): boolean =>
  steps.some(
    ({ uses, with: inputs }) =>
      isAction(uses, "actions/checkout") && scalarOf(inputs.get("fetch-tags")?.value)?.value === "true",
  );

/** How far behind HEAD a revision is: `HEAD~2`, `HEAD^`, `HEAD^^`, `@~1`, also as an end of a range. */
function stepsBack(revision: string): number {
  let most = 0;
  for (const [, chain = ""] of revision.matchAll(/(?:^|[.\s])(?:HEAD|@)((?:~\d*|\^(?![{@!-])\d*)+)/g)) {
    let back = 0;
    for (const [, kind, count] of chain.matchAll(/([~^])(\d*)/g))
      back += kind === "~" ? Number(count === "" ? 1 : count) : count === "0" ? 0 : 1;
    most = Math.max(most, back);
  }
  return most;
}
