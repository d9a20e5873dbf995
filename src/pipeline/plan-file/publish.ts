/** What is published once everything has passed, as the programs read it. */
import { imageIn } from "../images.ts";
import { publishedSecrets } from "../secrets.ts";
import type { Pipeline, PublishTarget } from "../types.ts";
import type { PipelinePart } from "./schema.ts";

type TargetPart = PipelinePart["publish"][string];

/** npm's own registry, for packages that name no other. */
const NPM_REGISTRY = "https://registry.npmjs.org";

/** A target's job ends so many seconds before it would be ended. */
const MARGIN_SECONDS = 120;

export const publishPart = (pipeline: Pipeline): PipelinePart["publish"] =>
  Object.fromEntries(pipeline.publish.map((target) => [target.key, targetPart(target)]));

/** What neither holds a version nor a commit names another image from time to time. */
export const moves = (pattern: string): boolean => !/\{(?:version|commit)\}/.test(pattern);

/** Whether only the target's own job sees its secrets, so that nobody can look for them earlier. */
export const keepsSecrets = ({ environment }: PublishTarget): boolean =>
  environment !== undefined && environment.when === "always" && environment.secrets === "environment";

function targetPart(target: PublishTarget): TargetPart {
  const common = {
    on: [...target.on],
    secrets: publishedSecrets(target),
    ...(keepsSecrets(target) && { environment: target.environment?.name }),
  };
  switch (target.kind) {
    case "images":
      return {
        kind: target.kind,
        ...common,
        names: Object.fromEntries(target.images.map(({ build, name }) => [build.key, imageIn(target.to, name)])),
        tags: target.tags.map((pattern) => ({ pattern, moves: moves(pattern) })),
      };
    case "npm":
      return {
        kind: target.kind,
        ...common,
        from: target.from.key,
        access: target.access,
        registry: target.registry ?? NPM_REGISTRY,
        trusted: target.token === undefined,
        provenance: target.access === "public" && target.registry === undefined,
      };
    case "maven":
      return {
        kind: target.kind,
        ...common,
        from: target.from.key,
        timeoutSeconds: Math.max(60, target.timeoutMinutes * 60 - MARGIN_SECONDS),
      };
    case "githubRelease":
      return {
        kind: target.kind,
        ...common,
        sboms: target.sboms.map(({ key }) => key),
        notes: target.notes === "conventional",
        checksums: target.checksums,
      };
    case "deploy":
      return { kind: target.kind, ...common };
  }
}
