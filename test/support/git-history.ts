/** A real git repository with a history that a test writes commit by commit. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface GitHistory {
  readonly folder: string;
  git(...words: string[]): string;
  /** An empty commit with this whole message; gives its SHA. */
  commit(message: string, author?: string): string;
  tag(name: string): void;
  remove(): void;
}

export function startHistory(): GitHistory {
  const folder = mkdtempSync(join(tmpdir(), "pipewright-history-"));
  let minute = 0;
  const run = (words: readonly string[], input = "", author = "Ada"): string => {
    const date = new Date(Date.parse("2026-03-01T00:00:00Z") + minute * 60_000).toISOString();
    const identity = {
      GIT_AUTHOR_NAME: author,
      GIT_AUTHOR_EMAIL: "a@example.com",
      GIT_COMMITTER_NAME: "Ada",
      GIT_COMMITTER_EMAIL: "a@example.com",
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
    };
    return execFileSync("git", words, {
      cwd: folder,
      input,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: folder, ...identity },
    }).trim();
  };
  run(["init", "--quiet", "--initial-branch=main"]);
  return {
    folder,
    git: (...words) => run(words),
    commit(message, author) {
      minute += 1;
      run(["commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "--file=-"], message, author);
      return run(["rev-parse", "HEAD"]);
    },
    tag: (name) => void run(["tag", name]),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
