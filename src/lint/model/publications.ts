/** Names that jobs give to images, in a registry or on their own machine only. */
import type { Document } from "../../workflow/document/document.ts";
import type { Span } from "../../workflow/yaml/node.ts";
import { isPassing, tagText } from "./image-reference.ts";
import type { Effect, ImageBuild, ImageMove, ImagePush, ImageReference, JobRun, Known, Run } from "./model.ts";
import { keyOf, textOf, type Value } from "./value.ts";

export interface Publication {
  image: ImageReference;
  effect: ImageBuild | ImagePush | ImageMove;
  /** Others can pull it. */
  inRegistry: Known;
  /** It is surely given, if its step runs. */
  certain: boolean;
}

const known = new WeakMap<JobRun, Publication[]>();

export function publicationsOf(job: JobRun): Publication[] {
  let found = known.get(job);
  if (!found) {
    found = job.effects.flatMap(ofEffect);
    known.set(job, found);
  }
  return found;
}

const ofEffect = (effect: Effect): Publication[] =>
  namesIn(effect).map((one) => (isPassing(one.image) ? { ...one, inRegistry: false } : one));

function namesIn(effect: Effect): Publication[] {
  switch (effect.kind) {
    case "build":
      return effect.images.map((image) => ({ image, effect, inRegistry: effect.pushed, certain: effect.certain }));
    case "push":
      return [{ image: effect.image, effect, inRegistry: true, certain: effect.certain }];
    case "move":
      return [{ image: effect.to, effect, inRegistry: effect.inRegistry, certain: effect.certain }];
    default:
      return [];
  }
}

/** Whether a build's image gets into a registry, by the build itself or by a push of its name in the same job. */
export function isPushed(build: ImageBuild): Known {
  if (build.images.length > 0 && build.images.every(isPassing)) return false;
  if (build.pushed !== false) return build.pushed;
  const names = new Set(build.images.map(({ whole }) => keyOf(whole)));
  const push = build.job.effects.find((effect) => effect.kind === "push" && names.has(keyOf(effect.image.whole)));
  return push ? (push.happens === build.happens ? true : undefined) : false;
}

/** The artifact in which a job hands on the image that it has built: saved into a file, and that file uploaded. */
export function artifactOf(build: ImageBuild): Value | undefined {
  const { effects } = build.job;
  const names = new Set(build.images.map(({ whole }) => keyOf(whole)));
  const save = effects.find(
    (effect) =>
      effect.kind === "save" && effect.happens !== false && effect.images.some(({ whole }) => names.has(keyOf(whole))),
  );
  if (save?.kind !== "save") return undefined;
  const file = save.file ? textOf(save.file)?.split("/").at(-1) : undefined;
  const holds = (path: string): boolean =>
    file === undefined ? !save.file && /\.(?:tar|tgz|tar\.\w+)$/.test(path) : path.split("/").at(-1) === file;
  const upload = effects.find(
    (effect) =>
      effect.kind === "upload" &&
      effect.happens !== false &&
      effects.indexOf(effect) > effects.indexOf(save) &&
      effect.path !== undefined &&
      (textOf(effect.path) ?? "").split(/\s+/).some(holds),
  );
  return upload?.kind === "upload" ? upload.name : undefined;
}

const firstLoads = new WeakMap<JobRun, number>();

/** Whether an image may come from a file that the job has loaded before. */
export function mayBeLoaded(effect: Effect): boolean {
  const { job } = effect;
  const first =
    firstLoads.get(job) ?? job.effects.findIndex(({ kind, happens }) => kind === "load" && happens !== false);
  firstLoads.set(job, first);
  return first !== -1 && job.effects.indexOf(effect) > first;
}

/** A run and those that it follows by `workflow_run`. */
export function chainOf(run: Run): Run[] {
  const chain = [run];
  for (let up = run.upstream; up && chain.length < 5; up = up.upstream) chain.push(up);
  return chain;
}

/** Tags that people pull by and that move with time. */
export const MOVING = new Set([
  "latest",
  "main",
  "master",
  "dev",
  "develop",
  "development",
  "edge",
  "nightly",
  "beta",
  "canary",
  "stable",
  "next",
  "staging",
  "prod",
  "production",
]);

export const movingTag = (image: ImageReference): string | undefined => {
  const tag = image.digest ? undefined : tagText(image);
  return tag !== undefined && MOVING.has(tag) ? tag : undefined;
};

/** The narrowest place that names the image: its line of tags, or the command. */
export const placeOfImage = (effect: Effect, image: ImageReference): { document: Document; at: Span } =>
  image.writtenAt ?? {
    document: effect.document,
    at: effect.kind === "build" ? (effect.tagsAt ?? effect.at) : effect.at,
  };
