/** Does GitHub accept the file, and does it mean what it says? */
import { expressionRules } from "./expressions/index.ts";
import { grammarRules } from "./grammar/index.ts";
import type { Rule } from "../../rule.ts";

export const languageRules: readonly Rule[] = [...grammarRules, ...expressionRules];
