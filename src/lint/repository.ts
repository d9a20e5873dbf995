/** All files of one repository that the lint pass knows, and what is derived from them together. */
import type { ActionDocument, Document, WorkflowDocument } from "../workflow/document/document.ts";

/** The rest of the repository: Dockerfiles, bake files, scripts. Paths from its root, with `/`. */
export interface RepositoryFiles {
  /** The text, or nothing where there is no such file (or it is outside of the repository, or too large to be a source). */
  read(path: string): string | undefined;
  exists(path: string): boolean;
  /** Paths of a folder's entries, one level deep; empty where there is no such folder. */
  list(folder: string): readonly string[];
}

export interface Repository {
  documents: readonly Document[];
  files: RepositoryFiles;
  /** Whether `documents` holds every workflow of the repository: without that, nothing can be said to be missing. */
  complete: boolean;
}

export const NO_FILES: RepositoryFiles = { read: () => undefined, exists: () => false, list: () => [] };

export const workflowsOf = ({ documents }: Repository): WorkflowDocument[] =>
  documents.filter((document) => document.kind === "workflow");
export const actionsOf = ({ documents }: Repository): ActionDocument[] =>
  documents.filter((document) => document.kind === "action");

/** The workflow that `jobs.<id>.uses: ./<path>` calls. */
export const workflowAt = (repository: Repository, path: string): WorkflowDocument | undefined =>
  workflowsOf(repository).find(({ file }) => file.path === path);

/** The action in a folder. */
export const actionIn = (repository: Repository, folder: string): ActionDocument | undefined =>
  actionsOf(repository).find(
    ({ file }) =>
      file.path === `${folder}/action.yml` ||
      file.path === `${folder}/action.yaml` ||
      (folder === "" && /^action\.ya?ml$/.test(file.path)),
  );
