/** What the pipelines of one repository must not have in common: GitHub and the registry know no pipelines, only names. */
import type { Problem } from "../../config/problem.ts";
import type { Pipeline } from "../types.ts";

interface Used {
  value: string;
  pipeline: Pipeline;
  path: PropertyKey[];
}

export function sharedProblems(pipelines: readonly Pipeline[]): Problem[] {
  if (pipelines.length === 1) return [];
  const of = (values: (pipeline: Pipeline) => readonly { value: string; path: PropertyKey[] }[]): Used[] => pipelines.flatMap((pipeline) => values(pipeline).map((used) => ({ ...used, pipeline })));
  const workflows = of((pipeline) => [...Object.values(pipeline.workflows).map(({ name }) => ({ value: name, path: ["names"] })), ...pipeline.consumers.map(({ key, name }) => ({ value: name, path: ["consumers", key] }))]);
  const files = of((pipeline) => [...Object.values(pipeline.workflows).map(({ path }) => ({ value: path, path: ["files"] })), ...pipeline.consumers.map(({ key, path }) => ({ value: path, path: ["consumers", key] }))]);
  const images = of((pipeline) => pipeline.builds.flatMap((build) => (build.kind === "image" ? [{ value: build.image, path: ["builds", build.bake?.group ?? build.key] }] : [])));
  const projects = of((pipeline) => [{ value: pipeline.project, path: ["project"] }]);
  return [
    ...twice(projects, (value, other) => `Two pipelines have the project "${value}": their concurrency groups would be the same, and ${other} would cancel the other's runs.`),
    ...twice(workflows, (value) => `Workflows of two pipelines have the name "${value}". Triggers and branch rules could not tell them apart.`),
    ...twice(files, (value) => `Workflows of two pipelines would be written to ${value}.`),
    ...twice(images, (value) => `Two pipelines build ${value}. Each would move the other's tags and delete its images.`),
  ];
}

/** Compared without case, as registries, statuses and some file systems do. */
function twice(used: readonly Used[], message: (value: string, other: string) => string): Problem[] {
  const first = new Map<string, Pipeline>();
  return used.flatMap(({ value, pipeline, path }): Problem[] => {
    const folded = value.toLowerCase();
    const other = first.get(folded);
    if (other === undefined) first.set(folded, pipeline);
    if (other === undefined || other === pipeline) return [];
    return [{ path: [...(pipeline.member === undefined ? [] : ["pipelines", pipeline.member]), ...path], message: message(value, other.member ?? other.project), hint: "Give one of them another name." }];
  });
}
