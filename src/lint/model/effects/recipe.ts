/** What an image is built from, brought to paths from the repository's root. */
import type { Recipe, StepRun } from "../model.ts";
import { normal } from "../paths.ts";
import { type Value, HOLE, literal, textOf } from "../value.ts";

export interface WrittenRecipe {
  name?: string | undefined;
  context: Value | undefined;
  file: Value | undefined;
  target: Value | undefined;
  platforms: Value | undefined;
  buildArgs: ReadonlyMap<string, Value>;
  complete: boolean;
  git: boolean;
  /** Where relative paths begin. */
  folder: string | undefined;
}

export function recipeOf({
  name,
  context,
  file,
  target,
  platforms,
  buildArgs,
  complete,
  git,
  folder,
}: WrittenRecipe): Recipe {
  const place = context === undefined || textOf(context) === "" ? literal(".") : context;
  const root = resolved(place, folder);
  return {
    name,
    context: root,
    file: file === undefined || textOf(file) === "" ? under(root, "Dockerfile") : resolved(file, folder),
    target: target ?? literal(""),
    platforms: platforms ?? literal(""),
    buildArgs,
    complete,
    git,
  };
}

const resolved = (value: Value, folder: string | undefined): Value => {
  const text = textOf(value);
  if (text === undefined || folder === undefined) return HOLE;
  return literal(/^(?:https?:|git@|\/|-$|~)/.test(text) ? text : normal(`${folder}/${text}`));
};

const under = (folder: Value, file: string): Value => {
  const text = textOf(folder);
  return text === undefined || /^(?:https?:|git@|-$)/.test(text) ? HOLE : literal(normal(`${text}/${file}`));
};

/** The folder in which a step's script runs, from the workspace's root; nothing where it is not known. */
export function folderOf(step: StepRun): string | undefined {
  const { step: written, job } = step;
  const node =
    written.workingDirectory ??
    (step.action ? undefined : (job.job.defaults?.workingDirectory ?? job.job.workflow.defaults?.workingDirectory));
  if (!node) return ".";
  return node.value.includes("${{") ? undefined : normal(node.value);
}
