/** What is built, from the config. */
import { inDays, inMinutes } from "../../config/durations.ts";
import { inBytes } from "../../config/sizes.ts";
import type {
  BakeBuildConfig,
  BakeTargetConfig,
  Config,
  EventClass,
  FilesBuildConfig,
  ImageBuildConfig,
} from "../../config/schema.ts";
import { sha256 } from "../../sha256.ts";
import { imageIn } from "../images.ts";
import type { Build, BuildEntry, Cache, FilesBuild, ImageBuild, Registry, Runners } from "../types.ts";
import { budgetOf } from "./times.ts";

export interface BuildContext {
  registry: Registry | undefined;
  events: readonly EventClass[];
  runners: Runners;
  caches: readonly Cache[];
}

/** Every build by its key; the targets of a bake file are builds of their own, which one job makes. */
export const buildsOf = (config: Config, context: BuildContext): Build[] =>
  Object.entries(config.builds).flatMap(([key, build]): Build[] => {
    if (build.kind === "image") return [imageBuild(key, build, context)];
    if (build.kind === "bake")
      return Object.entries(build.targets).map(([target, settings]) =>
        bakedImage(key, build, target, settings, context),
      );
    return [filesBuild(key, build, context)];
  });

function imageBuild(key: string, build: ImageBuildConfig, context: BuildContext): ImageBuild {
  return {
    ...imageSettings(key, build),
    ...madeFrom(build, build.target, undefined),
    image: imageIn(context.registry ?? { host: "localhost", namespace: undefined }, build.image ?? key),
    entries: Object.fromEntries(context.events.map((event) => [event, entriesOf(build, event, context.runners)])),
    bake: undefined,
    scan: build.scan && { ...build.scan, timeoutMinutes: inMinutes(build.scan.timeout) },
    maxBytes: build.maxSize === undefined ? undefined : inBytes(build.maxSize),
  };
}

function bakedImage(
  group: string,
  build: BakeBuildConfig,
  key: string,
  target: BakeTargetConfig,
  context: BuildContext,
): ImageBuild {
  const scan = target.scan ?? build.scan;
  const maxSize = target.maxSize ?? build.maxSize;
  const events = target.on ?? context.events;
  return {
    ...imageSettings(key, build),
    ...madeFrom(target, undefined, `${build.file} ${target.target ?? key}`),
    image: imageIn(context.registry ?? { host: "localhost", namespace: undefined }, target.image ?? key),
    entries: Object.fromEntries(
      context.events
        .filter((event) => events.includes(event))
        .map((event) => [event, entriesOf(build, event, context.runners)]),
    ),
    bake: { group, file: build.file, target: target.target ?? key },
    scan: scan && { ...scan, timeoutMinutes: inMinutes(scan.timeout) },
    maxBytes: maxSize === undefined ? undefined : inBytes(maxSize),
  };
}

/** What decides the image beside the sources, and the short digest of it. */
function madeFrom(
  { dockerfile, context, args: written }: Pick<BakeTargetConfig, "dockerfile" | "context" | "args">,
  target: string | undefined,
  baked: string | undefined,
) {
  const args = Object.fromEntries(Object.entries(written).map(([name, value]) => [name, String(value)]));
  const recipe = sha256(JSON.stringify({ dockerfile, context, target, args, baked })).slice(0, 12);
  return { dockerfile, context, target, args, recipe };
}

/** What a Dockerfile and a bake file have in common. */
function imageSettings(key: string, build: ImageBuildConfig | BakeBuildConfig) {
  return {
    kind: "image" as const,
    key,
    cache: build.cache,
    timeoutMinutes: inMinutes(build.timeout),
    budget: budgetOf(build.budget),
    inputs: build.inputs,
    sbom: build.sbom,
    provenance: build.provenance,
    attest: build.attest,
    sign: build.sign,
    labels: build.labels,
    fallback: build.fallback === "artifact",
  };
}

function entriesOf(
  build: Pick<ImageBuildConfig, "platforms" | "multiPlatform">,
  event: EventClass,
  runners: Runners,
): BuildEntry[] {
  const platforms = Array.isArray(build.platforms)
    ? build.platforms
    : (build.platforms[event] ?? build.platforms.default);
  if (build.multiPlatform === "emulated") return [{ name: "all", platforms, runner: runners.default }];
  return platforms.map((platform) => ({
    name: platform.split("/").slice(1).join("-"),
    platforms: [platform],
    runner: runners[platform] ?? runners.default,
  }));
}

function filesBuild(key: string, build: FilesBuildConfig, { caches }: BuildContext): FilesBuild {
  return {
    kind: "files",
    key,
    artifact: `files-${key}`,
    setup: build.setup,
    caches: caches.filter((cache) => build.caches.includes(cache.key)),
    prepare: [build.prepare ?? []].flat(),
    run: [build.run].flat(),
    env: build.env,
    paths: build.paths,
    inputs: build.inputs,
    maxSizes: Object.entries(build.maxSizes).map(([glob, size]) => ({ glob, bytes: inBytes(size) })),
    attest: build.attest,
    timeoutMinutes: inMinutes(build.timeout),
    budget: budgetOf(build.budget),
    keepDays: inDays(build.keep),
  };
}
