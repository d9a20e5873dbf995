import { pinOf, usesOf } from "../../actions/catalogue.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import type { Scalar, Step } from "../../workflow/model.ts";

/** Minutes that a step with this action may take: each talks to a network, and none may hang a job. */
const TIMEOUTS: Readonly<Record<string, number>> = {
  "actions/checkout": 5,
  "actions/upload-artifact": 10,
  "actions/download-artifact": 10,
  "docker/login-action": 3,
  "docker/setup-buildx-action": 5,
  "docker/setup-qemu-action": 5,
};
const OTHER_TIMEOUT = 5;

export interface ActionStep {
  name: string;
  id?: string;
  if?: string | undefined;
  with?: Record<string, Scalar | undefined>;
  env?: Record<string, Scalar>;
  timeoutMinutes?: number;
  /** Or an expression for it. */
  continueOnError?: boolean | string;
}

/** A step that uses an action of the catalogue, or of the config's own pins, at its pinned commit. */
export function useAction(pipeline: Pipeline, action: string, step: ActionStep): Step {
  const pin = pinOf(action, pipeline.pins);
  if (!pin) throw new Error(`No pin for ${action}: the invariants should have caught it.`);
  const inputs = Object.entries(step.with ?? {}).filter((entry): entry is [string, Scalar] => entry[1] !== undefined);
  return {
    name: step.name,
    ...(step.id && { id: step.id }),
    ...(step.if && { if: step.if }),
    ...(step.continueOnError && { "continue-on-error": step.continueOnError }),
    "timeout-minutes": step.timeoutMinutes ?? TIMEOUTS[action] ?? OTHER_TIMEOUT,
    uses: usesOf(action, pin),
    ...(inputs.length > 0 && { with: Object.fromEntries(inputs) }),
    ...(step.env && { env: step.env }),
  };
}
