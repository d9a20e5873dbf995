import { nodesOf } from "../../../../workflow/yaml/node.ts";
import { rule } from "../../../rule.ts";

export const mergeKey = rule({
  id: "merge-key",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "Mappings are not merged with `<<`.",
  why: "GitHub reads anchors and aliases, but not YAML 1.1's merge keys: `<<` is an unknown key to it.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    env: &settings
      LEVEL: 1
    steps:
      - run: make test
        env:
          <<: *settings
          MORE: 2
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    env: &settings
      LEVEL: 1
    steps:
      - run: make test
        env: *settings
`,
  document(document, { report }) {
    const { root } = document.file.yaml;
    if (!root || !document.file.text.includes("<<")) return;
    for (const node of nodesOf(root)) {
      if (node.kind !== "mapping") continue;
      for (const { key } of node.pairs)
        if (key.value === "<<" && key.style === "plain")
          report(
            key,
            "GitHub does not merge mappings with `<<`. Write the keys out, or use the alias for the whole mapping.",
          );
    }
  },
});
