import { rule } from "../../rule.ts";
import { commandsIn, spanOf } from "../../scripts.ts";

export const returnOutsideFunction = rule({
  id: "return-outside-function",
  family: "script",
  levels: { recommended: "error", strict: "error" },
  fixable: true,
  summary: "`return` stands in a function; a script ends with `exit`.",
  why: 'Outside of a function bash says "can only `return\' from a function or sourced script" and goes on, or ends the step as failed under `set -e`: `return 0` never means success.',
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          if [ ! -f Dockerfile ]; then
            return 0
          fi
          docker build .
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          build() {
            if [ ! -f Dockerfile ]; then return 0; fi
            docker build .
          }
          build
          exit 0
`,
  script(script, { report }) {
    // dash ends the script with the status, as `exit` does.
    if (script.shell !== "bash" || script.shellFrom === "unknown" || !script.source.includes("return")) return;
    for (const { name, node, inFunction, orElse } of commandsIn(script)) {
      // `return 0 2>/dev/null || exit 0` serves scripts that may be sourced.
      if (name !== "return" || inFunction !== undefined || orElse || !node.name) continue;
      const at = spanOf(script, node.name);
      report(
        spanOf(script, node),
        "`return` works only inside of a function: here bash complains and the step fails. Use `exit`.",
        { fix: { title: "Use `exit`", edits: [{ ...at, text: "exit" }] } },
      );
    }
  },
});
