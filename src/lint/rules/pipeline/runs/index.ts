/** One line a rule. */
import type { Rule } from "../../../rule.ts";
import { callerConcurrencyClash } from "./caller-concurrency-clash.ts";
import { cancelsMain } from "./cancels-main.ts";
import { danglingWorkflowRun } from "./dangling-workflow-run.ts";
import { defaultBranchContext } from "./default-branch-context.ts";
import { emptyConcurrencyKey } from "./empty-concurrency-key.ts";
import { eventStartsNothing } from "./event-starts-nothing.ts";
import { forkBlind } from "./fork-blind.ts";
import { gateMissesJob } from "./gate-misses-job.ts";
import { ineffectiveCancel } from "./ineffective-cancel.ts";
import { invisibleResult } from "./invisible-result.ts";
import { loginBeforeRegistryAccess } from "./login-before-registry-access.ts";
import { missingGhToken } from "./missing-gh-token.ts";
import { missingPermission } from "./missing-permission.ts";
import { pathsOnRequired } from "./paths-on-required.ts";
import { permissionNotGranted } from "./permission-not-granted.ts";
import { reusableWorkflowInStep } from "./reusable-workflow-in-step.ts";
import { shallowHistory } from "./shallow-history.ts";
import { unreachableJob } from "./unreachable-job.ts";
import { unusedWorkflowCallMember } from "./unused-workflow-call-member.ts";
import { uselessCacheKey } from "./useless-cache-key.ts";
import { workflowRunFilterGap } from "./workflow-run-filter-gap.ts";
import { wrongCommitCheckout } from "./wrong-commit-checkout.ts";

export const runRules: readonly Rule[] = [
  callerConcurrencyClash,
  cancelsMain,
  danglingWorkflowRun,
  defaultBranchContext,
  emptyConcurrencyKey,
  eventStartsNothing,
  forkBlind,
  gateMissesJob,
  ineffectiveCancel,
  invisibleResult,
  loginBeforeRegistryAccess,
  missingGhToken,
  missingPermission,
  pathsOnRequired,
  permissionNotGranted,
  reusableWorkflowInStep,
  shallowHistory,
  unreachableJob,
  unusedWorkflowCallMember,
  uselessCacheKey,
  workflowRunFilterGap,
  wrongCommitCheckout,
];
