/** The rules of the family `checklist`, one line each. */
import type { Rule } from "../../rule.ts";
import { artifactRetention } from "./artifact-retention.ts";
import { concurrencyGroup } from "./concurrency-group.ts";
import { dependencyCache } from "./dependency-cache.ts";
import { explicitPermissions } from "./explicit-permissions.ts";
import { jobTimeout } from "./job-timeout.ts";
import { pinnedAction } from "./pinned-action.ts";
import { stepTimeout } from "./step-timeout.ts";
import { workspaceAction } from "./workspace-action.ts";

export const checklistRules: readonly Rule[] = [
  jobTimeout,
  stepTimeout,
  concurrencyGroup,
  explicitPermissions,
  pinnedAction,
  dependencyCache,
  artifactRetention,
  workspaceAction,
];
