import { didYouMean } from "../../../../nearest.ts";
import { faultsOfKind } from "../../../../workflow/grammar/validate.ts";
import { quoted } from "../../../../workflow/grammar/words.ts";
import { rule } from "../../../rule.ts";

/** Values of these definitions are told by rules of their own. */
const ELSEWHERE = /^(?:on-|permission|using$)|-activity/;

export const allowedValue = rule({
  id: "allowed-value",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "A word out of a fixed list is one of that list.",
  why: "GitHub refuses other words for the type of an input, the queue of a concurrency group or the inheritance of secrets. The Marketplace refuses unknown icons and colours.",
  bad: [
    `on: push
concurrency:
  group: deploy
  queue: all
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
    {
      "action.yml":
        "name: Setup\ndescription: Sets up.\nbranding:\n  icon: hammer\n  color: pink\nruns:\n  using: node24\n  main: index.js\n",
    },
  ],
  good: `on: push
concurrency:
  group: deploy
  queue: max
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  document(document, { report }) {
    for (const { at, node, allowed, definition, path } of faultsOfKind(document, "allowed-value")) {
      if (ELSEWHERE.test(definition)) continue;
      const help =
        allowed.length <= 12
          ? `Use ${quoted(allowed, "or")}.`
          : (didYouMean(node.value, allowed) ?? "See GitHub's metadata syntax for the list.");
      report(
        at,
        `\`${node.value}\` is not a value of \`${path.findLast((key) => key !== "*") ?? "this"}:\`. ${help}`,
        definition.startsWith("branding-") ? { level: "warning" } : {},
      );
    }
  },
});
