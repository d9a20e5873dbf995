/** Signs images as the workflow itself, without a key. */
import type { Pipeline } from "../../pipeline/types.ts";
import type { Scalar, Step } from "../../workflow/model.ts";
import { expression } from "../expressions.ts";
import { useAction } from "./action.ts";
import { useProgram } from "./program.ts";

export interface Signed {
  key: string;
  image: string;
  digest: Scalar;
}

/** The identity that counts when a signature is verified: any workflow of this repository. */
const IDENTITY = `^${expression("github.server_url")}/${expression("github.repository")}/\\.github/workflows/.+$`;

export const signSteps = (pipeline: Pipeline, images: readonly Signed[]): Step[] => [
  useAction(pipeline, "sigstore/cosign-installer", { name: "Install cosign" }),
  ...images.map(({ key, image, digest }) =>
    useProgram("sign-image", {
      name: `Sign ${key}`,
      id: `sign-${key}`,
      timeoutMinutes: 10,
      with: { image: image, digest: digest, "certificate-identity-regexp": IDENTITY },
    }),
  ),
];
