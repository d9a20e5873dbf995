import { faultsOfKind } from "../../../../workflow/grammar/validate.ts";
import { valueOf } from "../../../../workflow/yaml/node.ts";
import { rule } from "../../../rule.ts";

const FILTERS = ["branches", "tags", "paths"] as const;

export const exclusiveKeys = rule({
  id: "exclusive-keys",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "Keys that exclude each other do not stand together.",
  why: "GitHub refuses a step with `run` and `uses`, `working-directory` or `shell` on a step that uses an action, `runs-on` or `timeout-minutes` on a job that calls a workflow, and a filter beside its own `-ignore` form (a leading `!` excludes within one filter).",
  bad: [
    `on:
  push:
    branches: [main]
    branches-ignore: [wip/**]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
        working-directory: src
`,
    `on: push
jobs:
  call:
    uses: ./.github/workflows/other.yml
    timeout-minutes: 10
`,
  ],
  good: `on:
  push:
    branches: [main, "!wip/**"]
    tags-ignore: [v0.*]
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - run: make test
        working-directory: src
`,
  document(document, { report }) {
    for (const { at, key, beside } of faultsOfKind(document, "exclusive-keys"))
      report(at, `\`${key.value}\` is not allowed beside \`${beside.value}\`. Remove one of them.`, {
        related: [{ at: beside, message: `\`${beside.value}\` stands here.` }],
      });
    if (document.kind !== "workflow") return;
    for (const { event, config } of document.triggers) {
      if (config?.kind !== "mapping") continue;
      for (const filter of FILTERS) {
        if (!valueOf(config, filter)) continue;
        const ignore = config.pairs.find(({ key }) => key.value === `${filter}-ignore`);
        if (ignore)
          report(
            ignore.key,
            `\`${filter}-ignore\` is not allowed beside \`${filter}\` for \`${event}\`. Write its patterns under \`${filter}\`, each with a leading \`!\`.`,
          );
      }
    }
  },
});
