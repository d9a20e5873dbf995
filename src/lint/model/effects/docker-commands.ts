/** `docker`, `podman`, `nerdctl` and `docker buildx` command lines ("docker CLI reference"). */
import type { RepositoryFiles } from "../../repository.ts";
import { referencesOf } from "../image-reference.ts";
import type { Effect, ImageTake, StepRun } from "../model.ts";
import { literal, textOf, type Value } from "../value.ts";
import { bakeTargets } from "./bake-file.ts";
import { bakeBuildsOf } from "./bake.ts";
import { composeEffects } from "./compose.ts";
import type { EffectBase } from "./effect.ts";
import { cacheOf, keyed } from "./cache.ts";
import { has, isOn, lastOf, type Line, lineOf, valuesOf } from "./options.ts";
import { normal } from "../paths.ts";
import { loads, saves, savedBy } from "./image-files.ts";
import { recipeOf } from "./recipe.ts";

const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));
const BUILD = set(
  "t tag f file target platform build-arg cache-from cache-to output o label l secret ssh builder network add-host progress iidfile metadata-file build-context no-cache-filter annotation attest allow ulimit shm-size memory m isolation cgroup-parent cpuset-cpus cpu-quota sbom provenance",
);
const RUN = set(
  "e env v volume p publish name network net w workdir u user entrypoint platform mount env-file l label add-host m memory cpus memory-swap shm-size restart h hostname ipc pid cap-add cap-drop security-opt device dns gpus log-driver log-opt tmpfs ulimit volumes-from health-cmd health-interval health-retries health-timeout health-start-period pull cidfile group-add expose ip link stop-signal stop-timeout sysctl runtime userns a attach c cpu-shares cpuset-cpus network-alias storage-opt pids-limit cgroupns blkio-weight blkio-weight-device cgroup-parent device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops detach-keys dns-option dns-search domainname health-start-interval ip6 isolation kernel-memory label-file link-local-ip mac-address memory-reservation memory-swappiness cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-count cpu-percent cpuset-mems oom-score-adj uts volume-driver annotation disable-content-trust io-maxbandwidth io-maxiops",
);
const IMAGETOOLS = set("t tag f file builder progress annotation");
const BAKE = set("f file set builder metadata-file progress allow call");
const GLOBAL = set("H host c context config l log-level");

export function dockerEffects(
  words: readonly Value[],
  base: EffectBase,
  step: StepRun,
  files: RepositoryFiles,
): Effect[] {
  const all = lineOf(words, GLOBAL, true).operands;
  const [verb, ...rest] = all;
  const second = textOf(rest[0] ?? literal(""));
  switch (textOf(verb ?? literal(""))) {
    case "build":
      return build(rest, base, false);
    case "push":
      return lineOf(rest, set("q"))
        .operands.slice(0, 1)
        .flatMap(images)
        .map((image) => ({ kind: "push", ...base, by: "docker push", ...image }));
    case "pull":
      return takes(lineOf(rest, set("platform")).operands.slice(0, 1), "pull", base, "docker pull");
    case "run":
    case "create": {
      const line = lineOf(rest, RUN, true);
      const [image, ...command] = line.operands;
      const mounted = has(line, "v") || has(line, "volume") || has(line, "mount") || has(line, "volumes-from");
      return line.open || !image
        ? []
        : images(image).map((one) => ({
            kind: "take",
            ...base,
            by: `docker ${textOf(verb ?? literal(""))}`,
            how: "run",
            ...one,
            command: mounted ? undefined : command.map((word) => textOf(word) ?? ""),
          }));
    }
    case "tag":
      return tagged(rest, base);
    case "load":
      return loads(rest, base, "docker load");
    case "save":
      return saves(rest, base, "docker save");
    case "image": {
      if (
        second === "build" ||
        second === "push" ||
        second === "pull" ||
        second === "tag" ||
        second === "save" ||
        second === "load"
      )
        return dockerEffects(rest, base, step, files);
      return second === "inspect"
        ? takes(lineOf(rest.slice(1), set("f format")).operands, "inspect", base, "docker image inspect")
        : [];
    }
    case "buildx":
      switch (second) {
        case "build":
        case "b":
          return build(rest.slice(1), base, true);
        case "bake": {
          const line = lineOf(rest.slice(1), BAKE);
          const folder = base.folder;
          if (folder === undefined) return [];
          const paths = valuesOf(line, "f", "file").map((value) => normal(`${folder}/${textOf(value) ?? "?"}`));
          const wanted = line.operands.map((value) => textOf(value) ?? "?");
          const targets = bakeTargets(files, paths, wanted, (name) => step.scope.lookup(["env", name.toLowerCase()]));
          return bakeBuildsOf(
            targets,
            wanted,
            valuesOf(line, "set"),
            { pushed: isOn(line, "push"), loaded: isOn(line, "load") },
            { ...base, by: "docker buildx bake" },
            folder,
          );
        }
        case "imagetools": {
          const line = lineOf(rest.slice(2), IMAGETOOLS);
          const action = textOf(rest[1] ?? literal(""));
          if (action === "inspect")
            return takes(line.operands.slice(0, 1), "inspect", base, "docker buildx imagetools inspect");
          return action === "create" && !has(line, "dry-run") ? moves(line, base) : [];
        }
        default:
          return [];
      }
    case "compose":
      return composeEffects(rest, base, step, files);
    case "login":
      return [
        {
          kind: "login",
          ...base,
          by: "docker login",
          registry: lineOf(rest, set("u username p password")).operands[0] ?? literal("docker.io"),
        },
      ];
    default:
      return [];
  }
}

