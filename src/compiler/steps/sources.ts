import type { Pipeline } from "../../pipeline/types.ts";
import type { Scalar, Step } from "../../workflow/model.ts";
import { useAction } from "./action.ts";

export interface Checkout {
  /** An expression for the commit; the event's own without it. */
  ref?: string;
  depth?: number;
  submodules?: boolean;
  lfs?: boolean;
  if?: string | undefined;
  /**
   * An expression that tells whether a fork's commit may be checked out in a `workflow_run` job. The newest releases of
   * actions/checkout refuse it otherwise. Only for jobs that hold no secrets and no write scopes.
   */
  allowFork?: string;
}

const CODE = "Check out the code";

/** Whether a step is the one that brings the code. */
export const isCodeCheckout = ({ name }: Pick<Step, "name">): boolean => name === CODE;

/** Checks the commit out, and leaves no token behind for later steps. */
export function checkout(pipeline: Pipeline, options: Checkout = {}): Step {
  const inputs: Record<string, Scalar | undefined> = {
    ref: options.ref,
    "fetch-depth": options.depth === undefined || options.depth === 1 ? undefined : options.depth,
    submodules: options.submodules ? true : undefined,
    lfs: options.lfs ? true : undefined,
    "allow-unsafe-pr-checkout": options.allowFork,
    "persist-credentials": false,
  };
  return useAction(pipeline, "actions/checkout", { name: CODE, if: options.if, with: inputs });
}
