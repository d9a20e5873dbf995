/** What Docker's own actions do, and those that scan images. */
import { isAction } from "../../../workflow/document/uses.ts";
import { referenceOf, referencesOf } from "../image-reference.ts";
import { and } from "../known.ts";
import { linesOf, metadataTags, splitLines } from "../metadata-action.ts";
import type { Effect, ImageBuild, ImageReference, Known, StepRun } from "../model.ts";
import { HOLE, literal, type Template, textOf, type Value } from "../value.ts";
import { scalarOf } from "../../../workflow/yaml/node.ts";
import { bakeBuilds } from "./bake.ts";
import { caches, keyed, splitCommas } from "./cache.ts";
import { effectBase, inputPair, inputPlace, inputText, inputTruth, inputValue } from "./effect.ts";
import { savedBy } from "./image-files.ts";
import { recipeOf } from "./recipe.ts";
import type { RepositoryFiles } from "../../repository.ts";

export function effectsOfDockerAction(step: StepRun, files: RepositoryFiles): Effect[] {
  const { uses } = step.step;
  if (isAction(uses, "docker/build-push-action")) return buildPush(step);
  if (isAction(uses, "docker/bake-action")) return bakeBuilds(step, files);
  if (isAction(uses, "docker/login-action"))
    return [
      {
        kind: "login",
        ...effectBase(step, inputPlace(step, "registry"), "docker/login-action"),
        registry: inputValue(step, "registry") ?? literal("docker.io"),
      },
    ];
  if (isAction(uses, "aws-actions/amazon-ecr-login"))
    return [{ kind: "login", ...effectBase(step, inputPlace(step), "aws-actions/amazon-ecr-login"), registry: HOLE }];
  if (isAction(uses, "aquasecurity/trivy-action")) return scan(step, "image-ref");
  if (isAction(uses, "anchore/scan-action")) return scan(step, "image");
  if (isAction(uses, "docker/scout-action")) return scan(step, "image");
  if (isAction(uses, "anchore/sbom-action")) return scan(step, "image");
  return [];
}

function scan(step: StepRun, input: string): Effect[] {
  const value = inputValue(step, input);
  const base = effectBase(step, inputPlace(step, input), step.step.uses?.written.split("@")[0] ?? "");
  if (!value) return [{ kind: "scan", ...base, image: undefined }];
  return referencesOf(value).map((image) => ({ kind: "scan", ...base, image }));
}

export interface WantedTag {
  whole: Template;
  given: Known;
  writtenAt?: ImageReference["writtenAt"];
}

/** The list of an input such as `tags`, with what metadata-action gives put in its place. */
export function wantedTags(step: StepRun, ...names: string[]): { tags: WantedTag[]; certain: boolean } {
  const pair = names.map((name) => inputPair(step, name)).find((found) => found !== undefined);
  const node = scalarOf(pair?.value);
  if (!node) return { tags: [], certain: pair === undefined };
  const tags: WantedTag[] = [];
  let certain = true;
  for (const text of node.value.split(/\r?\n/)) {
    const line = text.trim();
    if (line === "") continue;
    const reference = /^\$\{\{\s*steps\.([\w-]+)\.outputs\.tags\s*\}\}$/.exec(line);
    const metadata = reference?.[1] === undefined ? undefined : step.scope.stepNamed(reference[1].toLowerCase());
    if (metadata && isAction(metadata.step.uses, "docker/metadata-action")) {
      for (const { whole, given, at } of metadataTags(metadata)) {
        const whether = and(given, metadata.happens);
        tags.push({ whole, given: whether, writtenAt: { document: metadata.document, at } });
        certain &&= whether === true;
      }
      continue;
    }
    const alternatives = linesOf({ key: node, value: { ...node, value: line } }, step.scope).flatMap((value) => value);
    for (const alternative of alternatives)
      for (const whole of splitLines(alternative).flatMap(splitCommas))
        tags.push({ whole, given: alternatives.length === 1 ? true : undefined });
    certain &&= alternatives.length === 1;
  }
  return { tags: tags.filter(({ whole }) => whole.length > 0), certain };
}

function buildPush(step: StepRun): Effect[] {
  const { tags, certain } = wantedTags(step, "tags");
  const outputs = inputText(step, "outputs") ?? (inputPair(step, "outputs") ? undefined : "");
  const push = inputTruth(step, "push");
  const context = inputValue(step, "context");
  const args = new Map<string, Value>();
  // Other contexts are other contents.
  let complete = inputPair(step, "build-contexts") === undefined;
  for (const line of linesOf(inputPair(step, "build-args"), step.scope)) {
    const [key, value] = keyed(line);
    if (key === undefined) complete = false;
    else args.set(key, value);
  }
  const pushedByOutput =
    outputs === undefined ? undefined : /type=(?:registry|image,.*push=true)|push=true/.test(outputs);
  const images = tags.map(({ whole, writtenAt }) => ({ ...referenceOf(whole), writtenAt }));
  const base = effectBase(step, step.step.uses?.node ?? step.step.node, "docker/build-push-action");
  const build: ImageBuild = {
    kind: "build",
    ...base,
    images,
    certain,
    pushed:
      push === true || pushedByOutput === true ? true : push === false && pushedByOutput === false ? false : undefined,
    loaded: inputTruth(step, "load"),
    recipe: recipeOf({
      context: context ? gitContext(context) : literal("."),
      file: inputValue(step, "file"),
      target: inputValue(step, "target"),
      platforms: inputValue(step, "platforms"),
      buildArgs: args,
      complete,
      git: context === undefined,
      folder: ".",
    }),
    caches: [...caches(step, "cache-from", "from"), ...caches(step, "cache-to", "to")],
    tagsAt: inputPair(step, "tags")?.value,
  };
  return [build, ...savedBy(outputs ?? "", images, certain, base, "docker/build-push-action")];
}

/** `{{defaultContext}}:folder` is a folder of the repository. */
const gitContext = (value: Value): Value => {
  const text = textOf(value);
  const folder = text === undefined ? undefined : /^\{\{defaultContext\}\}(?::(.*))?$/.exec(text);
  return folder ? literal(folder[1] ?? ".") : value;
};
