import { nearest } from "../../../../nearest.ts";
import { faultsOfKind } from "../../../../workflow/grammar/validate.ts";
import { nounOf, quoted } from "../../../../workflow/grammar/words.ts";
import { rule } from "../../../rule.ts";
import { isFilterOfEvent } from "./event-filter.ts";

/** Their unknown keys are told by rules of their own. */
const ELSEWHERE = new Set(["on-mapping-strict", "permissions-mapping"]);

export const unknownKey = rule({
  id: "unknown-key",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "Every key is one that GitHub knows at its place.",
  why: "GitHub refuses a workflow with an unknown key: the run fails without starting a job. An unknown key at the top of an action is ignored, so what it was meant to do is not done.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    timeout: 10
    steps:
      - run: make test
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - parallel:
          - run: make unit
          - run: make lint
      - run: make serve
        background: true
        id: server
      - cancel: server
`,
  document(document, { report }) {
    for (const fault of faultsOfKind(document, "unknown-key")) {
      if ((ELSEWHERE.has(fault.definition) && fault.key.value !== "") || isFilterOfEvent(fault)) continue;
      const written = fault.key.value;
      if (written === "") {
        report(fault.at, "This key has no name. Write one, or remove it.");
        continue;
      }
      const near = nearest(written, fault.known);
      const help = near === undefined ? `Known here: ${quoted(fault.known)}.` : `Did you mean \`${near}\`?`;
      // The runner reads an action's own keys loosely.
      const ignored = fault.definition === "action-root-strict";
      report(fault.at, `\`${written}\` is not a key of ${nounOf(fault)}. ${help}`, ignored ? { level: "warning" } : {});
    }
  },
});
