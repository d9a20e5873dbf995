import { spanInFile } from "../../../workflow/expressions/embedded.ts";
import { expressionsWithin, type Literal } from "../../../workflow/expressions/expression.ts";
import { rule } from "../../rule.ts";

export const unsoundTernary = rule({
  id: "unsound-ternary",
  family: "security",
  levels: { recommended: "warning", strict: "warning" },
  summary: "`a && b || c` chooses between values that are not empty.",
  why: "Expressions have no ternary: `a && '' || c` goes on to `c` although `a` holds, since the empty text, `0`, `false` and `null` count as false. `case(a, '', c)` or turning the condition round says what is meant. Where both sides come to the same, nothing is lost.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make build
        env:
          FLAGS: \${{ github.ref == 'refs/heads/main' && '' || '--debug' }}
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make build
        env:
          FLAGS: \${{ github.ref != 'refs/heads/main' && '--debug' || '' }}
          EMPTY: \${{ github.ref == 'refs/heads/main' && '' || '' }}
`,
  expression(site, { document, report }) {
    if (!site.expression || !site.text.includes("||") || !site.text.includes("&&")) return;
    for (const inner of expressionsWithin(site.expression)) {
      if (inner.kind !== "logical" || inner.operator !== "||") continue;
      for (const [index, chosen] of inner.operands.entries()) {
        const others = inner.operands.slice(index + 1);
        const value = chosen.kind === "logical" && chosen.operator === "&&" ? chosen.operands.at(-1) : undefined;
        if (
          value?.kind !== "literal" ||
          !isFalsy(value) ||
          others.every((other) => other.kind === "literal" && isFalsy(other) && other.value === value.value)
        )
          continue;
        report(
          spanInFile(document.file.text, site, value),
          `This ${shown(value)} is never the result: it counts as false, so that \`||\` goes on to what follows. Turn the condition round, or write \`case(condition, ${shown(value).replaceAll("`", "")}, ...)\`.`,
        );
      }
    }
  },
});

const isFalsy = ({ value }: Literal): boolean => value === "" || value === 0 || value === false || value === null;
const shown = ({ value }: Literal): string => (value === "" ? "`''`" : `\`${String(value)}\``);
