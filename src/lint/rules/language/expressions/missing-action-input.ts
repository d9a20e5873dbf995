import { rule } from "../../../rule.ts";
import { knownUseOf } from "./known-uses.ts";

export const missingActionInput = rule({
  id: "missing-action-input",
  family: "language",
  levels: { recommended: "warning", strict: "error" },
  summary: "`with:` gives the inputs that the action requires.",
  why: "GitHub does not check required inputs; the action itself fails, or works with an empty value.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/cache@v4
        with:
          path: node_modules
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/cache@v4
        with:
          path: node_modules
          key: modules-\${{ hashFiles('package-lock.json') }}
`,
  step(step, { document, report }) {
    const use = knownUseOf(step, document);
    if (!use?.version || !step.uses) return;
    // All of `with:` as one expression, or none that can be read.
    if (
      step.node.pairs.some(
        ({ key, value }) => key.value === "with" && value.kind === "scalar" && value.value.includes("${{"),
      )
    )
      return;
    const given = new Set([...step.with.keys()].map((key) => key.toLowerCase()));
    const missing = [...use.version.inputs]
      .filter(
        ([name, { required, hasDefault, deprecated }]) =>
          required && !hasDefault && !deprecated && !given.has(name.toLowerCase()),
      )
      .map(([name]) => name);
    if (missing.length === 0) return;
    report(
      step.uses.node,
      `${use.label} requires the input${missing.length === 1 ? "" : "s"} ${missing.map((name) => `\`${name}\``).join(", ")}. Give ${missing.length === 1 ? "it" : "them"} under \`with:\`.`,
    );
  },
});
