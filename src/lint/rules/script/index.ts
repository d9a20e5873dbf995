/** The rules of the family `script`, one line each. */
import type { Rule } from "../../rule.ts";
import { constantTest } from "./constant-test.ts";
import { curlWithoutFail } from "./curl-without-fail.ts";
import { deadStatusCheck } from "./dead-status-check.ts";
import { errexitDefeated } from "./errexit-defeated.ts";
import { fileCommandRedirect } from "./file-command-redirect.ts";
import { invalidBracketRange } from "./invalid-bracket-range.ts";
import { maskedPipeline } from "./masked-pipeline.ts";
import { returnOutsideFunction } from "./return-outside-function.ts";
import { shellSyntax } from "./shell-syntax.ts";
import { swallowedFailure } from "./swallowed-failure.ts";

export const scriptRules: readonly Rule[] = [
  constantTest,
  curlWithoutFail,
  deadStatusCheck,
  errexitDefeated,
  fileCommandRedirect,
  invalidBracketRange,
  maskedPipeline,
  returnOutsideFunction,
  shellSyntax,
  swallowedFailure,
];
