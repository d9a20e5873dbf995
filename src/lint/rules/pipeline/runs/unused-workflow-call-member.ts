import { type Job, triggerOf, type WorkflowDocument } from "../../../../workflow/document/document.ts";
import { expressionsOf } from "../../../../workflow/document/expression-sites.ts";
import { expressionsWithin, referencesIn } from "../../../../workflow/expressions/expression.ts";
import { isNull, type Pair, scalarOf, valueOf, type YamlNode } from "../../../../workflow/yaml/node.ts";
import { rule } from "../../../rule.ts";

export const unusedWorkflowCallMember = rule({
  id: "unused-workflow-call-member",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "What a reusable workflow declares, it uses: its inputs and secrets are read, its outputs are set.",
  why: "A caller passes an input in the belief that it changes something. An output that no job sets is an empty text for every caller, without an error.",
  bad: `on:
  workflow_call:
    inputs:
      image:
        type: string
    outputs:
      digest:
        value: \${{ jobs.build.outputs.digest }}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make
`,
  good: `on:
  workflow_call:
    inputs:
      image:
        type: string
    outputs:
      digest:
        value: \${{ jobs.build.outputs.digest }}
jobs:
  build:
    runs-on: ubuntu-latest
    outputs:
      digest: \${{ steps.build.outputs.digest }}
    steps:
      - id: build
        run: make "\${{ inputs.image }}"
`,
  workflow(workflow, { report }) {
    const call = triggerOf(workflow, "workflow_call");
    if (!call) return;
    const used = usedIn(workflow);
    const inputs = pairsOf(valueOf(call.config, "inputs"));
    if (!used.allInputs)
      for (const { key, value } of inputs)
        if (!used.names.has(`inputs.${key.value.toLowerCase()}`) && !isKeptForCallers(value))
          report(
            key,
            `Nothing in this workflow reads the input \`${key.value}\`. Use \`inputs.${key.value}\`, or remove the input here and where the workflow is called.`,
          );
    if (!used.allSecrets)
      for (const { key, value } of pairsOf(valueOf(call.config, "secrets")))
        if (
          !isKeptForCallers(value) &&
          key.value.toUpperCase() !== "GITHUB_TOKEN" &&
          !used.names.has(`secrets.${key.value.toLowerCase()}`)
        )
          report(
            key,
            `Nothing in this workflow reads the secret \`${key.value}\`. Use \`secrets.${key.value}\`, or remove it here and where the workflow is called.`,
          );
    for (const output of pairsOf(valueOf(call.config, "outputs")))
      checkOutput(output, workflow, (message) => report(output.key, message));
  },
});

const pairsOf = (node: YamlNode | undefined): readonly Pair[] => (node?.kind === "mapping" ? node.pairs : []);

/** Its description says that nothing comes of it any more. */
const isKeptForCallers = (member: YamlNode): boolean =>
  /deprecat|unused|not used|no longer|ignored|obsolete|backwards?[- ]compat/i.test(
    scalarOf(valueOf(member, "description"))?.value ?? "",
  );

interface Used {
  names: Set<string>;
  /** Read as a whole, or by a computed name. */
  allInputs: boolean;
  allSecrets: boolean;
}

function usedIn(workflow: WorkflowDocument): Used {
  const used: Used = {
    names: new Set(),
    allInputs: false,
    allSecrets: workflow.jobs.some(({ secrets }) => secrets?.inherit === true),
  };
  for (const { expression, text } of expressionsOf(workflow)) {
    if (!expression) {
      // What cannot be read may name anything.
      used.allInputs ||= /inputs/i.test(text);
      used.allSecrets ||= /secrets/i.test(text);
      continue;
    }
    for (const { path } of referencesIn(expression)) {
      const [context = "", name] =
        path[0] === "github" && path[1] === "event" && path[2] === "inputs" ? path.slice(2) : path;
      if (context === "inputs" || context === "secrets") {
        if (name === undefined || name === "*")
          context === "inputs" ? (used.allInputs = true) : (used.allSecrets = true);
        else used.names.add(`${context}.${name}`);
      }
      if (path.length <= 2 && path[0] === "github" && (path[1] === undefined || path[1] === "event" || path[1] === "*"))
        used.allInputs = true;
    }
    for (const part of expressionsWithin(expression))
      if (part.kind === "context" && part.name.toLowerCase() === "secrets" && expression === part)
        used.allSecrets = true;
  }
  return used;
}

/** Whether the output can ever have a value. */
function checkOutput({ key, value }: Pair, { jobs, file }: WorkflowDocument, report: (message: string) => void): void {
  const given = valueOf(value, "value");
  if (!given || isNull(given))
    return report(
      `The output \`${key.value}\` has no \`value\`, so it is empty for every caller. Set it from a job's outputs: \`\${{ jobs.<job>.outputs.<name> }}\`.`,
    );
  if (given.kind !== "scalar") return;
  for (const [, id = "", name = ""] of given.value.matchAll(/\bjobs\.([\w-]+)\.outputs\.([\w-]+)/g)) {
    const job = jobs.find((candidate) => candidate.id.toLowerCase() === id.toLowerCase());
    if (!job)
      return report(
        `The output \`${key.value}\` is taken from the job \`${id}\`, which this workflow does not have, so it is empty. Jobs here: ${jobs.map((each) => `\`${each.id}\``).join(", ")}.`,
      );
    if (!setsOutput(job, name))
      return report(
        `The output \`${key.value}\` is taken from \`${name}\` of the job \`${id}\`, which sets no such output, so it is empty. Declare it under \`jobs.${id}.outputs\` in \`${file.path}\`.`,
      );
  }
}

/** A job that calls a workflow has that workflow's outputs. */
const setsOutput = (job: Job, name: string): boolean =>
  job.uses !== undefined || [...job.outputs.keys()].some((output) => output.toLowerCase() === name.toLowerCase());
