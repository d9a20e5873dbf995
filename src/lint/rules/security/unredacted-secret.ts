import { spanInFile } from "../../../workflow/expressions/embedded.ts";
import { type Expression, expressionsWithin, pathOf } from "../../../workflow/expressions/expression.ts";
import { rule } from "../../rule.ts";

export const unredactedSecret = rule({
  id: "unredacted-secret",
  family: "security",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A secret is one value, so that the log can hide it.",
  why: "GitHub hides the text of a secret in logs. A part that is cut out of it by `fromJSON` is another text, and is printed (GitHub's documentation, \"Using secrets\": do not use structured data as a secret).",
  bad: `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy.sh
        env:
          PASSWORD: \${{ fromJSON(secrets.ACCOUNT).password }}
`,
  good: `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy.sh
        env:
          PASSWORD: \${{ secrets.ACCOUNT_PASSWORD }}
`,
  expression(site, { document, report }) {
    if (!site.expression || !/secrets/i.test(site.text)) return;
    const seen = new Set<Expression>();
    for (const inner of expressionsWithin(site.expression)) {
      if (inner.kind !== "access" || seen.has(inner)) continue;
      let target: Expression = inner;
      while (target.kind === "access") {
        seen.add(target);
        target = target.target;
      }
      if (target.kind === "call" && target.name.toLowerCase() === "fromjson" && target.args.some((argument) => pathOf(argument)?.[0] === "secrets")) report(spanInFile(document.file.text, site, inner), "This part of a secret is another text than the secret, so that logs show it. Keep it as a secret of its own, or hide it with `::add-mask::` before anything prints it.");
    }
  },
});
