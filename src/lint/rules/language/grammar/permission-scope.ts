import { didYouMean } from "../../../../nearest.ts";
import { faultsOfKind } from "../../../../workflow/grammar/validate.ts";
import { quoted } from "../../../../workflow/grammar/words.ts";
import { rule } from "../../../rule.ts";

export const permissionScope = rule({
  id: "permission-scope",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "`permissions:` names scopes and levels that GitHub's token has.",
  why: "GitHub refuses an unknown scope, and a level that the scope does not have: `models` can only be read, `id-token` only be written.",
  bad: `on: push
permissions:
  content: read
  models: write
jobs:
  test:
    runs-on: ubuntu-latest
    permissions: write
    steps:
      - run: make test
`,
  good: `on: push
permissions: read-all
jobs:
  test:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      id-token: write
      issues: none
    steps:
      - run: make test
  nothing:
    runs-on: ubuntu-latest
    permissions: {}
    steps:
      - run: make test
`,
  workflow(workflow, { report }) {
    for (const { at, key, known, definition } of faultsOfKind(workflow, "unknown-key"))
      if (definition === "permissions-mapping" && key.value !== "")
        report(
          at,
          `The token has no scope \`${key.value}\`. ${didYouMean(key.value, known) ?? `It has ${quoted(known)}.`}`,
        );
    for (const { at, node, allowed, definition, path } of faultsOfKind(workflow, "allowed-value")) {
      if (!definition.startsWith("permission")) continue;
      if (definition === "permissions")
        report(
          at,
          `\`${node.value}\` is not a level for all scopes. Use \`read-all\`, \`write-all\`, \`{}\` for none, or a mapping of scopes to levels.`,
        );
      else report(at, `\`${path.at(-1) ?? ""}\` has no level \`${node.value}\`. Use ${quoted(allowed, "or")}.`);
    }
  },
});