const images = (value: Value): Pick<ImageTake, "image" | "certain">[] =>
  referencesOf(value).map((image) => ({ image, certain: value.length === 1 }));
export const takes = (values: readonly Value[], how: ImageTake["how"], base: EffectBase, by: string): Effect[] =>
  values.flatMap(images).map((image) => ({ kind: "take", ...base, by, how, ...image }));

function tagged(words: readonly Value[], base: EffectBase): Effect[] {
  const [from, to] = lineOf(words, set("")).operands;
  if (!from || !to) return [];
  const [source] = referencesOf(from);
  return images(to).map(({ image, certain }) => ({
    kind: "move",
    ...base,
    by: "docker tag",
    from: from.length === 1 ? source : undefined,
    to: image,
    certain,
    inRegistry: false,
  }));
}

function moves(line: Line, base: EffectBase): Effect[] {
  const [from] = line.operands;
  const [source] = line.operands.length === 1 && from?.length === 1 ? referencesOf(from) : [];
  return valuesOf(line, "t", "tag")
    .flatMap(images)
    .map(({ image, certain }) => ({
      kind: "move",
      ...base,
      by: "docker buildx imagetools create",
      from: source,
      to: image,
      certain,
      inRegistry: true,
    }));
}

function build(words: readonly Value[], base: EffectBase, buildx: boolean): Effect[] {
  const line = lineOf(words, BUILD);
  const tags = valuesOf(line, "t", "tag");
  const args = new Map<string, Value>();
  for (const arg of valuesOf(line, "build-arg")) {
    const [key, value] = keyed(arg);
    if (key !== undefined) args.set(key, value);
  }
  const outputs = valuesOf(line, "output", "o").map((value) => textOf(value) ?? "");
  const pushed = isOn(line, "push") || outputs.some((text) => /type=registry|push=true/.test(text));
  const images = tags.flatMap(referencesOf);
  const certain = tags.every((value) => value.length === 1);
  return [
    {
      kind: "build",
      ...base,
      by: buildx ? "docker buildx build" : "docker build",
      images,
      certain,
      pushed: line.open ? undefined : pushed,
      loaded: line.open ? undefined : !buildx || isOn(line, "load"),
      recipe: recipeOf({
        context: line.operands.at(-1),
        file: lastOf(line, "f", "file"),
        target: lastOf(line, "target"),
        platforms: lastOf(line, "platform"),
        buildArgs: args,
        complete: !line.open && line.operands.length === 1,
        git: false,
        folder: line.open || line.operands.length > 1 ? undefined : base.folder,
      }),
      caches: [
        ...valuesOf(line, "cache-from").flatMap((value) => value.map((text) => cacheOf(text, "from", base.at))),
        ...valuesOf(line, "cache-to").flatMap((value) => value.map((text) => cacheOf(text, "to", base.at))),
      ],
      tagsAt: undefined,
    },
    ...savedBy(outputs.join("\n"), images, certain, base, "docker build"),
  ];
}
