/** What a consumer finds on its runner. */
import { isImage } from "./runs.ts";
import type { Consumer, ImageBuild, Pipeline } from "./types.ts";

/** Whether a consumer has its images on the runner: one that deploys them lets the place pull, unless it also asks for them here. */
export const pullsImages = ({ deployment, container, localTag }: Consumer): boolean =>
  deployment === undefined || container !== undefined || localTag !== undefined;

/** The images that it has there. */
export const imagesOnRunner = (consumer: Consumer): ImageBuild[] =>
  pullsImages(consumer) ? consumer.builds.filter(isImage) : [];

/** A key as environment variables are written: `rate-limit` becomes `RATE_LIMIT`. */
export const environmentName = (key: string): string => key.toUpperCase().replaceAll("-", "_");

/** The name under which a consumer finds an image there. */
export const localImage = ({ project }: Pick<Pipeline, "project">, consumer: Consumer, build: string): string =>
  consumer.localTag !== undefined && consumer.builds.filter(({ kind }) => kind === "image").length === 1
    ? consumer.localTag
    : `${build === project ? build : `${project}-${build}`}:local`;

/** Whether there is a way to deploy without an image, and the consumer takes it. */
export const deploysSources = ({ fallback, source, deployment }: Consumer): boolean =>
  deployment !== undefined && deployment.fromSource.length > 0 && (fallback === "build" || source === "build");
