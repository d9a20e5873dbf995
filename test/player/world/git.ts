/** Real git repositories: the repository itself and forks, bare, with one working copy in which commits are made. */
import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** File path -> text; null removes the file. A text that begins with `#!` becomes executable. */
export type Files = Readonly<Record<string, string | null>>;

export interface Git {
  /** The bare repository of `owner/name`, if there is one. */
  folder(repository: string): string | undefined;
  /** Commits on top of a branch (or of `from`, for a new one) and pushes it. Returns the commit. */
  commit(
    repository: string,
    branch: string,
    files: Files,
    options?: { from?: string; message?: string },
  ): Promise<string>;
  /** Makes `repository` a fork: it begins with everything that the own one holds. */
  fork(repository: string): Promise<void>;
  /** The merge commit of a pull request, under refs/pull/N/merge, with the head under refs/pull/N/head. */
  mergePull(
    number: number,
    base: string,
    headRepository: string,
    head: string,
  ): Promise<{ baseSha: string; mergeSha: string }>;
  /** Merges `head` into `base`, as the merge queue and the merge button do, and puts the result under `ref`. */
  merge(base: string, head: string, ref: string, message: string): Promise<string>;
  ref(name: string): Promise<string | undefined>;
  /** The commit of a branch, a tag or a full ref. Throws when there is none. */
  tip(name: string): Promise<string>;
  setRef(name: string, sha: string): Promise<void>;
  branches(): Promise<{ name: string; sha: string }[]>;
  /** When a commit was made. */
  date(sha: string): Promise<Date>;
  read(sha: string, path: string): Promise<string>;
  list(sha: string, folder: string): Promise<string[]>;
  /** What git prints in the repository itself; throws where git fails. */
  query(...args: string[]): Promise<string>;
  /** A blob as it is stored. */
  blob(sha: string): Promise<Buffer>;
  /** Stores a blob, a tree that differs from another one in some files, and a commit; each gives its name. */
  writeBlob(content: Buffer): Promise<string>;
  writeTree(base: string, entries: readonly { mode: string; sha: string; path: string }[]): Promise<string>;
  writeCommit(tree: string, parents: readonly string[], message: string): Promise<string>;
  deleteRef(name: string): Promise<void>;
  /** Writes what a folder holds at a commit into `target`, under its path; false where there is no such folder. */
  extract(sha: string, target: string): Promise<boolean>;
}

