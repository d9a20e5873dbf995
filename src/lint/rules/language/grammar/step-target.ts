import { didYouMean } from "../../../../nearest.ts";
import { isNull, pairOf, scalarOf, scalarsOf, valueOf, type YamlNode } from "../../../../workflow/yaml/node.ts";
import { rule, type RuleContext } from "../../../rule.ts";

export const stepTarget = rule({
  id: "step-target",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "`wait` and `cancel` name steps that stand earlier, and a `parallel` group holds scripts and actions only.",
  why: "GitHub refuses a step that waits for an unknown step, `wait-all: false`, and in a `parallel` group everything but `run` and `uses`: its steps run in the background as they are.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make serve
        id: server
        background: true
      - wait: servre
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make serve
        id: server
        background: true
      - parallel:
          - run: make unit
            id: unit
          - run: make lint
      - wait: [unit]
      - cancel: server
      - wait-all:
`,
  job(job, context) {
    const ids = new Set<string>();
    for (const item of job.stepsNode?.items ?? []) {
      const group = valueOf(item, "parallel");
      if (group?.kind === "sequence") {
        for (const member of group.items) {
          checkMember(member, context);
          remember(member, ids);
        }
        continue;
      }
      for (const name of ["wait", "cancel"])
        for (const target of scalarsOf(valueOf(item, name)))
          if (target.value !== "" && !ids.has(target.value))
            context.report(
              target,
              `No step with the id \`${target.value}\` stands before this one. ${didYouMean(target.value, [...ids]) ?? `Give the step that \`${name}\` means an \`id\`.`}`,
            );
      const all = valueOf(item, "wait-all");
      if (all && !isNull(all) && scalarOf(all)?.value.toLowerCase() === "false")
        context.report(all, "`wait-all` is `true` or has no value. Remove the step to wait for nothing.");
      remember(item, ids);
    }
  },
});

function remember(item: YamlNode, ids: Set<string>): void {
  const id = scalarOf(valueOf(item, "id"));
  if (id) ids.add(id.value);
}

function checkMember(member: YamlNode, { report }: RuleContext): void {
  for (const name of ["wait", "wait-all", "cancel", "parallel", "background"]) {
    const pair = pairOf(member, name);
    if (pair)
      report(
        pair.key,
        `\`${name}\` is not allowed in a \`parallel\` group. ${name === "background" ? "Its steps run in the background as they are; remove it." : "Move the step out of the group."}`,
      );
  }
}
