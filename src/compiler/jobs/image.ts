/** The jobs that make images: build them once, publish each under its tag, scan the very digest, attest it. */
import type { ImageBuild, Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import { attestJob } from "./image/attest.ts";
import { buildJob } from "./image/build.ts";
import type { ImageGroup } from "./image/group.ts";
import type { ImageJobs } from "./image/mode.ts";
import { publishJob } from "./image/publish.ts";
import { scanJob } from "./image/scan.ts";
import { signJob } from "./image/sign.ts";

/** The jobs by their id, in the order in which they run: what one job builds together, then each image by itself. */
export function imageJobs(pipeline: Pipeline, group: ImageGroup, mode: ImageJobs): Record<string, Job> {
  return {
    [`build-${group.key}`]: buildJob(pipeline, group, mode),
    ...Object.fromEntries(group.builds.flatMap((build) => Object.entries(laterJobs(pipeline, build, mode)))),
  };
}

const laterJobs = (pipeline: Pipeline, build: ImageBuild, mode: ImageJobs): Record<string, Job> => ({
  [`publish-${build.key}`]: publishJob(pipeline, build, mode),
  ...(build.scan && { [`scan-${build.key}`]: scanJob(pipeline, build, mode) }),
  ...(build.attest && { [`attest-${build.key}`]: attestJob(pipeline, build) }),
  ...(build.sign && { [`sign-${build.key}`]: signJob(pipeline, build) }),
});
