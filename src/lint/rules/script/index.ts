/** The rules of the family `script`, one line each. */
import type { Rule } from "../../rule.ts";

export const scriptRules: readonly Rule[] = [
];
