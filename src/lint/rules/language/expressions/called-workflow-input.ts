import { didYouMean } from "../../../../nearest.ts";
import type { WorkflowDocument } from "../../../../workflow/document/document.ts";
import { describe, type Type } from "../../../../workflow/expressions/types/type.ts";
import { scalarOf, scalarType, valueOf, type YamlNode } from "../../../../workflow/yaml/node.ts";
import { repositoryRule } from "../../../rule.ts";
import { declaredIn, isRequired, localCallsOf } from "./called-workflows.ts";
import { typeOfWhole } from "./typing.ts";

const CALLED = `on:
  workflow_call:
    inputs:
      image:
        type: string
        required: true
      retries:
        type: number
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: ./test.sh
        env:
          IMAGE: \${{ inputs.image }}
          RETRIES: \${{ inputs.retries }}
`;

const caller = (inputs: string): string => `on: push
jobs:
  test:
    uses: ./.github/workflows/test.yml
${inputs}`;

export const calledWorkflowInput = repositoryRule({
  id: "called-workflow-input",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A called workflow gets the inputs that it declares, of their types, and all that it requires.",
  why: "GitHub refuses the caller's file: no job of it starts.",
  bad: [
    { ".github/workflows/ci.yml": caller(""), ".github/workflows/test.yml": CALLED },
    {
      ".github/workflows/ci.yml": caller("    with:\n      image: app\n      retry: 3\n"),
      ".github/workflows/test.yml": CALLED,
    },
    {
      ".github/workflows/ci.yml": caller("    with:\n      image: app\n      retries: many\n"),
      ".github/workflows/test.yml": CALLED,
    },
  ],
  good: {
    ".github/workflows/ci.yml": caller("    with:\n      image: app\n      retries: 3\n"),
    ".github/workflows/test.yml": CALLED,
  },
  repository({ repository, report }) {
    for (const { document, job, path, called, trigger } of localCallsOf(repository)) {
      if (!called || !trigger || !job.uses) continue;
      const declared = declaredIn(trigger, "inputs");
      const byName = new Map([...declared].map(([name, node]) => [name.toLowerCase(), node] as const));
      for (const { key, value } of job.with.values()) {
        const definition = byName.get(key.value.toLowerCase());
        if (!definition) {
          report(
            document,
            key,
            `The workflow \`${path}\` has no input \`${key.value}\`. ${declared.size === 0 ? "It declares none." : (didYouMean(key.value, [...declared.keys()]) ?? "")}`.trim(),
            { related: [{ in: called, at: trigger.node, message: "Its inputs are declared here." }] },
          );
          continue;
        }
        const fault = wrongType(document, value, scalarOf(valueOf(definition, "type"))?.value);
        if (fault !== undefined)
          report(document, value, `The input \`${key.value}\` of \`${path}\` ${fault}`, {
            related: [{ in: called, at: definition, message: "It is declared here." }],
          });
      }
      const given = new Set([...job.with.keys()].map((name) => name.toLowerCase()));
      for (const [name, definition] of declared) {
        if (!isRequired(definition) || given.has(name.toLowerCase())) continue;
        report(
          document,
          job.uses.node,
          `The workflow \`${path}\` requires the input \`${name}\`. Give it under \`with:\`.`,
          { related: [{ in: called, at: definition, message: "It is declared here." }] },
        );
      }
    }
  },
});

/** What is wrong with a value for an input of a type, as the end of a sentence. */
function wrongType(document: WorkflowDocument, value: YamlNode, type: string | undefined): string | undefined {
  const wanted = type === "boolean" ? "bool" : type === "number" ? "number" : undefined;
  if (!wanted || value.kind !== "scalar") return undefined;
  const word = wanted === "bool" ? "a boolean" : "a number";
  if (value.value.includes("${{")) {
    const given: Type | undefined = typeOfWhole(document, value);
    if (!given)
      return `takes ${word}, but an expression with text around it is a string. Write one expression and nothing else.`;
    if (given.kind === "any" || given.kind === wanted || given.kind === "null") return undefined;
    return `takes ${word}, but this is ${describe(given)}.${given.kind === "string" ? " Write `fromJSON(...)` around it." : ""}`;
  }
  const written = scalarType(value);
  return written === "null" || written === (wanted === "bool" ? "boolean" : "number")
    ? undefined
    : `takes ${word}, but this is a ${written}.`;
}
