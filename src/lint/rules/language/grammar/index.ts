/** One line a rule. */
import type { Rule } from "../../../rule.ts";
import { yamlSyntax } from "./yaml-syntax.ts";

export const grammarRules: readonly Rule[] = [
  yamlSyntax,
];
