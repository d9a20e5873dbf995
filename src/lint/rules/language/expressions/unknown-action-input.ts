import { didYouMean } from "../../../../nearest.ts";
import { rule } from "../../../rule.ts";
import { knownUseOf } from "./known-uses.ts";

/** Keys that every action in a container understands ("Workflow syntax", `with.args` and `with.entrypoint`). */
const CONTAINER_KEYS = ["args", "entrypoint"];

export const unknownActionInput = rule({
  id: "unknown-action-input",
  family: "language",
  levels: { recommended: "warning", strict: "error" },
  summary: "`with:` names inputs that the action has in this version.",
  why: "GitHub warns of an unexpected input and runs the action without it, so the setting has no effect.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-node@v4
        with:
          node_version: 22
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-node@v4
        with:
          node-version: 22
`,
  step(step, { document, report }) {
    if (step.with.size === 0) return;
    const use = knownUseOf(step, document);
    if (!use) return;
    const names = [...use.superset.inputs.keys()];
    const known = new Set(
      [...names, ...(use.superset.runtime === "docker" ? CONTAINER_KEYS : [])].map((name) => name.toLowerCase()),
    );
    for (const { key } of step.with.values()) {
      if (known.has(key.value.toLowerCase()) || key.value.includes("${{")) continue;
      report(
        key,
        `${use.label} has no input \`${key.value}\`, so it is left out. ${didYouMean(key.value, names) ?? ""}`.trim(),
      );
    }
  },
});
