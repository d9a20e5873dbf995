/** The artifacts of runs: folders on disk, with GitHub's rules for their names and how long they are kept. */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Artifact {
  readonly id: number;
  readonly run: number;
  readonly name: string;
  readonly folder: string;
  readonly size: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export class ArtifactRefused extends Error {}

/** The longest that GitHub keeps an artifact of a public repository, in days. */
const LONGEST_RETENTION = 90;

export interface NewArtifact {
  readonly id: number;
  readonly run: number;
  readonly name: string;
  /** Where the copy is made. */
  readonly folder: string;
  /** Path inside the artifact -> file on disk. */
  readonly files: ReadonlyMap<string, string>;
  /** Without it, the repository's default. */
  readonly retentionDays: number | undefined;
  readonly overwrite: boolean;
  readonly now: Date;
}

/** Adds an artifact to a run's. A second one of the same name is refused, as is a name with characters of paths. */
export function addArtifact(artifacts: Artifact[], content: NewArtifact): Artifact {
  if (!/^[^"<>|*?:\r\n\\/]+$/.test(content.name))
    throw new ArtifactRefused(`The artifact name is not valid: ${content.name}.`);
  const retention = content.retentionDays ?? LONGEST_RETENTION;
  if (retention < 1 || retention > LONGEST_RETENTION)
    throw new ArtifactRefused(`retention-days is ${retention}, outside 1 to ${LONGEST_RETENTION}.`);
  const old = artifacts.findIndex((artifact) => artifact.name === content.name);
  if (old !== -1) {
    if (!content.overwrite)
      throw new ArtifactRefused(
        `Failed to CreateArtifact: an artifact with the name ${content.name} already exists on the workflow run.`,
      );
    artifacts.splice(old, 1);
  }
  rmSync(content.folder, { recursive: true, force: true });
  mkdirSync(content.folder, { recursive: true });
  let size = 0;
  for (const [inside, source] of content.files) {
    const target = join(content.folder, inside);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(source, target);
    size += statSync(source).size;
  }
  const { id, run, name, folder, now } = content;
  const artifact = {
    id,
    run,
    name,
    folder,
    size,
    createdAt: now,
    expiresAt: new Date(now.getTime() + retention * 86_400_000),
  };
  artifacts.push(artifact);
  return artifact;
}

/** Copies an artifact's files into `folder`. */
export function extractArtifact(artifact: Artifact, folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (existsSync(artifact.folder))
    for (const entry of readdirSync(artifact.folder))
      cpSync(join(artifact.folder, entry), join(folder, entry), { recursive: true });
}

export const isExpired = (artifact: Artifact, now: Date): boolean => artifact.expiresAt.getTime() <= now.getTime();
