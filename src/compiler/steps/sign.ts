/** Signs images as the workflow itself, without a key. */
import type { Pipeline } from "../../pipeline/types.ts";
import type { Scalar, Step } from "../../workflow/model.ts";
import { useAction } from "./action.ts";
import { useProgram } from "./program.ts";

export interface Signed {
  /** The image's build. */
  key: string;
  digest: Scalar;
  /** When it is there to be signed; always without it. */
  if?: string | undefined;
}

/** @param target the target in whose registry they are signed; the pipeline's own registry without one */
export const signSteps = (pipeline: Pipeline, images: readonly Signed[], target?: string): Step[] => [
  useAction(pipeline, "sigstore/cosign-installer", { name: "Install cosign" }),
  ...images.map(({ key, digest, if: condition }) =>
    useProgram("sign-image", {
      name: `Sign ${key}`,
      id: `sign-${key}`,
      if: condition,
      timeoutMinutes: 10,
      with: { build: key, digest, target },
    }),
  ),
];
