import { retiredVersion } from "../../../../actions/retired-versions.ts";
import { rule } from "../../../rule.ts";
import { versionRefOf } from "./known-uses.ts";

export const retiredActionVersion = rule({
  id: "retired-action-version",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "No action of a version whose service was shut down.",
  why: "GitHub has shut down the services behind `upload-artifact` and `download-artifact` before v4 (2025-01-30) and `cache` before v3.4 and v4.2 (2025-03-01): the step fails.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/upload-artifact@v3
        with:
          path: dist
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/upload-artifact@v4
        with:
          path: dist
`,
  step({ uses }, { document, report }) {
    if (uses?.kind !== "repository") return;
    const ref = versionRefOf(uses, document);
    const retired = retiredVersion(uses.name, ref);
    if (retired)
      report(uses.node, `\`${uses.name}\` ${ref} ${retired.what}, so this step fails. Use ${retired.use} or later.`);
  },
});
