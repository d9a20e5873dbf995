import { triggerOf } from "../../../../workflow/document/document.ts";
import { pairOf, scalarOf, valueOf } from "../../../../workflow/yaml/node.ts";
import { rule } from "../../../rule.ts";
import { defaultFault, inputsOf } from "./call-inputs.ts";

export const callDefinition = rule({
  id: "call-definition",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "The inputs of `workflow_call` have defaults of their type, and only where they can be left out.",
  why: "GitHub refuses a default of another type. A required input is always given, so its default is never read.",
  bad: `on:
  workflow_call:
    inputs:
      port:
        type: number
        default: high
      host:
        type: string
        required: true
        default: localhost
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  good: `on:
  workflow_call:
    inputs:
      port:
        type: number
        default: 8080
      host:
        type: string
        required: true
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  workflow(workflow, { report }) {
    for (const input of inputsOf(workflow, "workflow_call")) {
      if (!input.default) continue;
      const fault = defaultFault(input);
      if (fault !== undefined) report(input.default, fault);
      if (input.required)
        report(
          input.default,
          `\`${input.key.value}\` is required, so this default is never used. Remove it, or write \`required: false\`.`,
          { level: "warning" },
        );
    }
    const outputs = valueOf(triggerOf(workflow, "workflow_call")?.config, "outputs");
    if (outputs?.kind !== "mapping") return;
    for (const { key, value } of outputs.pairs) {
      const given = pairOf(value, "value");
      if (given && scalarOf(given.value)?.value.trim() === "")
        report(
          given.key,
          `The output \`${key.value}\` is always empty. Write \`value: \${{ jobs.<job>.outputs.<name> }}\`.`,
        );
    }
  },
});
