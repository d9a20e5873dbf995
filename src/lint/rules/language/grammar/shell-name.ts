import { didYouMean } from "../../../../nearest.ts";
import { type Job, jobOf } from "../../../../workflow/document/document.ts";
import type { ScalarNode } from "../../../../workflow/yaml/node.ts";
import { rule, type RuleContext } from "../../../rule.ts";
import { type System, systemOf } from "./hosted-runners.ts";
import { requestsOf } from "./runner-labels.ts";

/** Reference: "Workflow syntax", `jobs.<job_id>.steps[*].shell`. */
const SHELLS = ["bash", "pwsh", "python", "sh", "cmd", "powershell"] as const;
const ONLY_ON: Readonly<Record<string, readonly System[]>> = {
  cmd: ["windows"],
  powershell: ["windows"],
  sh: ["linux", "macos"],
};
const NAMES: Readonly<Record<System, string>> = { linux: "Linux", macos: "macOS", windows: "Windows" };

export const shellName = rule({
  id: "shell-name",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "`shell:` is one that the runner knows, or a command line with `{0}`.",
  why: "The runner fails a step with another shell; for a shell of one's own it needs `{0}` where the script's file goes. `cmd` and `powershell` are on Windows only.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    defaults:
      run:
        shell: fish
    steps:
      - run: make test
        shell: powershell
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        shell: bash
      - run: print "hello"
        shell: perl {0}
      - run: make test
        shell: \${{ matrix.shell }}
`,
  workflow({ defaults }, context) {
    if (defaults?.shell) checkName(defaults.shell, context);
  },
  job(job, context) {
    if (job.defaults?.shell && checkName(job.defaults.shell, context)) checkSystem(job.defaults.shell, job, context);
  },
  step(step, context) {
    if (!step.shell || !checkName(step.shell, context)) return;
    const job = jobOf(step);
    // A step whose condition looks at the system or the matrix may be skipped where its shell is missing.
    if (job && !(step.if && /runner\.|matrix\./.test(step.if.value))) checkSystem(step.shell, job, context);
  },
});

function checkName(node: ScalarNode, { report }: RuleContext): boolean {
  const { value } = node;
  if (value === "" || value.includes("${{") || value.includes("{0}") || SHELLS.some((shell) => shell === value))
    return true;
  const lower = value.toLowerCase();
  if (SHELLS.some((shell) => shell === lower)) {
    report(
      node,
      `The shell is called \`${lower}\`. The runner finds \`${value}\` too, but sets up \`pwsh\` and \`cmd\` only by their right names.`,
      { level: "warning" },
    );
    return true;
  }
  const help = /\s|\//.test(value)
    ? "A shell of your own needs `{0}` where the script's file goes."
    : `${didYouMean(value, SHELLS) ?? ""} For another shell write a command line, such as \`${value} {0}\`.`;
  report(node, `The runner knows no shell \`${value}\`. ${help}`);
  return false;
}

function checkSystem(node: ScalarNode, job: Job, { report }: RuleContext): void {
  const systems = Object.hasOwn(ONLY_ON, node.value) ? ONLY_ON[node.value] : undefined;
  const requests = requestsOf(job);
  if (!systems || requests.length === 0) return;
  for (const { labels, computed } of requests) {
    const system = labels.map(({ value }) => systemOf(value)).find((found) => found !== undefined);
    if (computed || system === undefined || systems.includes(system)) return;
    // `sh` comes with Git on GitHub's Windows images, though GitHub does not promise it.
  }
  const [first] = requests.flatMap(({ labels }) => labels);
  const system = first && systemOf(first.value);
  report(
    node,
    `\`${node.value}\` is not a shell of ${system ? NAMES[system] : "this runner"}; it is there on ${systems.map((name) => NAMES[name]).join(" and ")}. Use \`${node.value === "sh" ? "bash" : "pwsh"}\`.`,
    node.value === "sh" ? { level: "warning" } : {},
  );
}
