import { LIMITS } from "../../../../workflow/limits.ts";
import { quoted } from "../../../../workflow/grammar/words.ts";
import { triggerOf } from "../../../../workflow/document/document.ts";
import { type Pair, pairOf, scalarsOf } from "../../../../workflow/yaml/node.ts";
import { rule, type RuleContext } from "../../../rule.ts";
import { defaultFault, type DefinedInput, inputsOf } from "./call-inputs.ts";

const MOST = LIMITS.dispatchInputs.value;

export const dispatchInputs = rule({
  id: "dispatch-inputs",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "The inputs of `workflow_dispatch` have options and defaults that fit their type.",
  why: "GitHub refuses a choice without options and a default that is not among them, and shows at most 25 inputs.",
  bad: `on:
  workflow_dispatch:
    inputs:
      level:
        type: choice
        options: [low, high]
        default: middle
      verbose:
        type: boolean
        default: yes
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  good: `on:
  workflow_dispatch:
    inputs:
      level:
        type: choice
        options: [low, high]
        default: low
      verbose:
        type: boolean
        default: false
      count:
        type: number
        default: 1.5
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  workflow(workflow, context) {
    const inputs = inputsOf(workflow, "workflow_dispatch");
    const over = inputs[MOST];
    const trigger = triggerOf(workflow, "workflow_dispatch");
    if (over && trigger)
      context.report(
        over.key,
        `\`workflow_dispatch\` has ${inputs.length} inputs; GitHub allows ${MOST}. Join some of them.`,
      );
    for (const input of inputs) {
      const fault = defaultFault(input);
      if (fault !== undefined && input.default) context.report(input.default, fault);
      checkOptions(input, context);
    }
  },
});

function checkOptions(input: DefinedInput, { report }: RuleContext): void {
  const options: Pair | undefined = pairOf(input.definition, "options");
  if (input.type !== "choice") {
    if (options) report(options.key, `Only an input of \`type: choice\` has options. Write that type, or remove them.`);
    return;
  }
  const values = scalarsOf(options?.value);
  if (values.length === 0) {
    report(options?.key ?? input.key, `The choice \`${input.key.value}\` needs \`options\`.`);
    return;
  }
  const seen = new Set<string>();
  for (const value of values) {
    if (seen.has(value.value))
      report(value, `The option \`${value.value}\` stands twice. Remove one.`, { level: "warning" });
    seen.add(value.value);
  }
  // An empty default is none: the first option is shown.
  if (
    input.default &&
    input.default.value !== "" &&
    !input.default.value.includes("${{") &&
    !seen.has(input.default.value)
  )
    report(input.default, `The default \`${input.default.value}\` is none of the options ${quoted([...seen])}.`);
}
