/** The rest of the repository, as rules ask for it; what they asked is written down, so that it can be asked again. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { RepositoryFiles } from "../../lint/repository.ts";
import { isWithin } from "../files/inside.ts";

/** A question and a digest of its answer. */
export interface Asked {
  what: "read" | "exists" | "list";
  path: string;
  answer: string;
}

/** Larger than any source that a rule would read. */
const LARGEST_BYTES = 1024 * 1024;

export function filesOnDisk(root: string): RepositoryFiles {
  const inside = (path: string): string | undefined => {
    const file = join(root, path);
    if (!isWithin(root, file) || !existsSync(file)) return undefined;
    try {
      return isWithin(realpathSync(root), realpathSync(file)) ? file : undefined;
    } catch {
      return undefined;
    }
  };
  return {
    read(path) {
      const file = inside(path);
      try {
        return file !== undefined && statSync(file).size <= LARGEST_BYTES ? readFileSync(file, "utf8") : undefined;
      } catch {
        return undefined;
      }
    },
    exists: (path) => inside(path) !== undefined,
    list(folder) {
      const file = inside(folder);
      try {
        return file === undefined
          ? []
          : readdirSync(file)
              .sort()
              .map((name) => (folder === "" || folder === "." ? name : `${folder.replace(/\/+$/, "")}/${name}`));
      } catch {
        return [];
      }
    },
  };
}

const digest = (answer: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify([answer]))
    .digest("base64url")
    .slice(0, 22);

/** The same files; every question is noted once in `log`. */
export function recorded(files: RepositoryFiles, log: Asked[]): RepositoryFiles {
  const answers = new Map<string, unknown>();
  const ask = <Answer>(what: Asked["what"], path: string, find: () => Answer): Answer => {
    const key = `${what}:${path}`;
    if (!answers.has(key)) {
      const answer = find();
      answers.set(key, answer);
      log.push({ what, path, answer: digest(answer) });
    }
    return answers.get(key) as Answer;
  };
  return {
    read: (path) => ask("read", path, () => files.read(path)),
    exists: (path) => ask("exists", path, () => files.exists(path)),
    list: (folder) => ask("list", folder, () => files.list(folder)),
  };
}

/** Whether every question would be answered as it was. */
export const isUnchanged = (files: RepositoryFiles, log: readonly Asked[]): boolean =>
  log.every(({ what, path, answer }) => digest(files[what](path)) === answer);
