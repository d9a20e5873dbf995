import { stepsOf } from "../../../../workflow/document/document.ts";
import { LIMITS } from "../../../../workflow/limits.ts";
import { type ScalarNode, valueOf } from "../../../../workflow/yaml/node.ts";
import { type ReportDetails, rule } from "../../../rule.ts";

export const identifier = rule({
  id: "identifier",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "Ids of jobs, steps, inputs and outputs are letters, digits, `-` and `_`, and begin with a letter or `_`.",
  why: "GitHub refuses the ids of jobs and steps that do not, those of 100 characters and more, and those that begin with `__`. Names of inputs, outputs and secrets are documented alike.",
  bad: `on: push
jobs:
  build-v1.2:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        id: run tests
`,
  good: `on: push
jobs:
  _build-v1_2:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        id: Run-tests
`,
  document(document, { report }) {
    const check = (what: string, node: ScalarNode, details: ReportDetails = {}): void => {
      const fault =
        node.value === "" || node.value === "<<" || node.value.includes("${{") ? undefined : faultOf(node.value);
      if (fault !== undefined) report(node, `\`${node.value}\` cannot be the id of ${what}: ${fault}`, details);
    };
    for (const { id } of stepsOf(document)) if (id) check("a step", id);
    if (document.kind === "action") return;
    for (const { key } of document.jobs) check("a job", key);
    for (const { event, config } of document.triggers) {
      if (event !== "workflow_call" && event !== "workflow_dispatch") continue;
      for (const [member, what] of [
        ["inputs", "an input"],
        ["outputs", "an output"],
        ["secrets", "a secret"],
      ] as const) {
        const members = valueOf(config, member);
        if (members?.kind === "mapping") for (const { key } of members.pairs) check(what, key, { level: "warning" });
      }
    }
  },
});

function faultOf(id: string): string | undefined {
  if (!/^[A-Za-z_]/.test(id)) return "it must begin with a letter or `_`.";
  const strange = /[^A-Za-z0-9_-]/u.exec(id)?.[0];
  if (strange !== undefined)
    return `it contains ${strange === " " ? "a blank" : `\`${strange}\``}. Use letters, digits, \`-\` and \`_\`.`;
  if (id.startsWith("__")) return "a leading `__` is reserved to GitHub.";
  const most = LIMITS.idLength.value;
  if (id.length > most) return `it has ${id.length} characters, and fewer than ${most + 1} are allowed.`;
  return undefined;
}
