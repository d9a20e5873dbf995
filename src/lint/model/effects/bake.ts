/** The builds of docker/bake-action and `docker buildx bake`. */
import type { Span } from "../../../workflow/yaml/node.ts";
import type { RepositoryFiles } from "../../repository.ts";
import { referencesOf } from "../image-reference.ts";
import { linesOf } from "../metadata-action.ts";
import type { CacheUse, ImageBuild, Known, StepRun } from "../model.ts";
import { literal, textOf, type Value } from "../value.ts";
import { type BakeTarget, bakeTargets } from "./bake-file.ts";
import { type EffectBase, effectBase, inputPair, inputPlace, inputText, inputTruth } from "./effect.ts";
import { cacheOf } from "./cache.ts";
import { normal } from "../paths.ts";
import { recipeOf } from "./recipe.ts";

const list = (text: string | undefined): string[] =>
  (text ?? "")
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");

export function bakeBuilds(step: StepRun, files: RepositoryFiles): ImageBuild[] {
  const folder = normal(inputText(step, "workdir") ?? ".");
  const paths = list(inputText(step, "files")).map((path) => normal(`${folder}/${path}`));
  const wanted = list(inputText(step, "targets"));
  const targets =
    inputPair(step, "targets") && wanted.length === 0
      ? undefined
      : bakeTargets(files, paths, wanted, (name) => step.scope.lookup(["env", name.toLowerCase()]));
  const set = linesOf(inputPair(step, "set"), step.scope);
  return bakeBuildsOf(
    targets,
    wanted,
    set,
    { pushed: inputTruth(step, "push"), loaded: inputTruth(step, "load") },
    effectBase(step, inputPlace(step, "targets"), "docker/bake-action"),
    folder,
  );
}

export function bakeBuildsOf(
  targets: readonly BakeTarget[] | undefined,
  wanted: readonly string[],
  set: readonly Value[],
  { pushed, loaded }: { pushed: Known; loaded: Known },
  base: EffectBase,
  folder: string,
): ImageBuild[] {
  const common = { kind: "build" as const, ...base, loaded, tagsAt: undefined };
  // Without its file, a bake says nothing but that something is built.
  if (!targets)
    return [
      {
        ...common,
        pushed,
        images: [],
        certain: false,
        caches: [],
        recipe: recipeOf({
          name: wanted.join(","),
          context: undefined,
          file: undefined,
          target: undefined,
          platforms: undefined,
          buildArgs: new Map(),
          complete: false,
          git: false,
          folder: undefined,
        }),
      },
    ];
  const overrides = (target: string, key: string): Value[] =>
    set.flatMap((line) =>
      line.flatMap((template) => {
        const first = template[0]?.kind === "text" ? template[0].text : "";
        const match = /^([\w*-]+)\.([\w-]+)(?:\.[\w-]+)?\+?=/.exec(first);
        return match?.[2] === key && (match[1] === "*" || match[1] === target)
          ? [
              [
                first === match[0]
                  ? template.slice(1)
                  : [{ kind: "text" as const, text: first.slice(match[0].length) }, ...template.slice(1)],
              ],
            ]
          : [];
      }),
    );
  return targets.map((target): ImageBuild => {
    const changed = overrides(target.name, "tags");
    const tags = changed.length > 0 ? changed : (target.lists.get("tags") ?? []);
    const images = tags.flatMap(referencesOf);
    const caches = (["cache-from", "cache-to"] as const).flatMap((key): CacheUse[] => {
      const lines = overrides(target.name, key);
      return (lines.length > 0 ? lines : (target.lists.get(key) ?? [])).flatMap((value) =>
        value.map((line) => cacheOf(line, key === "cache-from" ? "from" : "to", base.at as Span)),
      );
    });
    const byOutput =
      target.lists.get("output")?.some((value) => /type=(?:registry|image,push=true)/.test(textOf(value) ?? "")) ===
      true;
    return {
      ...common,
      pushed: byOutput ? true : pushed,
      images,
      certain: tags.every((value) => value.length === 1),
      caches,
      recipe: recipeOf({
        name: target.name,
        context: target.texts.get("context"),
        file: fileOf(target),
        target: target.texts.get("target"),
        platforms: joined(target.lists.get("platforms")),
        buildArgs: target.args,
        complete:
          target.complete && !set.some((line) => /\.(?:args|target|context|dockerfile)/.test(textOf(line) ?? ".args")),
        git: false,
        folder,
      }),
    };
  });
}

const joined = (values: readonly Value[] | undefined): Value | undefined =>
  values && literal(values.map((value) => textOf(value) ?? "?").join(","));

/** In a bake file the Dockerfile's path is from the context. */
function fileOf({ texts }: BakeTarget): Value | undefined {
  const file = texts.get("dockerfile");
  const context = textOf(texts.get("context") ?? literal("."));
  const text = file && textOf(file);
  return text === undefined || context === undefined ? file : literal(normal(`${context}/${text}`));
}
