import { spanInFile } from "../../../workflow/expressions/embedded.ts";
import { expressionsWithin, referencesIn } from "../../../workflow/expressions/expression.ts";
import { rule } from "../../rule.ts";

export const unredactedSecret = rule({
  id: "unredacted-secret",
  family: "security",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A secret is one value, so that the log can hide it.",
  why: 'GitHub hides the text of a secret in logs. A part that is cut out of it by `fromJSON` is another text, and is printed (GitHub\'s documentation, "Using secrets": do not use structured data as a secret).',
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
          WHOLE: \${{ fromJSON(toJSON(secrets)).ACCOUNT }}
`,
  expression(site, { document, report }) {
    if (!site.expression || !/secrets/i.test(site.text)) return;
    for (const inner of expressionsWithin(site.expression))
      if (
        inner.kind === "call" &&
        inner.name.toLowerCase() === "fromjson" &&
        inner.args.some((argument) =>
          [...referencesIn(argument)].some(({ path }) => path[0] === "secrets" && path[1] !== undefined),
        )
      )
        report(
          spanInFile(document.file.text, site, inner),
          "A part of this secret is another text than the secret, so that logs show it. Keep it as a secret of its own, or hide it with `::add-mask::` before anything prints it.",
        );
  },
});
