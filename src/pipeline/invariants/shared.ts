/** What the pipelines of one repository must not have in common: GitHub and the registries know no pipelines, only names. */
import type { Problem } from "../../config/problem.ts";
import { CONFIG_CHECK, NIGHTLY_SUFFIX, RELEASE_SUFFIX } from "../check-names.ts";
import { imageBaseName, imageIn } from "../images.ts";
import type { ImageBuild, Pipeline } from "../types.ts";

/** A name, and the setting that gives it. */
interface Named {
  value: string;
  path: PropertyKey[];
}

interface Space {
  of: (pipeline: Pipeline) => Named[];
  message: (value: string, other: string) => string;
}

const SPACES: readonly Space[] = [
  {
    of: ({ project }) => [{ value: project, path: ["project"] }],
    message: (value, other) =>
      `The pipeline "${other}" has the project "${value}" as well: their concurrency groups would be the same, and each would cancel the other's runs.`,
  },
  {
    of: workflowNames,
    message: (value, other) =>
      `A workflow of the pipeline "${other}" has the name "${value}" as well. Triggers and branch rules could not tell them apart.`,
  },
  {
    of: paths,
    message: (value, other) => `A workflow of the pipeline "${other}" would be written to ${value} as well.`,
  },
  {
    of: statuses,
    message: (value, other) =>
      `The pipeline "${other}" reports "${value}" on the same commits, and a branch rule could not tell them apart.`,
  },
  {
    of: images,
    message: (value, other) =>
      `The pipeline "${other}" pushes ${value} as well. Each would move the other's tags and delete its images.`,
  },
  {
    of: releases,
    message: (value, other) =>
      `The pipeline "${other}" also makes a release on GitHub for tags like ${value}. Each would replace the other's notes and files.`,
  },
];

/** One problem a setting: two workflows of one name report one status, too. */
export function sharedProblems(pipelines: readonly Pipeline[]): Problem[] {
  if (pipelines.length === 1) return [];
  const problems = SPACES.flatMap((space) => inTwo(pipelines, space));
  return problems.filter(
    ({ path }, index) => problems.findIndex((other) => other.path.join("/") === path.join("/")) === index,
  );
}

function workflowNames({ workflows, consumers }: Pipeline): Named[] {
  return [
    ...Object.entries(workflows).map(([kind, { name }]) => ({ value: name, path: ["names", kind] })),
    ...consumers.map(({ key, workflow, group }) => ({
      value: workflow,
      path: group === undefined ? ["consumers", key, "name"] : ["groups", group, "name"],
    })),
  ];
}

function paths({ workflows, consumers }: Pipeline): Named[] {
  return [
    ...Object.entries(workflows).map(([kind, { path }]) => ({ value: path, path: ["files", "names", kind] })),
    ...consumers.map(({ key, path, group }) => ({
      value: path,
      path: group === undefined ? ["consumers", key, "file"] : ["groups", group, "file"],
    })),
  ];
}

/** The contexts of checks and verdicts, which all stand in one list on a commit. */
function statuses({ workflows, checks, check, consumers }: Pipeline): Named[] {
  const own = workflows.build ? Object.values(checks).map((value) => ({ value, path: ["names", "build"] })) : [];
  const suffixes = [...(workflows.nightly ? [NIGHTLY_SUFFIX] : []), ...(workflows.release ? [RELEASE_SUFFIX] : [])];
  return [
    ...own,
    ...(check ? [{ value: CONFIG_CHECK, path: ["check"] }] : []),
    ...consumers.flatMap(({ key, name }) =>
      ["", ...suffixes].map((suffix) => ({ value: name + suffix, path: ["consumers", key, "name"] })),
    ),
  ];
}

/** In every registry: where it is built, and where it is copied to. */
function images({ builds, bases, copies, mirrors, publish }: Pipeline): Named[] {
  const pathOf = (build: ImageBuild): PropertyKey[] =>
    build.bake ? ["builds", build.bake.group, "targets", build.key, "image"] : ["builds", build.key, "image"];
  const built = builds.filter((build) => build.kind === "image");
  return [
    ...built.map((build) => ({ value: build.image, path: pathOf(build) })),
    ...bases.map(({ key, image }) => ({ value: image, path: ["bases", key, "image"] })),
    ...[...copies, ...mirrors].flatMap((registry) =>
      built.map((build) => ({ value: imageIn(registry, imageBaseName(build.image)), path: pathOf(build) })),
    ),
    ...publish.flatMap((target) =>
      target.kind === "images"
        ? target.images.map(({ build, name }) => ({
            value: imageIn(target.to, name),
            path: ["publish", target.key, "names", build.key],
          }))
        : [],
    ),
  ];
}

function releases({ release, publish }: Pipeline): Named[] {
  return release
    ? publish
        .filter(({ kind }) => kind === "githubRelease")
        .map(({ key }) => ({ value: release.tags, path: ["publish", key] }))
    : [];
}

/** Compared without case, as registries, statuses and some file systems do. */
function inTwo(pipelines: readonly Pipeline[], { of, message }: Space): Problem[] {
  const first = new Map<string, Pipeline>();
  return pipelines.flatMap((pipeline) => {
    const mine = of(pipeline);
    const problems = mine.flatMap(({ value, path }): Problem[] => {
      const other = first.get(value.toLowerCase());
      return other
        ? [
            {
              path: [...(pipeline.member === undefined ? [] : ["pipelines", pipeline.member]), ...path],
              message: message(value, other.member ?? other.project),
              hint: "Give one of them another name.",
            },
          ]
        : [];
    });
    for (const { value } of mine) if (!first.has(value.toLowerCase())) first.set(value.toLowerCase(), pipeline);
    return problems;
  });
}
