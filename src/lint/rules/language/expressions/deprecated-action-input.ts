import { rule } from "../../../rule.ts";
import { knownUseOf } from "./known-uses.ts";

export const deprecatedActionInput = rule({
  id: "deprecated-action-input",
  family: "language",
  levels: { recommended: "warning", strict: "warning" },
  summary: "`with:` names no input that the action has deprecated.",
  why: "The action says in its metadata that the input will go, and GitHub warns of it in every run.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: reviewdog/action-actionlint@v1
        with:
          fail_on_error: true
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: reviewdog/action-actionlint@v1
        with:
          fail_level: error
`,
  step(step, { document, report }) {
    if (step.with.size === 0) return;
    const use = knownUseOf(step, document);
    if (!use?.version) return;
    const deprecated = new Set(
      [...use.version.inputs].filter(([, facts]) => facts.deprecated).map(([name]) => name.toLowerCase()),
    );
    if (deprecated.size === 0) return;
    for (const { key } of step.with.values())
      if (deprecated.has(key.value.toLowerCase()))
        report(
          key,
          `The input \`${key.value}\` of \`${use.name}\` is deprecated. See the action's documentation for its successor.`,
        );
  },
});
