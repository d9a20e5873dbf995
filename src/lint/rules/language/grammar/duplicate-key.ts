import { faultsOfKind } from "../../../../workflow/grammar/validate.ts";
import { rule } from "../../../rule.ts";

export const duplicateKey = rule({
  id: "duplicate-key",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A key stands once in its mapping, whatever its case.",
  why: "GitHub compares keys without case when it looks for duplicates, for jobs and variables too, and refuses the file: 'is already defined'.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    env:
      Level: 1
      LEVEL: 2
    steps:
      - run: make test
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    env:
      LEVEL: 1
    steps:
      - run: make test
        env:
          LEVEL: 2
`,
  document(document, { report }) {
    for (const { at, key, first } of faultsOfKind(document, "duplicate-key")) {
      const other = key.value === first.value ? "" : ` GitHub does not tell it from \`${first.value}\`.`;
      report(at, `\`${key.value}\` is already defined in this mapping.${other} Remove one of the two.`, {
        related: [{ at: first, message: "First defined here." }],
      });
    }
  },
});
