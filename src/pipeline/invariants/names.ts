/** Names and paths are used once, and none leaves the repository. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { CONFIG_CHECK, CONTAINER_LOGS, NIGHTLY_SUFFIX } from "../check-names.ts";
import { leavesRepository, partsOf } from "../paths.ts";
import type { Pipeline } from "../types.ts";

interface Named {
  value: string;
  path: PropertyKey[];
}

export function nameProblems(config: Config, pipeline: Pipeline): Problem[] {
  const kinds = Object.entries(pipeline.workflows);
  const names: Named[] = [
    ...kinds.map(([kind, file]) => ({ value: file.name, path: kind in config.names ? ["names", kind] : ["names"] })),
    ...pipeline.consumers.map(({ key, name }) => ({
      value: name,
      path: ["consumers", key, ...(config.consumers[key]?.name === undefined ? [] : ["name"])],
    })),
  ];
  const ownFile = pipeline.consumers.filter(({ group }) => group === undefined);
  const groups = [
    ...new Map(pipeline.consumers.flatMap((one) => (one.group === undefined ? [] : [[one.group, one]]))).values(),
  ];
  const groupPath = (part: "name" | "file", key: string): PropertyKey[] =>
    config.groups[key]?.[part] === undefined ? ["groups"] : ["groups", key, part];
  const workflows: Named[] = [
    ...names.slice(0, kinds.length),
    ...ownFile.map(({ workflow, key }) => ({ value: workflow, path: ["consumers", key] })),
    ...groups.map(({ workflow, group = "" }) => ({ value: workflow, path: groupPath("name", group) })),
  ];
  const files: Named[] = [
    ...kinds.map(([kind, file]) => ({
      value: file.path,
      path: kind in config.files.names ? ["files", "names", kind] : ["files"],
    })),
    ...ownFile.map(({ key, path }) => ({
      value: path,
      path: ["consumers", key, ...(config.consumers[key]?.file === undefined ? [] : ["file"])],
    })),
    ...groups.map(({ group = "", path }) => ({ value: path, path: groupPath("file", group) })),
  ];
  const sameName = (value: string): string =>
    `Two workflows have the name "${value}". Triggers and branch rules could not tell them apart.`;
  return [
    ...repeated(names, sameName),
    ...repeated(workflows, sameName).filter(({ path }) => path[0] === "groups"),
    ...repeated(files, (value) => `Two workflows would be written to ${value}.`),
    ...statusProblems(names.slice(kinds.length), pipeline),
    ...artifactProblems(pipeline),
    ...pathProblems(config, pipeline),
  ];
}

/** Compared without case: some file systems do not know the difference, and GitHub's statuses ignore it. */
function repeated(named: readonly Named[], message: (value: string) => string): Problem[] {
  const seen = new Set<string>();
  return named.flatMap(({ value, path }) => {
    const folded = value.toLowerCase();
    if (!seen.has(folded)) {
      seen.add(folded);
      return [];
    }
    return [{ path, message: message(value), hint: "Give one of them another name." }];
  });
}

/** A consumer's name is the context of its status, beside Pipewright's own checks and the nightly verdicts of others. */
function statusProblems(consumers: readonly Named[], pipeline: Pipeline): Problem[] {
  const nightly = pipeline.workflows.nightly
    ? pipeline.consumers.map((consumer) => consumer.name + NIGHTLY_SUFFIX)
    : [];
  const taken = [...Object.values(pipeline.checks), CONFIG_CHECK, ...nightly].map((name) => name.toLowerCase());
  return consumers
    .filter(({ value }) => taken.includes(value.toLowerCase()))
    .map(({ value, path }) => ({
      path,
      message: `Another check on the same commit is called "${value}", and a branch rule could not tell them apart.`,
      hint: "Give the consumer another name.",
    }));
}

function artifactProblems(pipeline: Pipeline): Problem[] {
  return pipeline.consumers.flatMap((consumer) =>
    repeated(
      [
        ...(consumer.container ? [{ value: CONTAINER_LOGS, path: ["consumers", consumer.key, "container"] }] : []),
        ...consumer.artifacts.map((artifact, index) => ({
          value: artifact.name,
          path: ["consumers", consumer.key, "artifacts", index, "name"],
        })),
      ],
      (value) => `Two artifacts of "${consumer.key}" have the name "${value}". GitHub accepts a name once a run.`,
    ),
  );
}

function pathProblems(config: Config, pipeline: Pipeline): Problem[] {
  const paths: Named[] = Object.entries(config.builds).flatMap(([key, build]) =>
    build.kind === "image"
      ? [
          { value: build.dockerfile, path: ["builds", key, "dockerfile"] },
          { value: build.context, path: ["builds", key, "context"] },
        ]
      : build.kind === "bake"
        ? [
            { value: build.file, path: ["builds", key, "file"] },
            ...Object.entries(build.targets).flatMap(([target, { dockerfile, context }]) => [
              { value: dockerfile, path: ["builds", key, "targets", target, "dockerfile"] },
              { value: context, path: ["builds", key, "targets", target, "context"] },
            ]),
          ]
        : [],
  );
  const files = pipeline.consumers.map((consumer) => ({
    value: consumer.path,
    path: ["consumers", consumer.key, "file"],
  }));
  return [
    ...paths
      .filter(({ value }) => leavesRepository(value))
      .map(({ value, path }) => ({
        path,
        message: `"${value}" leaves the repository.`,
        hint: "Write a path relative to the repository's root.",
      })),
    ...files
      .filter(({ value }) => value.startsWith("/") || partsOf(value).slice(0, -1).join("/") !== ".github/workflows")
      .map(({ value, path }) => ({
        path,
        message: `"${value}" is not directly in .github/workflows, where alone GitHub looks.`,
        hint: "Write a file name without folders.",
      })),
  ];
}
