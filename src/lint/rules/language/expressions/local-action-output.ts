import { didYouMean } from "../../../../nearest.ts";
import { expressionsOf } from "../../../../workflow/document/expression-sites.ts";
import type { Document } from "../../../../workflow/document/document.ts";
import { spanInFile } from "../../../../workflow/expressions/embedded.ts";
import { referencesIn } from "../../../../workflow/expressions/expression.ts";
import { repositoryRule } from "../../../rule.ts";
import { type LocalUse, localUsesOf } from "./local-actions.ts";

const ACTION = `name: Version
description: Finds the version
outputs:
  version:
    description: The version
    value: \${{ steps.read.outputs.version }}
runs:
  using: composite
  steps:
    - id: read
      run: echo "version=$(cat VERSION)" >> "$GITHUB_OUTPUT"
      shell: bash
`;

const workflow = (output: string): string => `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - id: version
        uses: ./.github/actions/version
      - run: make VERSION=\${{ steps.version.outputs.${output} }}
`;

export const localActionOutput = repositoryRule({
  id: "local-action-output",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "An output of an action of this repository is one that its `action.yml` declares.",
  why: "An output that is not declared is empty.",
  bad: { ".github/workflows/test.yml": workflow("tag"), ".github/actions/version/action.yml": ACTION },
  good: { ".github/workflows/test.yml": workflow("version"), ".github/actions/version/action.yml": ACTION },
  repository({ repository, report }) {
    const byDocument = new Map<Document, LocalUse[]>();
    for (const use of localUsesOf(repository)) {
      if (!use.action?.root || !use.step.id) continue;
      const before = byDocument.get(use.document);
      if (before) before.push(use);
      else byDocument.set(use.document, [use]);
    }
    for (const [document, uses] of byDocument) {
      // Behind an anchor one text belongs to several jobs.
      if (document.file.yaml.aliases.length > 0) continue;
      for (const site of expressionsOf(document)) {
        if (!site.expression) continue;
        for (const { path, expression } of referencesIn(site.expression)) {
          const [context, id, property, output] = path;
          if (
            context !== "steps" ||
            property !== "outputs" ||
            output === undefined ||
            output === "*" ||
            expression.kind !== "access"
          )
            continue;
          const use = uses.find(
            ({ step }) =>
              step.id?.value.toLowerCase() === id &&
              step.owner === (site.job ?? (document.kind === "action" ? document : undefined)),
          );
          const { action } = use ?? {};
          if (!action) continue;
          const names = [...action.outputs.keys()];
          if (names.some((name) => name.toLowerCase() === output)) continue;
          const at = expression.index === "star" ? expression : expression.index;
          report(
            document,
            spanInFile(document.file.text, site, at),
            `The action \`${use?.step.uses?.written ?? ""}\` has no output \`${expression.property ?? output}\`. ${names.length === 0 ? "It declares none." : (didYouMean(output, names) ?? "")}`.trim(),
          );
        }
      }
    }
  },
});
