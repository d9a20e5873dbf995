/** What one job builds: the targets of a bake file together, every other image by itself. */
import { groupKeyOf } from "../../../pipeline/images.ts";
import type { RunKind } from "../../../pipeline/stages.ts";
import type { EventClass, ImageBuild, Pipeline } from "../../../pipeline/types.ts";
import { isOneOf } from "../../classes.ts";
import { every, planned } from "../../expressions.ts";
import { type ImageJobs, runOf } from "./mode.ts";

export interface ImageGroup {
  key: string;
  /** At least one; the first stands for what all of them share. */
  builds: readonly ImageBuild[];
  first: ImageBuild;
}

export function groupsOf(builds: readonly ImageBuild[]): ImageGroup[] {
  const groups = new Map<string, ImageGroup>();
  for (const build of builds) {
    const key = groupKeyOf(build);
    const known = groups.get(key);
    groups.set(key, known ? { ...known, builds: [...known.builds, build] } : { key, builds: [build], first: build });
  }
  return [...groups.values()];
}

const classesOf = (pipeline: Pipeline, builds: readonly ImageBuild[]): EventClass[] =>
  pipeline.events.filter((event) => builds.some((build) => build.entries[event] !== undefined));

/** A condition: the run's event builds one of these; nothing where every event does. @param value what holds the class */
export const isBuiltIn = (
  pipeline: Pipeline,
  builds: readonly ImageBuild[],
  run: RunKind,
  value?: string,
): string | undefined => isOneOf(classesOf(pipeline, builds), run, pipeline, value);

/** A condition that is known before the job starts: the image is for this event, and none of the history will do. */
export const isWanted = (pipeline: Pipeline, build: ImageBuild, mode: ImageJobs): string =>
  every(isBuiltIn(pipeline, [build], runOf(mode)), mode.reuse && `${planned(`${build.key}-digest`)} == ''`);

/** A condition inside the job: nobody has built the image of this commit yet, either. */
export const isMissing = (pipeline: Pipeline, build: ImageBuild, mode: ImageJobs): string =>
  every(build.bake && isWanted(pipeline, build, mode), `steps.${findId(build)}.outputs.found != 'true'`);

/** The id of the step that looks for an image of the commit. */
export const findId = (build: ImageBuild): string => (build.bake ? `find-${build.key}` : "find");

/** `A || B`, each in brackets where it needs them; nothing where one of them always holds. */
export function some(conditions: readonly string[]): string | undefined {
  if (conditions.some((condition) => condition === "")) return undefined;
  const [only] = conditions;
  return conditions.length === 1
    ? only
    : `(${conditions.map((condition) => (condition.includes("&&") ? `(${condition})` : condition)).join(" || ")})`;
}
