import { type Step } from "../../../workflow/document/document.ts";
import { scalarOf } from "../../../workflow/yaml/node.ts";
import { rule } from "../../rule.ts";
import { invocationOf } from "../../../shell/invocation.ts";
import { commandsIn, type Script, spanInScript } from "../../scripts.ts";
import { variablesIn } from "../../scripts.ts";

export const uncheckedVariable = rule({
  id: "unchecked-variable",
  family: "checklist",
  levels: { recommended: "off", strict: "warning" },
  checklist: "10.1.5",
  summary: "A script that deletes by a variable makes sure that the variable is not empty.",
  why: 'A secret that is not set, an output that was never written or an input that nobody gave is an empty string, and no shell complains: `rm -rf "$DIR/"*` then deletes from the root. `"${DIR:?}"` stops the script instead.',
  bad: `on: workflow_dispatch
jobs:
  clean:
    runs-on: ubuntu-latest
    steps:
      - run: rm -rf "$DIR/"*
        env:
          DIR: \${{ vars.DIR }}
`,
  good: `on: workflow_dispatch
jobs:
  clean:
    runs-on: ubuntu-latest
    steps:
      - run: rm -rf "\${DIR:?}/"*
        env:
          DIR: \${{ vars.DIR }}
      - run: |
          if [ -z "$DIR" ]; then exit 1; fi
          rm -rf "$DIR/"*
        env:
          DIR: \${{ vars.DIR }}
      - run: rm -rf "$DIR/cache"
        env:
          DIR: build
`,
  script(script, { report }) {
    if (!/\b(?:rm|rsync|s3|find)\b/.test(script.source)) return;
    for (const command of commandsIn(script)) {
      const { name, args, argWords } = invocationOf(command);
      const deletes =
        (name === "rm" && args.some((arg) => /^-[a-zA-Z]*[rR]/.test(arg) || arg === "--recursive")) ||
        (name === "rsync" && args.includes("--delete")) ||
        (name === "aws" && args[0] === "s3" && (args[1] === "rm" || args.includes("--delete")));
      if (!deletes) continue;
      for (const word of argWords) {
        // At the start of a path: what is left without it is another path.
        const variable = /^["']?\$\{?([A-Za-z_]\w*)\}?(?=["']?\/)/.exec(word.text)?.[1];
        if (
          variable === undefined ||
          !mayBeEmpty(script.step, variable) ||
          isChecked(script, variable) ||
          variablesIn(script).sets.some(({ name: set }) => set === variable)
        )
          continue;
        report(
          spanInScript(script, { start: word.pos, end: word.end }),
          `\`$${variable}\` may be empty, and then this deletes something else. Write \`\${${variable}:?}\`, which stops the script with a message.`,
        );
      }
    }
  },
});

/** It comes from outside, where nobody promises a value. */
function mayBeEmpty({ env, owner }: Step, variable: string): boolean {
  const blocks = [env, ...(owner.kind === "job" ? [owner.env, owner.workflow.env] : [])];
  const pair = blocks.map((block) => block?.variables.get(variable)).find((found) => found !== undefined);
  return /^\s*\$\{\{\s*(?:vars|secrets|inputs|github\.event|steps|needs)\.[^|&]*\}\}\s*$/.test(
    scalarOf(pair?.value)?.value ?? "",
  );
}

const isChecked = ({ source }: Script, variable: string): boolean =>
  new RegExp(
    `-[zn]\\s+["']?\\$\\{?${variable}\\b|\\$\\{${variable}:?[?=-]|\\[\\[?\\s+["']?\\$\\{?${variable}\\}?["']?\\s`,
  ).test(source);
