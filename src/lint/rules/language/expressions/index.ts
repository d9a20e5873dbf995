/** One line a rule. */
import type { Rule } from "../../../rule.ts";
import { calledWorkflowInput } from "./called-workflow-input.ts";
import { calledWorkflowLimits } from "./called-workflow-limits.ts";
import { calledWorkflowOutput } from "./called-workflow-output.ts";
import { calledWorkflowSecret } from "./called-workflow-secret.ts";
import { comparisonType } from "./comparison-type.ts";
import { constantCondition } from "./constant-condition.ts";
import { contextAvailability } from "./context-availability.ts";
import { deprecatedActionInput } from "./deprecated-action-input.ts";
import { deprecatedCommand } from "./deprecated-command.ts";
import { expressionSyntax } from "./expression-syntax.ts";
import { expressionType } from "./expression-type.ts";
import { formatArguments } from "./format-arguments.ts";
import { functionArguments } from "./function-arguments.ts";
import { impossibleComparison } from "./impossible-comparison.ts";
import { impossibleEvent } from "./impossible-event.ts";
import { indexType } from "./index-type.ts";
import { inputsReference } from "./inputs-reference.ts";
import { invalidJson } from "./invalid-json.ts";
import { jobsReference } from "./jobs-reference.ts";
import { localActionInput } from "./local-action-input.ts";
import { localActionOutput } from "./local-action-output.ts";
import { matrixReference } from "./matrix-reference.ts";
import { missingActionInput } from "./missing-action-input.ts";
import { missingCalledWorkflow } from "./missing-called-workflow.ts";
import { missingLocalAction } from "./missing-local-action.ts";
import { needsReference } from "./needs-reference.ts";
import { objectAsString } from "./object-as-string.ts";
import { retiredActionVersion } from "./retired-action-version.ts";
import { retiredRuntimeRule } from "./retired-runtime.ts";
import { secretsReference } from "./secrets-reference.ts";
import { stepReference } from "./step-reference.ts";
import { unknownActionInput } from "./unknown-action-input.ts";
import { unknownContext } from "./unknown-context.ts";
import { unknownEventProperty } from "./unknown-event-property.ts";
import { unknownFunction } from "./unknown-function.ts";
import { unknownProperty } from "./unknown-property.ts";

export const expressionRules: readonly Rule[] = [
  expressionSyntax,
  unknownContext,
  contextAvailability,
  unknownFunction,
  functionArguments,
  formatArguments,
  invalidJson,
  unknownProperty,
  unknownEventProperty,
  stepReference,
  needsReference,
  jobsReference,
  matrixReference,
  inputsReference,
  secretsReference,
  indexType,
  expressionType,
  comparisonType,
  impossibleComparison,
  impossibleEvent,
  objectAsString,
  constantCondition,
  deprecatedCommand,
  unknownActionInput,
  missingActionInput,
  deprecatedActionInput,
  retiredRuntimeRule,
  retiredActionVersion,
  localActionInput,
  localActionOutput,
  missingLocalAction,
  missingCalledWorkflow,
  calledWorkflowInput,
  calledWorkflowLimits,
  calledWorkflowSecret,
  calledWorkflowOutput,
];
