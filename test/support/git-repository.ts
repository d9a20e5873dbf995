/** Real Git repositories in temporary folders, whatever the machine's own settings of Git are. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface GitRepository {
  readonly folder: string;
  /** Runs git; gives its standard output, trimmed. */
  git(...words: string[]): string;
  write(file: string, text: string): void;
  /** Writes the files, commits everything, and gives the commit. */
  commit(files: Readonly<Record<string, string>>): string;
  remove(): void;
}

const SETTINGS = {
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@example.com",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@example.com",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
};

/** A new repository with the branch main; or a clone, with `git clone`'s own words. */
export function createRepository(...clone: string[]): GitRepository {
  const folder = mkdtempSync(join(tmpdir(), "pipewright-git-"));
  const git = (...words: string[]): string =>
    execFileSync("git", words, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env["PATH"], HOME: folder, ...SETTINGS },
    }).trim();
  if (clone.length > 0) git("clone", "--quiet", ...clone, folder);
  else git("init", "--quiet", "--initial-branch=main");
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  return {
    folder,
    git,
    write,
    commit(files) {
      for (const [file, text] of Object.entries(files)) write(file, text);
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message=x");
      return git("rev-parse", "HEAD");
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
