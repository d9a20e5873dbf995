/** The rules of the family `script`, one line each. */
import type { Rule } from "../../rule.ts";
import { bashismUnderSh } from "./bashism-under-sh.ts";
import { commitWithoutIdentity } from "./commit-without-identity.ts";
import { constantTest } from "./constant-test.ts";
import { curlWithoutFail } from "./curl-without-fail.ts";
import { deadStatusCheck } from "./dead-status-check.ts";
import { doubledCount } from "./doubled-count.ts";
import { errexitDefeated } from "./errexit-defeated.ts";
import { evalOfInput } from "./eval-of-input.ts";
import { fileCommandRedirect } from "./file-command-redirect.ts";
import { fixedWait } from "./fixed-wait.ts";
import { installWithoutUpdate } from "./install-without-update.ts";
import { installWithoutYes } from "./install-without-yes.ts";
import { interactiveDocker } from "./interactive-docker.ts";
import { invalidBracketRange } from "./invalid-bracket-range.ts";
import { lostVariable } from "./lost-variable.ts";
import { maskedPipeline } from "./masked-pipeline.ts";
import { multilineOutput } from "./multiline-output.ts";
import { pushWithoutCredentials } from "./push-without-credentials.ts";
import { quotedHeredoc } from "./quoted-heredoc.ts";
import { returnOutsideFunction } from "./return-outside-function.ts";
import { scriptBeforeCheckout } from "./script-before-checkout.ts";
import { secretEchoed } from "./secret-echoed.ts";
import { shellSyntaxOutsideShell } from "./shell-syntax-outside-shell.ts";
import { shellSyntax } from "./shell-syntax.ts";
import { stepWithoutEffect } from "./step-without-effect.ts";
import { sudoRedirect } from "./sudo-redirect.ts";
import { swallowedFailure } from "./swallowed-failure.ts";
import { unquotedUntrusted } from "./unquoted-untrusted.ts";
import { unsafeRetry } from "./unsafe-retry.ts";

export const scriptRules: readonly Rule[] = [
  bashismUnderSh,
  commitWithoutIdentity,
  constantTest,
  curlWithoutFail,
  deadStatusCheck,
  doubledCount,
  errexitDefeated,
  evalOfInput,
  fileCommandRedirect,
  fixedWait,
  installWithoutUpdate,
  installWithoutYes,
  interactiveDocker,
  invalidBracketRange,
  lostVariable,
  maskedPipeline,
  multilineOutput,
  pushWithoutCredentials,
  quotedHeredoc,
  returnOutsideFunction,
  scriptBeforeCheckout,
  secretEchoed,
  shellSyntaxOutsideShell,
  shellSyntax,
  stepWithoutEffect,
  sudoRedirect,
  swallowedFailure,
  unquotedUntrusted,
  unsafeRetry,
];
