/** What the kinds of image jobs share: how they differ by workflow, and the names by which others find them. */
import type { RunKind } from "../../../pipeline/stages.ts";
import type { ImageBuild } from "../../../pipeline/types.ts";
import { expression, planned } from "../../expressions.ts";

export interface ImageJobs {
  /** Start from nothing: no cache, a fresh base image. For nightly builds. */
  fresh: boolean;
  /** Whether `plan` may have found an unchanged image, which then needs no build. */
  reuse: boolean;
  /** Whether an image that an earlier commit with the same inputs gave this one will do, as it does for what is promoted. */
  promoted: boolean;
  /** Layers of an earlier run may be taken and saved. Never for what is released. */
  cached: boolean;
}

/** The run that the jobs are part of. */
export const runOf = ({ fresh, promoted }: Pick<ImageJobs, "fresh" | "promoted">): RunKind =>
  fresh ? "nightly" : promoted ? "release" : "build";

/** By these names the metrics tell a build from a run that found its image already there. */
export const BUILD_JOB_PREFIX = "Build ";
export const BUILD_STEP = "Build";

export const CLASS = planned("class");
export const CAN_PUSH = `${planned("push")} == 'true'`;

export const archiveArtifact = (build: ImageBuild): string => `image-${build.key}`;
export const archivePath = (build: ImageBuild): string => `${expression("runner.temp")}/image-${build.key}.tar`;

/** What is built by night or for a release is of no use outside the registry. */
export const savesArchive = (mode: ImageJobs): boolean => !mode.fresh && !mode.promoted;
