/** The jobs that make one image: build it once, publish it under its tag, scan the very digest, attest it. */
import type { ImageBuild, Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import { attestJob } from "./image/attest.ts";
import { buildJob } from "./image/build.ts";
import type { ImageJobs } from "./image/mode.ts";
import { publishJob } from "./image/publish.ts";
import { scanJob } from "./image/scan.ts";
import { signJob } from "./image/sign.ts";

/** The jobs by their id, in the order in which they run. */
export function imageJobs(pipeline: Pipeline, build: ImageBuild, mode: ImageJobs): Record<string, Job> {
  return {
    [`build-${build.key}`]: buildJob(pipeline, build, mode),
    [`publish-${build.key}`]: publishJob(pipeline, build, mode),
    ...(build.scan && { [`scan-${build.key}`]: scanJob(pipeline, build, mode) }),
    ...(build.attest && { [`attest-${build.key}`]: attestJob(pipeline, build) }),
    ...(build.sign && { [`sign-${build.key}`]: signJob(pipeline, build) }),
  };
}
