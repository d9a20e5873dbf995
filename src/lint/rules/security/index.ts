/** The rules of the family `security`, one line each. */
import type { Rule } from "../../rule.ts";

export const securityRules: readonly Rule[] = [
];
