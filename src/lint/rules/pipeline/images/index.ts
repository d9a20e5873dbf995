/** One line a rule. */
import type { Rule } from "../../../rule.ts";
import { artifactMismatch } from "./artifact-mismatch.ts";
import { buildxRequired } from "./buildx-required.ts";
import { cacheOverwritesImage } from "./cache-overwrites-image.ts";
import { cleanupBeforeConsumer } from "./cleanup-before-consumer.ts";
import { duplicatePublish } from "./duplicate-publish.ts";
import { invalidTag } from "./invalid-tag.ts";
import { lateRetag } from "./late-retag.ts";
import { matrixTagClash } from "./matrix-tag-clash.ts";
import { mutableTestImage } from "./mutable-test-image.ts";
import { publishBeforeCheck } from "./publish-before-check.ts";
import { redundantImageBuild } from "./redundant-image-build.ts";
import { refOnPullRequest } from "./ref-on-pull-request.ts";
import { scanNotEnforced } from "./scan-not-enforced.ts";
import { tagMismatch } from "./tag-mismatch.ts";
import { unsafeImageCleanup } from "./unsafe-image-cleanup.ts";
import { unserialisedMovingTag } from "./unserialised-moving-tag.ts";
import { unusedImageInput } from "./unused-image-input.ts";
import { uppercaseImageName } from "./uppercase-image-name.ts";

export const imageRules: readonly Rule[] = [
  artifactMismatch,
  buildxRequired,
  cacheOverwritesImage,
  cleanupBeforeConsumer,
  duplicatePublish,
  invalidTag,
  lateRetag,
  matrixTagClash,
  mutableTestImage,
  publishBeforeCheck,
  redundantImageBuild,
  refOnPullRequest,
  scanNotEnforced,
  tagMismatch,
  unsafeImageCleanup,
  unserialisedMovingTag,
  unusedImageInput,
  uppercaseImageName,
];
