import { rule } from "../../rule.ts";
import { spanInScript } from "../../scripts.ts";

export const shellSyntax = rule({
  id: "shell-syntax",
  family: "script",
  levels: { recommended: "error", strict: "error" },
  summary: "A script can be parsed by its shell.",
  why: "Bash finds an open quote or a missing `fi` only when it gets there: the commands before it have run by then, and the step fails.",
  bad: [
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          if [ -f Makefile ]; then
            make
`,
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: echo "unfinished
`,
  ],
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          if [ -f Makefile ]; then
            make
          fi
      - run: Write-Host "(open"
        shell: pwsh
`,
  script(script, { report }) {
    if (script.shellFrom === "unknown") return;
    const [first] = script.ast.errors ?? [];
    if (!first) return;
    const { length } = script.source.trimEnd();
    const pos = Math.min(first.pos, Math.max(0, length - 1));
    const lineEnd = script.source.indexOf("\n", pos);
    report(
      spanInScript(script, { start: pos, end: Math.max(pos + 1, lineEnd === -1 ? length : Math.min(lineEnd, length)) }),
      `${script.shell === "sh" ? "The shell" : "Bash"} cannot read this script: ${first.message.replaceAll("\n", " ")}. Close what is open, or name the \`shell:\` that the script is written for.`,
    );
  },
});
