/** The rules of the family `checklist`, one line each, in the checklist's order. */
import type { Rule } from "../../rule.ts";
import { artifactRetention } from "./artifact-retention.ts";
import { artifactSize } from "./artifact-size.ts";
import { concurrencyGroup } from "./concurrency-group.ts";
import { dependencyCache } from "./dependency-cache.ts";
import { explicitPermissions } from "./explicit-permissions.ts";
import { failureArtifact } from "./failure-artifact.ts";
import { failureNotification } from "./failure-notification.ts";
import { jobSummary } from "./job-summary.ts";
import { jobTimeout } from "./job-timeout.ts";
import { logGroups } from "./log-groups.ts";
import { matrixCandidate } from "./matrix-candidate.ts";
import { namedStep } from "./named-step.ts";
import { needlessNeeds } from "./needless-needs.ts";
import { networkRetry } from "./network-retry.ts";
import { outputForValue } from "./output-for-value.ts";
import { pinnedAction } from "./pinned-action.ts";
import { repeatedSteps } from "./repeated-steps.ts";
import { stepTimeout } from "./step-timeout.ts";
import { uncheckedVariable } from "./unchecked-variable.ts";
import { unscannedImage } from "./unscanned-image.ts";
import { workflowRunBranches } from "./workflow-run-branches.ts";
import { workspaceAction } from "./workspace-action.ts";

export const checklistRules: readonly Rule[] = [
  jobTimeout,
  stepTimeout,
  networkRetry,
  workflowRunBranches,
  concurrencyGroup,
  uncheckedVariable,
  logGroups,
  explicitPermissions,
  pinnedAction,
  unscannedImage,
  dependencyCache,
  needlessNeeds,
  matrixCandidate,
  artifactSize,
  artifactRetention,
  namedStep,
  repeatedSteps,
  workspaceAction,
  outputForValue,
  failureArtifact,
  jobSummary,
  failureNotification,
];
