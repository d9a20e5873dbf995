import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { originOf, repositoryIn } from "../../src/cli/git-remote.ts";
import { folder } from "./folder.ts";

const git = (cwd: string, ...args: string[]): void =>
  void execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...args], { cwd, stdio: "ignore" });

test.each([
  ["git@github.com:octo/hello.git", { owner: "octo", name: "hello" }],
  ["https://github.com/octo/hello", { owner: "octo", name: "hello" }],
  ["https://token@github.example.com/octo/hello.git/", { owner: "octo", name: "hello" }],
  ["ssh://git@github.com:22/octo/hello.git", { owner: "octo", name: "hello" }],
  ["../elsewhere", undefined],
  ["/srv/git/hello.git", undefined],
  ["", undefined],
])("%s", (address, expected) => expect(repositoryIn(address)).toEqual(expected));

describe("origin", () => {
  test("is read in a clone, a folder of it, a worktree and a submodule", async () => {
    const root = await folder({ "deep/file.txt": "x" });
    git(root, "init", "-q");
    git(root, "remote", "add", "upstream", "https://github.com/other/one.git");
    expect(originOf(root)).toBeUndefined();
    git(root, "remote", "add", "origin", "git@github.com:octo/hello.git");
    expect(originOf(root)).toEqual({ owner: "octo", name: "hello" });
    expect(originOf(join(root, "deep"))?.owner).toBe("octo");
    git(root, "add", ".");
    git(root, "commit", "-qm", "x");
    const tree = join(await folder(), "tree");
    git(root, "worktree", "add", "-q", tree);
    expect(originOf(tree)?.owner).toBe("octo");
    // A submodule has a folder of its own among git's, and no `commondir`.
    mkdirSync(join(root, ".git/modules/part"), { recursive: true });
    writeFileSync(
      join(root, ".git/modules/part/config"),
      '[core]\n\tbare = false\n[remote "origin"]\n\turl = https://github.com/parts/part\n',
    );
    mkdirSync(join(root, "part"));
    writeFileSync(join(root, "part/.git"), "gitdir: ../.git/modules/part\n");
    expect(originOf(join(root, "part"))).toEqual({ owner: "parts", name: "part" });
  });

  test("that is damaged is none", async () => {
    expect(originOf(await folder({ ".git": "gitdir: nowhere\n" }))).toBeUndefined();
    expect(originOf(await folder({ ".git/config": '[remote "origin\n url\n\u0000' }))).toBeUndefined();
  });
});
