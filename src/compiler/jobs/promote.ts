/** The job that moves `latest` and its like, and copies them elsewhere, once every verdict on their commit is success. */
import type { Pipeline } from "../../pipeline/types.ts";
import type { Job, Scalar } from "../../workflow/model.ts";
import { TOKEN } from "../expressions.ts";
import { grant } from "../permissions.ts";
import { useProgram } from "../steps/program.ts";
import { login, loginPermissionsOfAll, loginToOwnRegistry, ownCredentials } from "../steps/registry.ts";

/** Where the job stands, and what it moves. */
export interface Promote {
  needs?: readonly string[];
  if?: string | undefined;
  /** Whether only the nightly build's tag moves, or only the others; all of them without it. */
  nightly?: boolean;
  /** An expression for the tag to move to, where it is not the one that the channel's pattern gives. */
  source?: Scalar;
}

export function promoteJob(pipeline: Pipeline, { needs, if: condition, nightly, source }: Promote = {}): Job {
  const credentials = pipeline.copies.length === 0 ? ownCredentials(pipeline) : undefined;
  const hasNights = pipeline.channels.some(({ of }) => of === "nightly");
  return {
    name: "Move the tags",
    ...(needs && { needs }),
    ...(condition !== undefined && { if: condition }),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 20,
    permissions: grant({
      checks: "read",
      contents: "read",
      ...loginPermissionsOfAll([pipeline.registry, ...pipeline.copies], "write"),
      statuses: "read",
    }),
    steps: [
      ...(credentials ? [] : loginToOwnRegistry(pipeline)),
      ...pipeline.copies.flatMap((copy) => login(pipeline, copy)),
      useProgram("promote", {
        name: "Move the tags whose commits have passed",
        timeoutMinutes: 15,
        with: { nightly: hasNights ? nightly : undefined, "source-tag": source, "gh-token": TOKEN, ...credentials },
      }),
    ],
  };
}
