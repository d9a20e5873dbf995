/** What a consumer finds on its runner. */
import type { Consumer, Pipeline } from "./types.ts";

/** Whether a consumer has its images on the runner: one that deploys them lets the place pull, unless it also asks for them here. */
export const pullsImages = ({ deployment, container, localTag }: Consumer): boolean =>
  deployment === undefined || container !== undefined || localTag !== undefined;

/** The name under which a consumer finds an image there. */
export const localImage = ({ project }: Pick<Pipeline, "project">, consumer: Consumer, build: string): string =>
  consumer.localTag !== undefined && consumer.builds.filter(({ kind }) => kind === "image").length === 1
    ? consumer.localTag
    : `${build === project ? build : `${project}-${build}`}:local`;

/** Whether there is a way to deploy without an image, and the consumer takes it. */
export const deploysSources = ({ fallback, source, deployment }: Consumer): boolean =>
  deployment !== undefined && deployment.fromSource.length > 0 && (fallback === "build" || source === "build");
