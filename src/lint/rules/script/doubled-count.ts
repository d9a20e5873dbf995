import { hasOption, invocationOf } from "../../../shell/invocation.ts";
import { rule } from "../../rule.ts";
import { commandOf, commandsIn, spanInScript, spanOf } from "../../scripts.ts";

export const doubledCount = rule({
  id: "doubled-count",
  family: "script",
  levels: { recommended: "warning", strict: "error" },
  fixable: true,
  summary: "A count of matches is one number.",
  why: '`grep -c` prints `0` and fails where nothing matches, so that `$(grep -c x file || echo 0)` is `0`, a line break and another `0`: comparisons fail with "integer expression expected", and a line of `$GITHUB_OUTPUT` with "Invalid format".',
  bad: `on: push
jobs:
  count:
    runs-on: ubuntu-latest
    steps:
      - run: |
          FAILED=$(grep -c '^FAIL' test.log || echo "0")
          if [ "$FAILED" -gt 0 ]; then exit 1; fi
`,
  good: `on: push
jobs:
  count:
    runs-on: ubuntu-latest
    steps:
      - run: |
          FAILED=$(grep -c '^FAIL' test.log || true)
          LINES=$(wc -l < test.log || echo 0)
          FIRST=$(grep '^FAIL' test.log || echo none)
          echo "$FAILED $LINES $FIRST"
`,
  script(script, { report }) {
    if (!script.source.includes("grep")) return;
    for (const command of commandsIn(script)) {
      const { name, args } = invocationOf(command);
      if (
        name === undefined ||
        !/^[ef]?grep$/.test(name) ||
        !command.inSubstitution ||
        !(hasOption(args, "count") || args.some((argument) => /^-[a-zA-Z]*c[a-zA-Z]*$/.test(argument)))
      )
        continue;
      const { orElse, pipeline } = command;
      // Behind a pipe the number is no longer what is printed.
      if (!orElse || (pipeline && pipeline.index < pipeline.length - 1)) continue;
      const fallback = commandOf(script, orElse);
      if (
        (fallback?.name !== "echo" && fallback?.name !== "printf") ||
        !/^(?:-n)?"?'?0/.test(fallback.args.join("")) ||
        fallback.redirects.length > 0
      )
        continue;
      const at = spanOf(script, orElse);
      report(
        spanInScript(script, { start: command.node.pos, end: orElse.end }),
        `Where nothing matches, \`${name} -c\` prints 0 and fails, and \`echo\` adds another 0. Write \`|| true\`.`,
        { fix: { title: "Write `|| true`", edits: [{ ...at, text: "true" }] } },
      );
    }
  },
});
