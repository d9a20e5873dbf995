/** Types of artifacts.mjs, for the tests. */
import type { GithubApi } from "./github.mjs";

export interface Artifact {
  readonly id: number;
  readonly created_at: string;
}
export function findArtifacts(github: GithubApi, repository: string, name: string): Promise<Artifact[]>;
