/** The rules of the family `script`, one line each. */
import type { Rule } from "../../rule.ts";
import { curlWithoutFail } from "./curl-without-fail.ts";
import { errexitDefeated } from "./errexit-defeated.ts";
import { maskedPipeline } from "./masked-pipeline.ts";
import { swallowedFailure } from "./swallowed-failure.ts";

export const scriptRules: readonly Rule[] = [
  curlWithoutFail,
  errexitDefeated,
  maskedPipeline,
  swallowedFailure,
];
