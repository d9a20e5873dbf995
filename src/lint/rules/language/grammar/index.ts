/** One line a rule. */
import type { Rule } from "../../../rule.ts";
import { actionFile } from "./action-file.ts";
import { actionOutputValue } from "./action-output-value.ts";
import { actionRuntime } from "./action-runtime.ts";
import { activityType } from "./activity-type.ts";
import { allowedValue } from "./allowed-value.ts";
import { callDefinition } from "./call-definition.ts";
import { concurrencyQueue } from "./concurrency-queue.ts";
import { containerCredentials } from "./container-credentials.ts";
import { cronSyntax } from "./cron-syntax.ts";
import { dispatchInputs } from "./dispatch-inputs.ts";
import { duplicateKey } from "./duplicate-key.ts";
import { duplicateStepId } from "./duplicate-step-id.ts";
import { emptyMapping } from "./empty-mapping.ts";
import { emptyValue } from "./empty-value.ts";
import { envName } from "./env-name.ts";
import { eventFilter } from "./event-filter.ts";
import { exclusiveKeys } from "./exclusive-keys.ts";
import { filterPattern } from "./filter-pattern.ts";
import { identifier } from "./identifier.ts";
import { keyCase } from "./key-case.ts";
import { matrixExclude } from "./matrix-exclude.ts";
import { matrixValues } from "./matrix-values.ts";
import { mergeKey } from "./merge-key.ts";
import { missingKey } from "./missing-key.ts";
import { needsCycle } from "./needs-cycle.ts";
import { numberRange } from "./number-range.ts";
import { permissionScope } from "./permission-scope.ts";
import { retiredRunner } from "./retired-runner.ts";
import { runnerConflict } from "./runner-conflict.ts";
import { runnerLabel } from "./runner-label.ts";
import { scheduleInterval } from "./schedule-interval.ts";
import { scheduleTimezone } from "./schedule-timezone.ts";
import { shellName } from "./shell-name.ts";
import { stepTarget } from "./step-target.ts";
import { unknownEvent } from "./unknown-event.ts";
import { unknownKey } from "./unknown-key.ts";
import { unknownNeed } from "./unknown-need.ts";
import { usesFormat } from "./uses-format.ts";
import { workflowLimits } from "./workflow-limits.ts";
import { workflowRunSource } from "./workflow-run-source.ts";
import { yamlAnchor } from "./yaml-anchor.ts";
import { yamlSyntax } from "./yaml-syntax.ts";
import { yamlType } from "./yaml-type.ts";

export const grammarRules: readonly Rule[] = [
  actionFile,
  actionOutputValue,
  actionRuntime,
  activityType,
  allowedValue,
  callDefinition,
  concurrencyQueue,
  containerCredentials,
  cronSyntax,
  dispatchInputs,
  duplicateKey,
  duplicateStepId,
  emptyMapping,
  emptyValue,
  envName,
  eventFilter,
  exclusiveKeys,
  filterPattern,
  identifier,
  keyCase,
  matrixExclude,
  matrixValues,
  mergeKey,
  missingKey,
  needsCycle,
  numberRange,
  permissionScope,
  retiredRunner,
  runnerConflict,
  runnerLabel,
  scheduleInterval,
  scheduleTimezone,
  shellName,
  stepTarget,
  unknownEvent,
  unknownKey,
  unknownNeed,
  usesFormat,
  workflowLimits,
  workflowRunSource,
  yamlAnchor,
  yamlSyntax,
  yamlType,
];
