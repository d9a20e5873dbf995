/** The rules of the family `checklist`, one line each. */
import type { Rule } from "../../rule.ts";

export const checklistRules: readonly Rule[] = [
];
