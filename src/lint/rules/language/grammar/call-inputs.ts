/** The inputs that `workflow_dispatch` and `workflow_call` define. */
import { triggerOf, type WorkflowDocument } from "../../../../workflow/document/document.ts";
import { type MappingNode, type ScalarNode, scalarOf, scalarType, valueOf } from "../../../../workflow/yaml/node.ts";

export interface DefinedInput {
  key: ScalarNode;
  definition: MappingNode;
  /** `string` where nothing is written. */
  type: string;
  required: boolean;
  default: ScalarNode | undefined;
}

export function inputsOf(workflow: WorkflowDocument, event: "workflow_dispatch" | "workflow_call"): DefinedInput[] {
  const inputs = valueOf(triggerOf(workflow, event)?.config, "inputs");
  if (inputs?.kind !== "mapping") return [];
  return inputs.pairs.flatMap(({ key, value }) => {
    if (value.kind !== "mapping") return [];
    return [
      {
        key,
        definition: value,
        type: scalarOf(valueOf(value, "type"))?.value ?? "string",
        required: scalarOf(valueOf(value, "required"))?.value === "true",
        default: scalarOf(valueOf(value, "default")),
      },
    ];
  });
}

/** What is wrong with a default for its input's type. */
export function defaultFault({ type, default: value }: DefinedInput): string | undefined {
  if (!value || value.value.includes("${{") || scalarType(value) === "null") return undefined;
  if (type === "boolean" && !/^(?:true|false)$/i.test(value.value))
    return `The default of a boolean is \`true\` or \`false\`, not \`${value.value}\`.`;
  if (type === "number" && (value.value.trim() === "" || Number.isNaN(Number(value.value))))
    return `The default of a number cannot be \`${value.value}\`.`;
  return undefined;
}
