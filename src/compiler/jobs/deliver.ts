/** The job of each target that is published once everything has passed. One file a kind, one line here. */
import type { Pipeline, PublishTarget } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import type { Delivery } from "./deliver/delivery.ts";
import { deployJob } from "./deliver/deploy.ts";
import { publishImagesJob } from "./deliver/images.ts";
import { publishMavenJob } from "./deliver/maven.ts";
import { publishNpmJob } from "./deliver/npm.ts";
import { publishReleaseJob } from "./deliver/release.ts";

export function deliverJob(pipeline: Pipeline, target: PublishTarget, delivery: Delivery): Job {
  switch (target.kind) {
    case "images":
      return publishImagesJob(pipeline, target, delivery);
    case "npm":
      return publishNpmJob(pipeline, target, delivery);
    case "maven":
      return publishMavenJob(pipeline, target, delivery);
    case "githubRelease":
      return publishReleaseJob(pipeline, target, delivery);
    case "deploy":
      return deployJob(pipeline, target, delivery);
  }
}
