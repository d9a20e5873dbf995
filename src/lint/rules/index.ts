/** Every rule, family by family. */
import type { Rule } from "../rule.ts";
import { checklistRules } from "./checklist/index.ts";
import { languageRules } from "./language/index.ts";
import { pipelineRules } from "./pipeline/index.ts";
import { scriptRules } from "./script/index.ts";
import { securityRules } from "./security/index.ts";
import { suppressionRules } from "./suppression/index.ts";

export const RULES: readonly Rule[] = [
  ...languageRules,
  ...checklistRules,
  ...securityRules,
  ...pipelineRules,
  ...scriptRules,
  ...suppressionRules,
];
