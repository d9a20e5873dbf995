import { faultsOfKind } from "../../../../workflow/grammar/validate.ts";
import { rule } from "../../../rule.ts";

export const keyCase = rule({
  id: "key-case",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  fixable: true,
  summary: "Keys are written in the case that GitHub gives them.",
  why: "GitHub compares keys with their case and refuses `Shell:` as it refuses any unknown key.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - Name: Test
        run: make test
`,
  good: `on: push
env:
  Name: of one's own choice
jobs:
  Test:
    runs-on: ubuntu-latest
    steps:
      - name: Test
        run: make test
`,
  document(document, { report }) {
    for (const { at, key, right } of faultsOfKind(document, "key-case"))
      report(at, `\`${key.value}\` must be written \`${right}\`.`, {
        fix: { title: `Write \`${right}\``, edits: [{ ...key.content, text: right }] },
      });
  },
});
