/** One line a rule. */
import type { Rule } from "../../../rule.ts";

export const expressionRules: readonly Rule[] = [
];
