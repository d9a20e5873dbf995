/** Steps that run an action of the same repository. */
import type { ActionDocument, Document, Step } from "../../../../workflow/document/document.ts";
import { stepsOf } from "../../../../workflow/document/document.ts";
import { scalarOf, scalarType, valueOf } from "../../../../workflow/yaml/node.ts";
import { actionsOf, type Repository } from "../../../repository.ts";

export interface LocalUse {
  document: Document;
  step: Step;
  /** The folder, from the repository's root. */
  folder: string;
  action: ActionDocument | undefined;
}

/** What `./` of a file stands for: a repository may hold others as examples or templates, each with its own `.github`. */
export function rootOf({ file }: Document): string {
  const at = file.path.lastIndexOf(".github/");
  return at === -1 ? "" : file.path.slice(0, at);
}

const known = new WeakMap<Repository, LocalUse[]>();

export function localUsesOf(repository: Repository): readonly LocalUse[] {
  let uses = known.get(repository);
  if (!uses) {
    const byFolder = new Map(
      actionsOf(repository).map((action) => [action.file.path.replace(/\/?action\.ya?ml$/i, ""), action]),
    );
    uses = repository.documents.flatMap((document) =>
      stepsOf(document).flatMap((step) => {
        if (step.uses?.kind !== "local") return [];
        const folder = (rootOf(document) + step.uses.path).replace(/\/$/, "");
        return [{ document, step, folder, action: byFolder.get(folder) }];
      }),
    );
    known.set(repository, uses);
  }
  return uses;
}

export interface DeclaredInput {
  name: string;
  /** Required, and nothing takes its place. */
  needed: boolean;
}

export function declaredInputsOf(action: ActionDocument): DeclaredInput[] {
  return [...action.inputs].map(([name, { value }]) => {
    const required = scalarOf(valueOf(value, "required"));
    const isRequired = required !== undefined && scalarType(required) !== "null" && /^true$/i.test(required.value);
    return { name, needed: isRequired && valueOf(value, "default") === undefined };
  });
}
