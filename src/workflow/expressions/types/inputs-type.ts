/** Inputs of a workflow or action, as `inputs` and as `github.event.inputs`. */
import type { Document, WorkflowDocument } from "../../document/document.ts";
import { triggerOf } from "../../document/document.ts";
import { type MappingNode, scalarOf, scalarsOf, scalarType, valueOf, type YamlNode } from "../../yaml/node.ts";
import { didYouMean } from "../../../nearest.ts";
import { ANY, BOOL, either, NUMBER, objectOf, type ObjectType, STRING, type Type } from "./type.ts";

/** Events that give inputs. */
const SOURCES = ["workflow_dispatch", "workflow_call"] as const;

export function inputsType(document: Document): ObjectType {
  if (document.kind === "action") {
    const names = [...document.inputs.keys()];
    return objectOf(
      names.map((name) => [name, STRING] as const),
      undefined,
      {
        code: "inputs-reference",
        say: (name) => `This action declares no input \`${name}\`. ${didYouMean(name, names) ?? ""}`.trim(),
      },
    );
  }
  const types = new Map<string, Type>();
  const spellings = new Map<string, string>();
  let given = 0;
  for (const source of SOURCES) {
    if (!triggerOf(document, source)) continue;
    given++;
    for (const [name, type] of declaredInputs(document, source)) {
      const key = name.toLowerCase();
      const before = types.get(key);
      types.set(key, before ? either(before, type) : type);
      spellings.set(key, name);
    }
  }
  // Where two events give inputs, one that only one of them declares is empty on the other.
  if (given > 1 || document.triggers.length > given) for (const [key, type] of types) types.set(key, orEmpty(type));
  const names = [...spellings.values()];
  return objectOf(
    [...types].map(([key, type]) => [spellings.get(key) ?? key, type] as const),
    undefined,
    {
      code: "inputs-reference",
      mild: given === 0,
      say: (name) =>
        given === 0
          ? `This workflow has no inputs, since neither \`workflow_dispatch\` nor \`workflow_call\` is among its triggers, so \`inputs.${name}\` is always empty.`
          : `There is no input \`${name}\`. ${names.length === 0 ? "No inputs are declared." : (didYouMean(name, names) ?? "")}`.trim(),
    },
  );
}

const orEmpty = (type: Type): Type =>
  type.kind === "string" && type.values ? { kind: "string", values: [...new Set([...type.values, ""])] } : type;

/** All inputs of a dispatch are text in the event's payload. */
export function dispatchPayloadInputs(document: WorkflowDocument): ObjectType {
  const names = [...declaredInputs(document, "workflow_dispatch")].map(([name]) => name);
  return objectOf(
    names.map((name) => [name, STRING] as const),
    undefined,
    {
      code: "inputs-reference",
      say: (name) => `\`workflow_dispatch\` declares no input \`${name}\`. ${didYouMean(name, names) ?? ""}`.trim(),
    },
  );
}

export function declaredInputs(document: WorkflowDocument, event: (typeof SOURCES)[number]): Map<string, Type> {
  const inputs = valueOf(triggerOf(document, event)?.config, "inputs");
  const types = new Map<string, Type>();
  if (inputs?.kind === "mapping")
    for (const { key, value } of inputs.pairs) types.set(key.value, typeOfInput(value, event));
  return types;
}

function typeOfInput(node: YamlNode, event: (typeof SOURCES)[number]): Type {
  const input = node.kind === "mapping" ? node : undefined;
  const word = scalarOf(valueOf(input, "type"))?.value;
  switch (word) {
    case "boolean":
      return BOOL;
    case "number":
      return NUMBER;
    case "choice":
      return choiceType(input);
    case "string":
    case "environment":
      return STRING;
    case undefined:
      // A dispatch's inputs are text unless they say otherwise.
      return event === "workflow_dispatch" ? STRING : ANY;
    default:
      return ANY;
  }
}

/** A choice that nobody makes is its default, or the first option. */
function choiceType(input: MappingNode | undefined): Type {
  const options = scalarsOf(valueOf(input, "options"));
  if (options.length === 0 || options.some((option) => option.value.includes("${{"))) return STRING;
  const fallback = scalarOf(valueOf(input, "default"));
  const required = scalarOf(valueOf(input, "required"));
  const isRequired =
    required !== undefined && scalarType(required) === "boolean" && required.value.toLowerCase() === "true";
  return {
    kind: "string",
    values: [
      ...new Set([
        ...options.map(({ value }) => value),
        ...(fallback ? [fallback.value] : []),
        ...(isRequired || fallback ? [] : [""]),
      ]),
    ],
  };
}
