/**
 * The design documents of five real pipelines show YAML that would not do what they want. Each defect that a reader
 * finds in them is here, in a small file of our own that has the same fault, with the rule that finds it; or with a
 * sentence that says why no linter can.
 */
import type { Example } from "../../../src/lint/rule.ts";
import type { LintSettings } from "../../../src/lint/settings.ts";

export type Defect = { fault: string } & (
  { rule: string; files: Example; settings?: Partial<LintSettings> } | { unknowable: string }
);

export interface PlanDefects {
  system: string;
  defects: readonly Defect[];
}

/** A workflow of one job of these steps. `steps` are written without indentation. */
export const job = (steps: string, { on = "push", job: lines = "" }: { on?: string; job?: string } = {}): string =>
  `on: ${on}\njobs:\n  work:\n    runs-on: ubuntu-latest\n${indented(lines, 4)}    steps:\n${indented(steps, 6)}`;

const indented = (text: string, by: number): string =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => `${" ".repeat(by)}${line}\n`)
    .join("");
