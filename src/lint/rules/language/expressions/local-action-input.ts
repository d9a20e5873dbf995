import { didYouMean } from "../../../../nearest.ts";
import type { ActionDocument } from "../../../../workflow/document/document.ts";
import { pairOf, type ScalarNode, scalarOf } from "../../../../workflow/yaml/node.ts";
import { type ReportDetails, repositoryRule } from "../../../rule.ts";
import { declaredInputsOf, localUsesOf } from "./local-actions.ts";

const ACTION = `name: Greet
description: Greets somebody
inputs:
  name:
    description: Who
    required: true
runs:
  using: composite
  steps:
    - run: echo "Hello, $NAME"
      shell: bash
      env:
        NAME: \${{ inputs.name }}
`;

const workflow = (inputs: string): string => `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: ./.github/actions/greet
${inputs}`;

export const localActionInput = repositoryRule({
  id: "local-action-input",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "An action of this repository gets the inputs that its `action.yml` declares, and all that it requires.",
  why: "GitHub leaves out an input that is not declared, and gives an empty text for one that is missing.",
  bad: [
    { ".github/workflows/test.yml": workflow(""), ".github/actions/greet/action.yml": ACTION },
    {
      ".github/workflows/test.yml": workflow("        with:\n          name: Mona\n          nmae: Mona\n"),
      ".github/actions/greet/action.yml": ACTION,
    },
  ],
  good: {
    ".github/workflows/test.yml": workflow("        with:\n          name: Mona\n"),
    ".github/actions/greet/action.yml": ACTION,
  },
  repository({ repository, report }) {
    for (const { document, step, action } of localUsesOf(repository)) {
      if (!action?.root || !step.uses) continue;
      const declared = declaredInputsOf(action);
      const names = declared.map(({ name }) => name);
      const known = new Set(names.map((name) => name.toLowerCase()));
      const isContainer = action.using?.value === "docker";
      for (const { key } of step.with.values()) {
        if (known.has(key.value.toLowerCase())) {
          reportDeprecated(key, action, (message, related) =>
            report(document, key, message, { level: "warning", related }),
          );
          continue;
        }
        if (isContainer && (key.value === "args" || key.value === "entrypoint")) continue;
        report(
          document,
          key,
          `The action \`${step.uses.written}\` has no input \`${key.value}\`. ${didYouMean(key.value, names) ?? ""}`.trim(),
          {
            related: [
              {
                in: action,
                at: action.inputs.size > 0 ? keysSpan(action) : action.root,
                message: "Its inputs are declared here.",
              },
            ],
          },
        );
      }
      const given = new Set([...step.with.keys()].map((name) => name.toLowerCase()));
      for (const { name, needed } of declared) {
        if (!needed || given.has(name.toLowerCase())) continue;
        const pair = action.inputs.get(name);
        report(
          document,
          step.uses.node,
          `The action \`${step.uses.written}\` requires the input \`${name}\`. Give it under \`with:\`.`,
          { related: pair ? [{ in: action, at: pair.key, message: "It is declared here." }] : [] },
        );
      }
    }
  },
});

/** An action says so itself, with `deprecationMessage`, and GitHub repeats it in every run. */
function reportDeprecated(
  key: ScalarNode,
  action: ActionDocument,
  report: (message: string, related: NonNullable<ReportDetails["related"]>) => void,
): void {
  const declared = [...action.inputs.values()].find((pair) => pair.key.value.toLowerCase() === key.value.toLowerCase());
  const notice = pairOf(declared?.value, "deprecationMessage");
  const said = scalarOf(notice?.value)?.value.trim();
  if (notice && said !== undefined && said !== "")
    report(`The input \`${key.value}\` is deprecated: ${said.replace(/\.$/, "")}.`, [
      { in: action, at: notice.key, message: "It is deprecated here." },
    ]);
}

function keysSpan({ inputs }: { inputs: ReadonlyMap<string, { key: { start: number; end: number } }> }): {
  start: number;
  end: number;
} {
  const [first] = inputs.values();
  return first ? first.key : { start: 0, end: 0 };
}
