import { spanInFile } from "../../../workflow/expressions/embedded.ts";
import { referencesIn } from "../../../workflow/expressions/expression.ts";
import { rule } from "../../rule.ts";
import { taintOf } from "../../taint/document-taint.ts";
import { codeSinksOf } from "./code-sinks.ts";
import { injectionFix } from "./injection-fix.ts";
import { injectionsIn } from "./injection.ts";

export const expressionInScript = rule({
  id: "expression-in-script",
  family: "security",
  levels: { recommended: "off", strict: "info" },
  fixable: true,
  summary: "Scripts take their values from variables.",
  why: "What is harmless today is code from an outsider after a change three files away, and nobody who reviews that change looks here. A variable in quotes stays a value, whatever is in it; a script without `${{ }}` can also be run and tested by itself.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        version: [1, 2]
    steps:
      - run: make build VERSION="\${{ matrix.version }}"
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        version: [1, 2]
    steps:
      - env:
          VERSION: \${{ matrix.version }}
        run: make build VERSION="$VERSION" \${{ '--fast' }}
`,
  document(document, { report }) {
    const said = new Set(injectionsIn(document, taintOf(document)).map(({ site }) => site));
    for (const sink of codeSinksOf(document))
      for (const site of sink.expressions) {
        if (said.has(site) || !site.expression) continue;
        const [reference] = referencesIn(site.expression);
        if (reference)
          report(
            spanInFile(document.file.text, site, site.expression),
            `This value becomes part of ${sink.what} before any program reads it. Pass it through \`env:\` and use the variable in quotes.`,
            { fix: injectionFix(document, sink, site) },
          );
      }
  },
});
