/** Do the files fit together? */
import { imageRules } from "./images/index.ts";
import { runRules } from "./runs/index.ts";
import type { Rule } from "../../rule.ts";

export const pipelineRules: readonly Rule[] = [...imageRules, ...runRules];
