/** What is made of the config's keys must not be too long for GitHub: ids of jobs, and concurrency groups. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { LIMITS } from "../../workflow/limits.ts";
import { type RunKind } from "../runs.ts";
import { stagesOf } from "../stages.ts";
import { groupKeyOf } from "../build-groups.ts";
import type { Pipeline } from "../types.ts";

/** Something of the config with a key, of which the compiler makes ids. */
interface Keyed {
  key: string;
  path: PropertyKey[];
}

const RUNS: readonly RunKind[] = ["build", "nightly", "release"];

/** What a run adds to its group: a ref, which GitHub ends at 255 bytes, or a repository and branch, and a commit. */
const REF_AND_COMMIT = 255 + 1 + 40;

export function lengthProblems(config: Config, pipeline: Pipeline): Problem[] {
  const keys = keysOf(config, pipeline);
  const ids = idProblems(pipeline, keys);
  return ids.length > 0 ? ids : groupProblems(pipeline, keys);
}

function keysOf(config: Config, pipeline: Pipeline): Keyed[] {
  return [
    ...new Map(
      pipeline.builds.map((build) => [build.key, { key: build.key, path: pathOf(config, build.key) }]),
    ).values(),
    ...pipeline.builds.flatMap((build) =>
      build.kind === "image" ? [{ key: groupKeyOf(build), path: ["builds", groupKeyOf(build)] }] : [],
    ),
    ...pipeline.consumers.map(({ key }) => ({ key, path: ["consumers", key] })),
    ...pipeline.publish.map(({ key }) => ({ key, path: ["publish", key] })),
  ];
}

/** A target of a bake file is a build of the plan, under the file's key in the config. */
function pathOf(config: Config, key: string): PropertyKey[] {
  if (key in config.builds) return ["builds", key];
  const file = Object.entries(config.builds).find(([, build]) => build.kind === "bake" && key in build.targets)?.[0];
  return file === undefined ? ["builds"] : ["builds", file, "targets", key];
}

/** Ids are a kind, a dash and a key: whose key is too long is found by it. */
function idProblems(pipeline: Pipeline, keys: readonly Keyed[]): Problem[] {
  const most = LIMITS.idLength.value;
  const told = new Set<PropertyKey[]>();
  return RUNS.flatMap((run) => stagesOf(pipeline, run)).flatMap(({ id }): Problem[] => {
    if (id.length <= most) return [];
    const owner = keys.find(({ key }) => id.endsWith(`-${key}`));
    const path = owner?.path ?? [];
    if (owner && told.has(path)) return [];
    told.add(path);
    return [
      {
        path,
        at: "key",
        message: `A job would have the id "${id}", of ${id.length} characters. GitHub accepts ${most}.`,
        hint: `Write a key of at most ${(owner?.key ?? id).length - (id.length - most)} characters.`,
      },
    ];
  });
}

/** Groups are the project, a kind and a key, and what tells the runs apart. */
function groupProblems({ project }: Pipeline, keys: readonly Keyed[]): Problem[] {
  const most = LIMITS.concurrencyGroup.value;
  const room = most - REF_AND_COMMIT;
  const written = (key: string): number => `${project}/deliver/${key}/`.length;
  const longest = [...keys].sort((one, other) => other.key.length - one.key.length)[0];
  if (!longest || written(longest.key) <= room) return [];
  const ofProject = project.length > longest.key.length;
  return [
    {
      path: ofProject ? ["project"] : longest.path,
      ...(!ofProject && { at: "key" as const }),
      message: `A concurrency group begins with "${project}/" and a key such as "${longest.key}", and a branch's name and a commit follow: more than GitHub's ${most} characters.`,
      hint: `Write a ${ofProject ? "project" : "key"} of at most ${(ofProject ? project : longest.key).length - (written(longest.key) - room)} characters.`,
    },
  ];
}