export async function createGit(folder: string, own: string, now: () => Date): Promise<Git> {
  const work = join(folder, "work");
  const bare = (repository: string): string => join(folder, `${repository}.git`);
  mkdirSync(work, { recursive: true });
  // Nothing of the machine's own git settings reaches the world.
  const environment = (): NodeJS.ProcessEnv => {
    const date = now().toISOString();
    return {
      PATH: process.env["PATH"],
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
    };
  };
  const git = async (cwd: string, ...args: string[]): Promise<string> =>
    (await run("git", args, { cwd, env: environment(), maxBuffer: 64 << 20 })).stdout.trimEnd();
  const initBare = async (repository: string): Promise<void> => {
    mkdirSync(bare(repository), { recursive: true });
    await git(bare(repository), "init", "--quiet", "--bare", "--initial-branch", "main");
    await git(bare(repository), "config", "uploadpack.allowAnySHA1InWant", "true");
    await git(bare(repository), "config", "gc.auto", "0");
  };
  await initBare(own);
  await git(work, "init", "--quiet", "--initial-branch", "unused");
  await git(work, "config", "user.name", "Ann");
  await git(work, "config", "user.email", "ann@example.test");

  // One working copy: what is done in it is done one after the other.
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <Value>(task: () => Promise<Value>): Promise<Value> => {
    const result = queue.then(task);
    queue = result.catch(() => undefined);
    return result;
  };
  const resolveRef = async (repository: string, name: string): Promise<string | undefined> => {
    try {
      return await git(bare(repository), "rev-parse", "--verify", "--quiet", `${name}^{commit}`);
    } catch {
      return undefined;
    }
  };
  const fetch = async (repository: string, sha: string): Promise<void> =>
    void (await git(work, "fetch", "--quiet", bare(repository), sha));
  const merge = (
    base: string,
    headRepository: string,
    head: string,
    ref: string,
    message: string,
  ): Promise<{ baseSha: string; mergeSha: string }> =>
    inTurn(async () => {
      const baseSha = await resolveRef(own, `refs/heads/${base}`);
      if (!baseSha) throw new Error(`There is no branch ${base}.`);
      await fetch(own, baseSha);
      await fetch(headRepository, head);
      await git(work, "checkout", "--quiet", "--force", "--detach", baseSha);
      await git(work, "merge", "--quiet", "--no-ff", "-m", message, head);
      await git(work, "push", "--quiet", "--force", bare(own), `HEAD:${ref}`);
      return { baseSha, mergeSha: await git(work, "rev-parse", "HEAD") };
    });

  return {
    folder: (repository) => (existsSync(bare(repository)) ? bare(repository) : undefined),
    commit: (repository, branch, files, options = {}) =>
      inTurn(async () => {
        const tip =
          (await resolveRef(repository, `refs/heads/${branch}`)) ??
          (options.from === undefined ? undefined : await resolveRef(repository, options.from));
        if (tip) {
          await fetch(repository, tip);
          await git(work, "checkout", "--quiet", "--force", "--detach", tip);
        } else {
          await git(work, "checkout", "--quiet", "--orphan", `new-${Date.now()}`);
          await git(work, "rm", "-rfq", "--ignore-unmatch", ".");
        }
        await git(work, "clean", "-fdxq");
        for (const [path, text] of Object.entries(files)) {
          const target = join(work, path);
          if (text === null) rmSync(target, { force: true });
          else {
            mkdirSync(dirname(target), { recursive: true });
            writeFileSync(target, text);
            if (text.startsWith("#!")) chmodSync(target, 0o755);
          }
        }
        await git(work, "add", "--all");
        await git(work, "commit", "--quiet", "--allow-empty", "-m", options.message ?? `Change ${branch}`);
        await git(work, "push", "--quiet", "--force", bare(repository), `HEAD:refs/heads/${branch}`);
        return git(work, "rev-parse", "HEAD");
      }),
    fork: (repository) =>
      inTurn(async () => {
        if (existsSync(bare(repository))) return;
        await initBare(repository);
        await git(bare(own), "push", "--quiet", bare(repository), "refs/heads/*:refs/heads/*");
      }),
    async mergePull(number, base, headRepository, head) {
      const merged = await merge(base, headRepository, head, `refs/pull/${number}/merge`, `Merge ${head} into ${base}`);
      await inTurn(() => git(bare(own), "update-ref", `refs/pull/${number}/head`, head));
      return merged;
    },
    merge: async (base, head, ref, message) => (await merge(base, own, head, ref, message)).mergeSha,
    ref: (name) => resolveRef(own, name),
    async tip(name) {
      const sha =
        (await resolveRef(own, name.startsWith("refs/") ? name : `refs/heads/${name}`)) ??
        (await resolveRef(own, `refs/tags/${name}`));
      if (!sha) throw new Error(`There is no branch ${name}.`);
      return sha;
    },
    setRef: async (name, sha) => void (await inTurn(() => git(bare(own), "update-ref", name, sha))),
    async branches() {
      const text = await git(bare(own), "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads");
      return text
        .split("\n")
        .filter(Boolean)
        .map((line) => ({ name: line.split(" ")[0] ?? "", sha: line.split(" ")[1] ?? "" }));
    },
    date: async (sha) => new Date(await git(bare(own), "show", "--no-patch", "--format=%cI", sha)),
    read: (sha, path) => git(bare(own), "show", `${sha}:${path}`),
    async list(sha, folderPath) {
      const text = await git(bare(own), "ls-tree", "--name-only", sha, `${folderPath}/`);
      return text.split("\n").filter(Boolean);
    },
    query: (...args) => git(bare(own), ...args),
    blob: async (sha) =>
      (
        await run("git", ["cat-file", "blob", sha], {
          cwd: bare(own),
          env: environment(),
          encoding: "buffer",
          maxBuffer: 64 << 20,
        })
      ).stdout,
    async writeBlob(content) {
      const file = join(folder, "blob");
      return inTurn(() => {
        writeFileSync(file, content);
        return git(bare(own), "hash-object", "-w", file);
      });
    },
    writeTree: (base, entries) =>
      inTurn(async () => {
        const index = { env: { ...environment(), GIT_INDEX_FILE: join(folder, "index") }, cwd: bare(own) };
        await run("git", ["read-tree", base], index);
        for (const { mode, sha, path } of entries)
          await run("git", ["update-index", "--add", "--cacheinfo", `${mode},${sha},${path}`], index);
        return (await run("git", ["write-tree"], index)).stdout.trimEnd();
      }),
    writeCommit: (tree, parents, message) =>
      inTurn(() =>
        git(
          bare(own),
          "-c",
          "user.name=GitHub",
          "-c",
          "user.email=noreply@github.com",
          "commit-tree",
          tree,
          ...parents.flatMap((parent) => ["-p", parent]),
          "-m",
          message,
        ),
      ),
    deleteRef: async (name) => void (await inTurn(() => git(bare(own), "update-ref", "-d", name))),
    async extract(sha, target) {
      mkdirSync(target, { recursive: true });
      const archive = join(target, ".archive.tar");
      try {
        await git(bare(own), "archive", "--output", archive, sha);
      } catch {
        return false;
      }
      await run("tar", ["-xf", archive, "-C", target]);
      rmSync(archive);
      return true;
    },
  };
}
