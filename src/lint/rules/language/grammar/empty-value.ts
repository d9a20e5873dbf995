import { stepsOf } from "../../../../workflow/document/document.ts";
import { faultsOfKind } from "../../../../workflow/grammar/validate.ts";
import { kindsOf } from "../../../../workflow/grammar/words.ts";
import { pairOf, scalarOf } from "../../../../workflow/yaml/node.ts";
import { rule } from "../../../rule.ts";

const MAY_BE_EMPTY = new Set(["args"]);
/** What generators write where there is nothing. */
const HARMLESS = new Set(["include", "exclude", "needs"]);

export const emptyValue = rule({
  id: "empty-value",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A key has a value where GitHub asks for one.",
  why: "GitHub reads a key with nothing behind it as null, and refuses it wherever a list, a mapping or a word is needed: \"Unexpected value ''\".",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    env:
    steps:
      - run: make test
`,
  good: `on:
  push:
  workflow_dispatch:
jobs:
  test:
    runs-on: ubuntu-latest
    env: {}
    steps:
      - run: make test
        env:
          NOTHING:
`,
  document(document, { report }) {
    for (const { node } of [...(document.kind === "workflow" ? document.jobs : []), ...stepsOf(document)]) {
      const condition = pairOf(node, "if");
      if (condition && scalarOf(condition.value)?.value.trim() === "")
        report(condition.key, "This condition is empty, which is the same as `success()`. Write one, or remove it.", {
          level: "warning",
        });
    }
    for (const { at, path } of faultsOfKind(document, "empty-list")) {
      const owner = path.findLast((key) => key !== "*") ?? "";
      if (!MAY_BE_EMPTY.has(owner))
        report(
          at,
          `\`${owner}:\` is an empty list. Write items, or remove it.`,
          owner === "steps" ? {} : { level: HARMLESS.has(owner) ? "info" : "warning" },
        );
    }
    for (const { at, key, wanted, path } of faultsOfKind(document, "empty-value")) {
      const subject = key === undefined ? "This item" : `\`${key.value}:\``;
      // Of what stands under an event, and of what an action is shown with, GitHub forgives some.
      const forgiven = (path[0] === "on" && path.length > 2) || (document.kind === "action" && path[0] !== "runs");
      report(
        at,
        `${subject} has no value. Write ${kindsOf(wanted)}, or remove it.`,
        forgiven ? { level: "warning" } : {},
      );
    }
  },
});
