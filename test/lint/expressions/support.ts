/** Findings of the rules on expressions alone. */
import { expressionRules } from "../../../src/lint/rules/language/expressions/index.ts";
import type { Example } from "../../../src/lint/rule.ts";
import type { LintSettings } from "../../../src/lint/settings.ts";
import { findingsIn, inShort } from "../../support/lint.ts";

/** `line:column rule` of each. */
export const placesIn = async (example: Example, settings: Partial<LintSettings> = {}): Promise<string[]> =>
  (await findingsIn(example, expressionRules, settings)).map(
    ({ start, rule }) => `${start.line}:${start.column} ${rule}`,
  );

export const shortlyIn = async (example: Example): Promise<string[]> =>
  inShort(await findingsIn(example, expressionRules));

/** A workflow with one job of these steps, each line indented as in a step list. */
export const steps = (text: string, on = "push"): string =>
  `on: ${on}\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n${text}`;
