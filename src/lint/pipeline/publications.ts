/** Names that jobs give to images, in a registry or on their own machine only. */
import type { Document } from "../../workflow/document/document.ts";
import type { Span } from "../../workflow/yaml/node.ts";
import { isPassing, tagText } from "./image-reference.ts";
import type { Deed, ImageBuild, ImageMove, ImagePush, ImageReference, JobRun, Known, Run } from "./model.ts";
import { keyOf, textOf, type Value } from "./value.ts";

export interface Publication {
  image: ImageReference;
  deed: ImageBuild | ImagePush | ImageMove;
  /** Others can pull it. */
  inRegistry: Known;
  /** It is surely given, if its step runs. */
  certain: boolean;
}

const known = new WeakMap<JobRun, Publication[]>();

export function publicationsOf(job: JobRun): Publication[] {
  let found = known.get(job);
  if (!found) {
    found = job.deeds.flatMap(ofDeed);
    known.set(job, found);
  }
  return found;
}

const ofDeed = (deed: Deed): Publication[] =>
  namesIn(deed).map((one) => (isPassing(one.image) ? { ...one, inRegistry: false } : one));

function namesIn(deed: Deed): Publication[] {
  switch (deed.kind) {
    case "build":
      return deed.images.map((image) => ({ image, deed, inRegistry: deed.pushed, certain: deed.certain }));
    case "push":
      return [{ image: deed.image, deed, inRegistry: true, certain: deed.certain }];
    case "move":
      return [{ image: deed.to, deed, inRegistry: deed.inRegistry, certain: deed.certain }];
    default:
      return [];
  }
}

/** Whether a build's image gets into a registry, by the build itself or by a push of its name in the same job. */
export function isPushed(build: ImageBuild): Known {
  if (build.images.length > 0 && build.images.every(isPassing)) return false;
  if (build.pushed !== false) return build.pushed;
  const names = new Set(build.images.map(({ whole }) => keyOf(whole)));
  const push = build.job.deeds.find((deed) => deed.kind === "push" && names.has(keyOf(deed.image.whole)));
  return push ? (push.happens === build.happens ? true : undefined) : false;
}

/** The artifact in which a job hands on the image that it has built: saved into a file, and that file uploaded. */
export function artifactOf(build: ImageBuild): Value | undefined {
  const { deeds } = build.job;
  const names = new Set(build.images.map(({ whole }) => keyOf(whole)));
  const save = deeds.find(
    (deed) =>
      deed.kind === "save" && deed.happens !== false && deed.images.some(({ whole }) => names.has(keyOf(whole))),
  );
  if (save?.kind !== "save") return undefined;
  const file = save.file ? textOf(save.file)?.split("/").at(-1) : undefined;
  const holds = (path: string): boolean =>
    file === undefined ? !save.file && /\.(?:tar|tgz|tar\.\w+)$/.test(path) : path.split("/").at(-1) === file;
  const upload = deeds.find(
    (deed) =>
      deed.kind === "upload" &&
      deed.happens !== false &&
      deeds.indexOf(deed) > deeds.indexOf(save) &&
      deed.path !== undefined &&
      (textOf(deed.path) ?? "").split(/\s+/).some(holds),
  );
  return upload?.kind === "upload" ? upload.name : undefined;
}

const firstLoads = new WeakMap<JobRun, number>();

/** Whether an image may come from a file that the job has loaded before. */
export function mayBeLoaded(deed: Deed): boolean {
  const { job } = deed;
  const first = firstLoads.get(job) ?? job.deeds.findIndex(({ kind, happens }) => kind === "load" && happens !== false);
  firstLoads.set(job, first);
  return first !== -1 && job.deeds.indexOf(deed) > first;
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
export const placeOfImage = (deed: Deed, image: ImageReference): { document: Document; at: Span } =>
  image.writtenAt ?? { document: deed.document, at: deed.kind === "build" ? (deed.tagsAt ?? deed.at) : deed.at };
