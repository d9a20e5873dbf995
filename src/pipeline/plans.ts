/** A repository may hold several pipelines. Each has a plan of its own; what they share is asked of all of them. Pure. */
import type { Problem } from "../config/problem.ts";
import type { Config, MemberConfig } from "../config/schema.ts";
import { type Plan, plan, dockerfilesOf as dockerfilesOfOne } from "./plan.ts";
import { sharedProblems } from "./invariants/shared.ts";
import type { Pipeline, RepositoryFacts } from "./types.ts";

export interface Plans {
  /** The repository's own first, then the others in the config's order. */
  pipelines: Pipeline[];
  /** What would not fit together. Plans with problems must not be compiled. */
  problems: Problem[];
}

interface Part {
  config: Config;
  member: string | undefined;
}

/** A pipeline of several is a config of its own, but for the one check and the one linter of the repository. */
const configOf = (config: Config, key: string, member: MemberConfig): Config => ({
  ...member,
  project: member.project ?? `${config.project}-${key}`,
  files: { ...member.files, prefix: member.files.prefix || `${key}-` },
  pipelines: {},
  check: false,
  lint: undefined,
});

const partsOf = (config: Config): Part[] => [
  { config, member: undefined },
  ...Object.entries(config.pipelines).map(([key, member]) => ({ config: configOf(config, key, member), member: key })),
];

/** @param repository what was read of the repository; without it, what depends on it is not asked. */
export function plans(config: Config, repository?: RepositoryFacts): Plans {
  const made = partsOf(config).map(({ config: own, member }): Plan & { member: string | undefined } => ({
    ...plan(own, repository, member),
    member,
  }));
  const placed = made.flatMap(({ problems, member }) =>
    problems.map((problem): Problem =>
      member === undefined ? problem : { ...problem, path: ["pipelines", member, ...problem.path] },
    ),
  );
  const pipelines = made.map(({ pipeline }) => pipeline);
  return { pipelines, problems: [...placed, ...(placed.length === 0 ? sharedProblems(pipelines) : [])] };
}

/** The Dockerfiles that a caller should read for `plans`, relative to the repository's root. */
export const dockerfilesOf = (config: Config): string[] => [
  ...new Set(partsOf(config).flatMap((part) => dockerfilesOfOne(part.config))),
];
